//! From the operations' code to the finished document.

use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::registry::{MetaApi, MetaPath, Registry};
use poem_openapi::types::Type as _;
use poem_openapi::{LicenseObject, OpenApi, OpenApiService};
use serde_json::{Map, Value, json};

use super::{closed, events, examples, formats, nullable, parameters, statuses};
use crate::problem::{Fault, Problem};

const DESCRIPTION: &str = "\
Every answer that is not a success is an RFC 9457 problem document; its `code` is stable, and for refused \
fields and parameters `errors` holds all faults at once. Every answer carries its request's id in the header \
`X-Request-Id`.\n\n\
What is wrong is told in this order: 401 (nobody proved who they are), 403 (not a member of the organization, or \
a permission is missing), 404, 412 (the version has changed), 422 (fields are invalid).\n\n\
Listings are paged: `limit` and `cursor` in, `items` and `next_cursor` out. Single resources carry an `ETag`, \
honoured in `If-None-Match` and `If-Match`. POST requests that create or start something take an \
`Idempotency-Key`.\n\n\
Instants are RFC 3339 in UTC with microseconds.";

/// The finished document of the operations `T`.
#[must_use]
pub fn generate<T: OpenApi>() -> Value {
    let service = OpenApiService::new(
        Described::<T>(PhantomData),
        "Canvass",
        env!("CARGO_PKG_VERSION"),
    )
    .description(DESCRIPTION)
    .license(LicenseObject::new("Proprietary"))
    .server("/");
    // The service writes the JSON itself.
    let mut document = serde_json::from_str(&service.spec()).unwrap_or_default();

    add_problem(&mut document);
    formats::name(&mut document);
    each_operation(&mut document, |operation| {
        name_headers(operation);
        plain_media_types(operation);
        parameters::complete(operation);
        say_that_it_is_open(operation);
        events::describe(operation);
        statuses::complete(operation);
    });
    statuses::by_address(&mut document);
    each_operation(&mut document, examples::complete);
    nullable::mark(&mut document);
    closed::close(&mut document);
    document
}

fn each_operation(document: &mut Value, finish: impl Fn(&mut Value)) {
    let paths = document["paths"].as_object_mut().into_iter();
    paths
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut)
        .for_each(finish);
}

/// The document as text: keys in order, so that equal documents are equal texts.
#[must_use]
pub fn pretty(document: &Value) -> String {
    format!("{:#}\n", sorted(document))
}

/// Sorts all keys, whatever order the JSON library keeps.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(entries.collect::<BTreeMap<_, _>>().into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// The operations without anything to carry them out.
struct Described<T>(PhantomData<fn() -> T>);

impl<T: OpenApi> OpenApi for Described<T> {
    /// One entry per path: several resources may share one, which poem-openapi would write twice.
    fn meta() -> Vec<MetaApi> {
        let mut paths = BTreeMap::<String, MetaPath>::new();
        for path in T::meta().into_iter().flat_map(|api| api.paths) {
            match paths.get_mut(&path.path) {
                Some(known) => known.operations.extend(path.operations),
                None => {
                    paths.insert(path.path.clone(), path);
                }
            }
        }
        vec![MetaApi {
            paths: paths.into_values().collect(),
        }]
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, _: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}

/// The schema of the problem document, which every operation refers to.
fn add_problem(document: &mut Value) {
    let mut registry = Registry::new();
    Problem::register(&mut registry);
    Fault::register(&mut registry);
    for (name, schema) in &registry.schemas {
        document["components"]["schemas"][name] = json!(schema);
    }
}

/// Writes headers as the standards do; poem-openapi writes them in capitals, or as Rust names.
fn name_headers(operation: &mut Value) {
    // Indexing would add what is not there.
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if parameter["in"] != "header" {
            continue;
        }
        let name = parameter["name"].as_str().map(proper_name);
        parameter["name"] = json!(name);
    }
    for response in operation["responses"]
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        if let Some(headers) = response.get_mut("headers").and_then(Value::as_object_mut) {
            *headers = std::mem::take(headers)
                .into_iter()
                .map(|(name, header)| (proper_name(&name), header))
                .collect();
        }
    }
}

fn proper_name(name: &str) -> String {
    if name.eq_ignore_ascii_case("etag") {
        return "ETag".to_owned();
    }
    name.split(['-', '_'])
        .map(|word| match word.to_ascii_lowercase().as_str() {
            "id" => "ID".to_owned(),
            lower => {
                let (first, rest) = lower.split_at(lower.len().min(1));
                first.to_ascii_uppercase() + rest
            }
        })
        .collect::<Vec<_>>()
        .join("-")
}

/// `application/json; charset=utf-8` is `application/json`: JSON has no other encoding.
fn plain_media_types(operation: &mut Value) {
    for response in operation["responses"]
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        if let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) {
            *content = std::mem::take(content)
                .into_iter()
                .map(|(media_type, schema)| {
                    let plain = media_type.split(';').next().unwrap_or_default();
                    (plain.to_owned(), schema)
                })
                .collect();
        }
    }
}

/// Says `security: []` of an operation that needs no credentials, which means the same as silence but is no oversight.
fn say_that_it_is_open(operation: &mut Value) {
    if operation.get("security").is_none() {
        operation["security"] = json!([]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_named_as_the_standards_write_them() {
        for (given, proper) in [
            ("ETAG", "ETag"),
            ("if_match", "If-Match"),
            ("if_none_match", "If-None-Match"),
            ("IDEMPOTENCY-REPLAYED", "Idempotency-Replayed"),
            ("last_event_id", "Last-Event-ID"),
        ] {
            assert_eq!(proper_name(given), proper);
        }
    }
}
