//! Which schemas requests and answers are made of.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The names of the schemas that bodies of requests are made of, at any depth.
pub(super) fn of_requests(document: &Value) -> BTreeSet<String> {
    reachable(document, |operation, names| {
        references(&operation["requestBody"], names);
    })
}

/// The names of the schemas that JSON answers are made of, at any depth; the problem document is none of them.
pub(super) fn of_answers(document: &Value) -> BTreeSet<String> {
    reachable(document, |operation, names| {
        for response in values(&operation["responses"]) {
            references(&response["content"]["application/json"], names);
        }
    })
}

/// What `begin` finds in the operations, and all that this refers to.
fn reachable(document: &Value, begin: impl Fn(&Value, &mut BTreeSet<String>)) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for operation in values(&document["paths"]).flat_map(values) {
        begin(operation, &mut names);
    }

    let schemas = &document["components"]["schemas"];
    let mut open = names.clone();
    while let Some(name) = open.pop_first() {
        let mut found = BTreeSet::new();
        references(&schemas[&name], &mut found);
        open.extend(found.difference(&names).cloned());
        names.extend(found);
    }
    names
}

/// The names of all schemas that are referred to anywhere inside `value`.
fn references(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str) {
                names.extend(name.rsplit('/').next().map(str::to_owned));
            }
            map.values().for_each(|value| references(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, names)),
        _ => {}
    }
}

fn values(object: &Value) -> impl Iterator<Item = &Value> {
    object.as_object().into_iter().flat_map(Map::values)
}
