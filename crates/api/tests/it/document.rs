//! The OpenAPI document: what it promises, and what generators of clients need.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::demo::DemoApi;

/// All operations with their path and method.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    object(&document["paths"])
        .iter()
        .flat_map(|(path, item)| {
            object(item)
                .iter()
                .map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

fn statuses(operation: &Value) -> Vec<&str> {
    object(&operation["responses"])
        .keys()
        .map(String::as_str)
        .collect()
}

/// What is wrong with a document by the conventions of this API.
fn violations(document: &Value) -> Vec<String> {
    let mut violations = nulls(document, "");
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(document) {
        let mut complain = |what: &str| violations.push(format!("{name}: {what}"));
        for key in ["operationId", "summary", "description"] {
            if operation[key].as_str().is_none_or(str::is_empty) {
                complain(&format!("no {key}"));
            }
        }
        if operation["tags"].as_array().is_none_or(Vec::is_empty) {
            complain("no tag");
        }
        if !ids.insert(operation["operationId"].to_string()) {
            complain("its id is taken");
        }
        for (media_type, content) in operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
        {
            if media_type.contains(';') {
                complain("its body is read without limit; use api::input::Body");
            }
            if media_type == "application/json" && !has_example(document, &content["schema"]) {
                complain("its body has no example");
            }
        }
        let mut bodies = BTreeSet::new();
        for (status, response) in object(&operation["responses"]) {
            for (media_type, content) in response["content"].as_object().into_iter().flatten() {
                bodies.insert((status.starts_with('2'), content["schema"].to_string()));
                let error = !status.starts_with('2');
                if error != (media_type == "application/problem+json") {
                    complain(&format!("{status} is {media_type}"));
                }
                if status.starts_with('2') && !has_example(document, &content["schema"]) {
                    complain("its answer has no example");
                }
            }
            if response["description"].as_str().is_none_or(str::is_empty) {
                complain(&format!("{status} is not described"));
            }
        }
        for success in [true, false] {
            if bodies.iter().filter(|(is, _)| *is == success).count() > 1 {
                complain("it has several bodies for one outcome");
            }
        }
    }
    violations
}

/// The places where a document holds null, which it may in examples and enumerations only.
fn nulls(value: &Value, place: &str) -> Vec<String> {
    match value {
        Value::Null => vec![place.to_owned()],
        Value::Array(items) => items.iter().flat_map(|item| nulls(item, place)).collect(),
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !["enum", "example"].contains(&key.as_str()))
            .flat_map(|(key, value)| nulls(value, &format!("{place}/{key}")))
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a schema, or the items in it, has an example; plain values need none.
fn has_example(document: &Value, schema: &Value) -> bool {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => {
            let name = reference.rsplit('/').next().unwrap();
            &document["components"]["schemas"][name]
        }
        None => schema,
    };
    schema.get("example").is_some()
        || schema["type"] != "object"
        || schema["properties"]
            .get("items")
            .is_some_and(|items| has_example(document, &items["items"]))
}

/// Properties of answers of which the document does not say that they are always there.
fn left_out(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["TeamAnswer", "TeamAnswerPage"] {
        let schema = &document["components"]["schemas"][name];
        for property in object(&schema["properties"]).keys() {
            let required = schema["required"].as_array();
            if !required.is_some_and(|names| names.contains(&json!(property))) {
                found.push(format!("{name}.{property}"));
            }
        }
    }
    found
}

#[test]
fn the_operations_keep_the_conventions() {
    assert_eq!(violations(&api::openapi_document()), Vec::<String>::new());
    let demo = api::document::generate::<DemoApi>();
    assert_eq!(operations(&demo).len(), 9);
    assert_eq!(violations(&demo), Vec::<String>::new());
}

#[test]
fn a_violation_of_the_conventions_is_found() {
    let document = json!({"paths": {"/x": {"post": {
        "requestBody": {"content": {"application/json; charset=utf-8": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}},
            "400": {"description": "Bad", "content": {"text/plain": {"schema": {}}}},
        },
    }}}});

    let found = violations(&document).join("\n");
    for expected in [
        "no operationId",
        "no summary",
        "no tag",
        "without limit",
        "no example",
        "not described",
        "400 is text/plain",
    ] {
        assert!(found.contains(expected), "{expected} is not in {found}");
    }
}

#[test]
fn an_operation_documents_the_statuses_that_follow_from_its_form() {
    let document = api::document::generate::<DemoApi>();
    let paths = &document["paths"];
    let teams = &paths["/v1/organizations/{organization}/teams"];
    let team = &paths["/v1/organizations/{organization}/teams/{team}"];

    let table: [(&Value, &[&str]); 6] = [
        (
            &teams["post"],
            &[
                "201", "400", "401", "403", "409", "413", "415", "422", "500", "503",
            ],
        ),
        (&teams["get"], &["200", "400", "401", "403", "500", "503"]),
        (
            &team["get"],
            &["200", "304", "400", "401", "403", "404", "500", "503"],
        ),
        (
            &team["patch"],
            &[
                "200", "400", "401", "403", "404", "412", "413", "415", "422", "500", "503",
            ],
        ),
        (
            &team["delete"],
            &["204", "400", "401", "403", "404", "500", "503"],
        ),
        (
            &paths["/v1/sign-up"]["post"],
            &["204", "400", "413", "415", "422", "429", "500", "503"],
        ),
    ];
    for (operation, expected) in table {
        let mut found = statuses(operation);
        found.sort_unstable();
        assert_eq!(found, expected, "{}", operation["operationId"]);
    }
}

#[test]
fn operations_on_one_path_are_kept_together_whoever_has_them() {
    struct Other;

    #[poem_openapi::OpenApi]
    impl Other {
        #[oai(
            path = "/v1/organizations/:organization/teams",
            method = "put",
            operation_id = "other"
        )]
        async fn other(&self, organization: api::input::Path<String>) {
            drop(organization);
        }
    }

    let document = api::document::generate::<(DemoApi, Other)>();

    let teams = object(&document["paths"]["/v1/organizations/{organization}/teams"]);
    assert_eq!(teams.keys().collect::<Vec<_>>(), ["get", "post", "put"]);
}

