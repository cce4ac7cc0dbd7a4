//! Objects that take no other members than the ones that are named.

use serde_json::{Value, json};

use super::schemas;

/// Closes the objects that requests alone are made of: a member that is not known is refused (`unknown-field`).
///
/// What answers are made of too stays open: a later version may tell more, and clients are not to refuse it for that.
pub(super) fn close(document: &mut Value) {
    let answers = schemas::of_answers(document);
    for name in schemas::of_requests(document).difference(&answers) {
        let schema = &mut document["components"]["schemas"][name];
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = json!(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_that_are_sent_are_closed_and_objects_that_are_answered_are_open() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = json!({
            "paths": {"/teams": {"post": {
                "requestBody": {"content": {"application/json": {"schema": reference("CreateTeam")}}},
                "responses": {"201": {"content": {"application/json": {"schema": reference("Team")}}}},
            }}},
            "components": {"schemas": {
                "CreateTeam": {"type": "object", "properties": {"limits": reference("Limits"), "colour": reference("Colour")}},
                "Limits": {"type": "object", "properties": {}},
                "Colour": {"type": "string", "enum": ["red"]},
                "Rule": {"type": "object", "properties": {}},
                "Team": {"type": "object", "properties": {"rule": reference("Rule")}},
            }},
        });

        close(&mut document);

        let schemas = &document["components"]["schemas"];
        for closed in ["CreateTeam", "Limits"] {
            assert_eq!(schemas[closed]["additionalProperties"], false, "{closed}");
        }
        for open in ["Colour", "Rule", "Team"] {
            assert_eq!(schemas[open].get("additionalProperties"), None, "{open}");
        }
    }
}
