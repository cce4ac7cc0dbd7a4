//! `nullable`, where an answer can hold null.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Marks every property of an answer that is not required as nullable: an `Option` is sent as null.
///
/// The problem document is the exception: it leaves out what it does not have. On the way, a reference
/// with a description beside it gets the form that client generators understand.
pub(super) fn mark(document: &mut Value) {
    let mut names = BTreeSet::new();
    for item in values(&document["paths"]) {
        for operation in values(item) {
            for response in values(&operation["responses"]) {
                references(&response["content"]["application/json"], &mut names);
            }
        }
    }

    let schemas = &document["components"]["schemas"];
    let mut open = names.clone();
    while let Some(name) = open.pop_first() {
        let mut found = BTreeSet::new();
        references(&schemas[&name], &mut found);
        open.extend(found.difference(&names).cloned());
        names.extend(found);
    }

    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        let nullable = names.contains(name);
        let required = schema["required"].clone();
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        for (property, schema) in properties {
            plain_reference(schema);
            let required = required
                .as_array()
                .is_some_and(|names| names.contains(&json!(property)));
            if nullable && !required {
                make_nullable(schema);
            }
        }
    }
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

/// `allOf: [$ref, {description}]` with a copy of the description beside it becomes `allOf: [$ref]`.
fn plain_reference(schema: &mut Value) {
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.retain(|part| part.get("$ref").is_some() || part.get("type").is_some());
    }
}

/// OpenAPI 3.0 ignores what stands beside `$ref`, so a nullable reference is wrapped.
fn make_nullable(schema: &mut Value) {
    if schema.get("$ref").is_some() {
        *schema = json!({"allOf": [schema.take()]});
    }
    schema["nullable"] = json!(true);
}

fn values(object: &Value) -> impl Iterator<Item = &Value> {
    object.as_object().into_iter().flat_map(Map::values)
}
