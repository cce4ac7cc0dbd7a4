//! The statuses of an operation that follow from its form.

use std::collections::BTreeSet;

use poem::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::problem::PROBLEM_JSON;

/// Adds what follows from the operation's parameters, body and credentials.
pub(super) fn complete(operation: &mut Value) {
    let mut statuses = BTreeSet::from([400, 500, 503]);
    let has_body = operation.get("requestBody").is_some();
    if has_body {
        statuses.extend([413, 415, 422]);
    }
    if operation["security"]
        .as_array()
        .is_some_and(|list| !list.is_empty())
    {
        statuses.insert(401);
    } else {
        statuses.insert(429);
    }
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    for parameter in parameters.filter(|parameter| parameter["in"] == "header") {
        match parameter["name"].as_str() {
            Some("If-Match") => statuses.extend([412]),
            Some("Idempotency-Key") => statuses.extend([409, 422]),
            _ => {}
        }
    }

    add(operation, statuses);
    describe(operation);
}

/// Adds what follows from the address: who may enter an organization, and what may be absent in it.
pub(super) fn by_address(document: &mut Value) {
    for (template, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let mut statuses = BTreeSet::new();
        for parameter in template
            .split('/')
            .filter(|segment| segment.starts_with('{'))
        {
            statuses.insert(if parameter == "{organization}" {
                403
            } else {
                404
            });
        }
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            add(operation, statuses.clone());
            describe(operation);
        }
    }
}

fn add(operation: &mut Value, statuses: BTreeSet<u16>) {
    for status in statuses {
        let response = &mut operation["responses"][status.to_string()];
        if response.is_null() {
            *response = json!({
                "description": "",
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            });
        }
    }
}

/// Describes what poem-openapi has left blank, and names the headers of refusals.
fn describe(operation: &mut Value) {
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        let reason = status
            .parse()
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default();
        if response["description"] == "" {
            response["description"] = json!(reason);
        }
        let header = match status.as_str() {
            "401" => Some(("WWW-Authenticate", "How to prove who one is.", "string")),
            "429" | "503" => Some((
                "Retry-After",
                "Seconds after which another try makes sense.",
                "integer",
            )),
            _ => None,
        };
        if let Some((name, description, kind)) = header {
            response["headers"][name] =
                json!({"description": description, "schema": {"type": kind}});
        }
    }
}
