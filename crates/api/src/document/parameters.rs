//! What is said of parameters.

use serde_json::{Value, json};

/// Describes every parameter, and lets lists be left out.
pub(super) fn complete(operation: &mut Value) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        describe(parameter);
        // A parameter that can be repeated can be left out as well, which is a list without anything in it.
        if parameter["in"] == "query" && parameter["schema"]["type"] == "array" {
            parameter["required"] = json!(false);
        }
    }
}

/// Moves the description from the schema, where poem-openapi leaves it, to the parameter; an id says whose it is.
fn describe(parameter: &mut Value) {
    if parameter.get("description").is_some() {
        return;
    }
    let schema = parameter.get_mut("schema").and_then(Value::as_object_mut);
    let description = schema.and_then(|schema| schema.remove("description"));
    let name = parameter["name"].as_str().unwrap_or_default();
    let of_what = name.replace('_', " ");
    parameter["description"] = match description {
        Some(description) => description,
        None if parameter["in"] == "path" => json!(format!("The {of_what}, by its id.")),
        None => return,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_described_and_a_list_can_be_left_out() {
        let mut operation = json!({"parameters": [
            {"in": "path", "name": "contact_list", "required": true, "schema": {"type": "string", "format": "uuid"}},
            {"in": "query", "name": "limit", "required": false, "schema": {"type": "integer", "description": "How many."}},
            {"in": "query", "name": "status", "required": true, "schema": {"type": "array"}, "description": "Any of them."},
        ]});

        complete(&mut operation);

        let descriptions = ["The contact list, by its id.", "How many.", "Any of them."];
        for (index, description) in descriptions.into_iter().enumerate() {
            let parameter = &operation["parameters"][index];
            assert_eq!(parameter["description"], description);
            assert_eq!(parameter["schema"].get("description"), None);
        }
        assert_eq!(operation["parameters"][0]["required"], true);
        assert_eq!(operation["parameters"][2]["required"], false);
    }
}