#[test]
fn names_types_and_nulls_are_as_clients_will_meet_them() {
    let document = api::document::generate::<DemoApi>();
    assert_eq!(document["openapi"], "3.0.0");
    assert_eq!(left_out(&document), Vec::<String>::new());

    let schemas = &document["components"]["schemas"];
    let colour = &schemas["TeamAnswer"]["properties"]["colour"];
    assert_eq!(
        colour["oneOf"],
        json!([{"$ref": "#/components/schemas/Colour"}, {"enum": [null]}])
    );
    let description = &schemas["TeamAnswer"]["properties"]["description"];
    assert_eq!(description["nullable"], true);
    assert_eq!(schemas["CreateTeam"]["required"], json!(["name"]));
    assert_eq!(schemas["CreateTeam"]["additionalProperties"], false);
    assert_eq!(schemas["TeamAnswer"].get("additionalProperties"), None);
    assert_eq!(schemas["Colour"]["enum"], json!(["red", "green"]));
    let name = &schemas["CreateTeam"]["properties"]["name"];
    assert_eq!(name["maxLength"], kernel::Name::MAX_LEN);
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );

    let team = &document["paths"]["/v1/organizations/{organization}/teams/{team}"];
    let headers = object(&team["get"]["responses"]["200"]["headers"]);
    assert_eq!(headers.keys().collect::<Vec<_>>(), ["ETag"]);
    let parameters = team["patch"]["parameters"].as_array().unwrap();
    let parameter = |name: &str| {
        parameters
            .iter()
            .find(|parameter| parameter["name"] == name)
            .unwrap()
    };
    assert_eq!(parameter("If-Match")["in"], "header");
    assert_eq!(parameter("If-Match")["required"], false);
    assert_eq!(parameter("team")["schema"]["format"], "uuid");
    assert_eq!(parameter("team")["required"], true);
}

#[test]
fn equal_documents_are_equal_texts() {
    let one = api::document::pretty(&api::document::generate::<DemoApi>());
    let two = api::document::pretty(&api::document::generate::<DemoApi>());

    assert_eq!(one, two);
    assert!(one.starts_with("{\n  \"components\"") && one.ends_with("}\n"));
}
