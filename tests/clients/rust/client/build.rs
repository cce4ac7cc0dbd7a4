//! Has progenitor make a client of the document of the API.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::{Map, Value};

const DOCUMENT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../../api-spec/openapi.json"
);

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo tells by a variable where to write"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let mut document: Value = serde_json::from_slice(&fs::read(DOCUMENT)?)?;
    adapt(&mut document).ok_or("the document has no operations")?;

    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    let tokens = Generator::new(&settings).generate_tokens(&serde_json::from_value(document)?)?;
    let code = prettyplease::unparse(&syn::parse2(tokens)?);
    fs::write(Path::new(&env::var("OUT_DIR")?).join("client.rs"), code)?;
    Ok(())
}

/// Says in the words that progenitor knows what the document says; what it has no words for is left out.
fn adapt(document: &mut Value) -> Option<()> {
    for path in document.get_mut("paths")?.as_object_mut()?.values_mut() {
        let operations = path.as_object_mut()?;
        operations.retain(|_, operation| !is_form(operation));
        for operation in operations.values_mut() {
            for response in operation
                .get_mut("responses")?
                .as_object_mut()?
                .values_mut()
            {
                if let Some(media) = response.get_mut("content").and_then(Value::as_object_mut) {
                    know_problems(media);
                }
            }
            if let Some(media) = operation
                .pointer_mut("/requestBody/content")
                .and_then(Value::as_object_mut)
            {
                know_bytes(media);
            }
        }
    }
    Some(())
}

/// It knows no forms with files: those are the operations of the tag *Uploads*, each of which has one that takes bytes.
fn is_form(operation: &Value) -> bool {
    operation
        .pointer("/requestBody/content/multipart~1form-data")
        .is_some()
}

/// It knows JSON under one name only.
fn know_problems(media: &mut Map<String, Value>) {
    if let Some(problem) = media.remove("application/problem+json") {
        media.insert("application/json".into(), problem);
    }
}

/// It knows one media type per body, and bytes under one name only.
fn know_bytes(media: &mut Map<String, Value>) {
    if media.contains_key("application/octet-stream") {
        media.retain(|name, _| name == "application/octet-stream");
    }
}
