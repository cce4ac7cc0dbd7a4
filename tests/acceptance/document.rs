//! The committed OpenAPI document.

use std::path::Path;

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api-spec/openapi.json");
    let committed = std::fs::read_to_string(path).expect("api-spec/openapi.json can be read");
    let served = serde_json::to_string_pretty(&api::openapi_document()).expect("JSON");

    let differs = committed
        .lines()
        .zip(served.lines())
        .position(|(old, new)| old != new);
    assert!(
        committed == format!("{served}\n"),
        "api-spec/openapi.json is not what the code says, from line {}: run `just openapi` and look at the \
         difference; after a conflict in that file too, since it is never edited by hand",
        differs.unwrap_or_else(|| committed.lines().count().min(served.lines().count())) + 1
    );
}
