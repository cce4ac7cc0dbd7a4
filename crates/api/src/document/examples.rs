//! Examples: a problem for each status, and none of what a reader would send by accident.

use serde_json::{Value, json};

use crate::problem::{PROBLEM_JSON, Refusal, title};

const REQUEST: &str = "019b6c3c-6a00-7000-8000-000000000004";

/// Finishes the examples of an operation.
pub(super) fn complete(operation: &mut Value) {
    drop_optional(operation);
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        let problem = response
            .get_mut("content")
            .and_then(|content| content.get_mut(PROBLEM_JSON));
        let example = status.parse().ok().and_then(problem_with);
        if let (Some(problem), Some(example)) = (problem, example) {
            problem["example"] = example;
        }
    }
}

/// The problem that is most often told with the status.
fn problem_with(status: u16) -> Option<Value> {
    let of = |refusal: Refusal| (refusal.code(), refusal.detail());
    let (code, detail) = match status {
        400 => of(Refusal::InvalidParameter),
        401 => of(Refusal::Unauthenticated),
        403 => ("not-a-member", "not a member of this organization"),
        404 => ("not-found", "not found"),
        409 => (
            "contended",
            "somebody else changed the same thing at the same time",
        ),
        412 => ("stale", "it was changed since it was read"),
        413 => of(Refusal::BodyTooLarge),
        415 => of(Refusal::UnsupportedMediaType),
        422 => of(Refusal::Invalid),
        429 => of(Refusal::TooManyRequests),
        500 => of(Refusal::Internal),
        503 => of(Refusal::Unavailable),
        _ => return None,
    };
    let mut problem = json!({
        "type": format!("/problems/{code}"),
        "title": title(code),
        "status": status,
        "detail": detail,
        "instance": format!("urn:uuid:{REQUEST}"),
        "code": code,
        "request_id": REQUEST,
    });
    match status {
        400 => {
            problem["errors"] = json!([
                {"parameter": "limit", "code": "out-of-range", "detail": "must be between 1 and 200"}
            ]);
        }
        422 => {
            problem["errors"] =
                json!([{"pointer": "#/name", "code": "required", "detail": "is required"}]);
        }
        _ => {}
    }
    Some(problem)
}

/// Swagger UI fills examples in: a filter that nobody chose leaves nothing of a listing, and an idempotency
/// key that nobody chose makes the second call a repetition of the first.
fn drop_optional(operation: &mut Value) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if parameter["required"] == true {
            continue;
        }
        if let Some(parameter) = parameter.as_object_mut() {
            parameter.remove("example");
        }
        if let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut) {
            schema.remove("example");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::all_codes;

    #[test]
    fn an_example_of_a_problem_has_a_code_that_exists() {
        for status in 400..600 {
            if let Some(problem) = problem_with(status) {
                let code = problem["code"].as_str().unwrap();
                assert!(all_codes().contains(&code), "{code}");
                assert_eq!(problem["status"], status);
            }
        }
    }

    #[test]
    fn an_optional_parameter_has_no_example_to_be_filled_in() {
        let mut operation = json!({
            "parameters": [
                {"in": "query", "name": "kind", "required": false, "schema": {"type": "string", "example": "team"}},
                {"in": "header", "name": "Idempotency-Key", "required": false, "example": "a", "schema": {"example": "a"}},
                {"in": "query", "name": "day", "required": true, "schema": {"type": "string", "example": "2026-01-01"}},
            ],
            "responses": {},
        });

        complete(&mut operation);

        assert_eq!(operation["parameters"][0]["schema"]["example"], Value::Null);
        assert_eq!(operation["parameters"][1]["example"], Value::Null);
        assert_eq!(operation["parameters"][1]["schema"]["example"], Value::Null);
        assert_eq!(
            operation["parameters"][2]["schema"]["example"],
            "2026-01-01"
        );
    }
}
