//! Where null can stand.

use serde_json::{Map, Value, json};

use super::schemas;

/// Says of every property that can be null that it can, and of answers that they leave nothing out.
///
/// Null can be every property of an answer that is not required, since an `Option` is sent as null, and every property of
/// a request that is marked as nullable. The problem document is the exception: it leaves out what it does not have.
pub(super) fn mark(document: &mut Value) {
    let answers = schemas::of_answers(document);
    let requests = schemas::of_requests(document);
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        let answered = answers.contains(name);
        let required = schema["required"].clone();
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        let all: Vec<_> = properties.keys().cloned().collect();
        for (property, schema) in properties {
            let required = required
                .as_array()
                .is_some_and(|names| names.contains(&json!(property)));
            let Some(schema) = schema.as_object_mut() else {
                continue;
            };
            plain_reference(schema);
            let marked = schema.remove("nullable") == Some(json!(true));
            if marked || (answered && !required) {
                allow_null(schema);
            }
        }
        if answered && !requests.contains(name) {
            schema["required"] = json!(all);
        }
    }
}

/// `allOf: [$ref, {description}]` with a copy of the description beside it becomes `allOf: [$ref]`, the form that
/// client generators understand.
fn plain_reference(schema: &mut Map<String, Value>) {
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.retain(|part| part.get("$ref").is_some() || part.get("type").is_some());
    }
}

/// Lets null be a value, as OpenAPI 3.0.3 means it: `nullable` counts only beside a `type`, an enumeration has to list
/// null itself, and what is referred to is not made nullable by a word beside the reference.
fn allow_null(schema: &mut Map<String, Value>) {
    let reference = schema.remove("$ref").map(|name| json!([{"$ref": name}]));
    let referred = reference.or_else(|| schema.remove("allOf"));
    if let Some(Value::Array(mut choices)) = referred {
        choices.push(json!({"enum": [null]}));
        schema.insert("oneOf".to_owned(), Value::Array(choices));
    } else if schema.contains_key("type") {
        schema.insert("nullable".to_owned(), json!(true));
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            values.push(Value::Null);
        }
    }
    // A schema without a type takes null as it is.
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_null(schema: &Value) -> Value {
        let mut schema = schema.as_object().unwrap().clone();
        plain_reference(&mut schema);
        allow_null(&mut schema);
        Value::Object(schema)
    }

    #[test]
    fn null_is_allowed_in_the_words_that_validators_and_generators_understand() {
        let table = [
            (
                json!({"type": "string"}),
                json!({"type": "string", "nullable": true}),
            ),
            (
                json!({"type": "string", "enum": ["a", "b"]}),
                json!({"type": "string", "nullable": true, "enum": ["a", "b", null]}),
            ),
            (
                json!({"$ref": "#/components/schemas/Team"}),
                json!({"oneOf": [{"$ref": "#/components/schemas/Team"}, {"enum": [null]}]}),
            ),
            (
                json!({"allOf": [{"$ref": "#/components/schemas/Team"}, {"description": "It."}], "description": "It."}),
                json!({
                    "oneOf": [{"$ref": "#/components/schemas/Team"}, {"enum": [null]}],
                    "description": "It.",
                }),
            ),
            (
                json!({"description": "Anything."}),
                json!({"description": "Anything."}),
            ),
        ];
        for (plain, nullable) in table {
            assert_eq!(with_null(&plain), nullable);
        }
    }
}
