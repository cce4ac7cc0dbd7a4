//! The ids of others do what the id of nothing does, wherever they stand: in every parameter of a query and in every
//! field of a body, whether an id is meant there or not.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::case::{Attempt, Case};
use super::document::Operation;
use super::entry::{Entry, Thing};
use super::things::Around;
use super::world::{World, token};
use crate::stack::{Answer, Rows, unique};

/// What operations are about that are tried here, as it stands in their addresses.
const CONTEXTS: [&str; 6] = [
    "/contacts",
    "/contact-lists",
    "/imports",
    "/jobs",
    "/suppressions",
    "/validation-rules",
];

/// What nobody but its owners may ever read.
const CANARY: &str = "canary-of-others";

/// What others have.
struct Others {
    ids: Vec<String>,
    job: String,
    /// Where the second page of a listing of theirs begins, by its operation.
    cursors: BTreeMap<&'static str, String>,
}

impl Others {
    async fn of(world: &World) -> Self {
        let mut around = Around {
            stack: &world.stack,
            organization: world.away,
            owner: &world.stranger,
            caller: &world.stranger,
            ids: Vec::new(),
        };
        let list = around.make(Thing::ContactList).await;
        around.ids.push(list.clone());
        let contact = around.make(Thing::ContactOnList).await;
        for (path, body) in [
            (
                format!("contact-lists/{list}"),
                json!({ "name": format!("List {CANARY}") }),
            ),
            (
                format!("contacts/{contact}"),
                json!({ "company": CANARY, "attributes": { "note": CANARY } }),
            ),
        ] {
            let address = format!("/v1/organizations/{}/{path}", world.away);
            let call = world.stack.call(Method::PATCH, &address);
            let call = call.by(&world.stranger).json(&body);
            call.send().await.expect(200);
        }
        let import = around.make(Thing::EndedImport).await;
        let job = around.make(Thing::Job).await;
        Self {
            ids: vec![list, contact, import, job.clone()],
            job,
            cursors: BTreeMap::new(),
        }
    }

    /// Notes where the second page of this listing begins, if it has one.
    async fn note_cursor(&mut self, world: &World, entry: &'static Entry, operation: &Operation) {
        let first = with_query(operation, "limit", "1");
        for _ in 0..2 {
            // Twice, so that there are two things at least.
            let case = world.foreign_case(entry).await;
            let attempt = Attempt::holding(entry, &first, &case);
            let page = attempt.by(&world.stack, token(&case.caller)).await;
            if let Some(cursor) = page.expect(200).json()["next_cursor"].as_str() {
                self.cursors.insert(entry.operation, cursor.to_owned());
            }
        }
    }
}

fn with_query(operation: &Operation, name: &str, value: &str) -> Operation {
    let mut asked = operation.clone();
    asked.template = format!("{}?{name}={value}", operation.template);
    asked
}

/// What a schema says, wherever it says it.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema["$ref"]
        .as_str()
        .or_else(|| schema["allOf"][0]["$ref"].as_str())
        // What can be null as well.
        .or_else(|| schema["oneOf"][0]["$ref"].as_str());
    match named.and_then(|name| name.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).expect("a schema"),
        None => schema,
    }
}

/// The operation as the document has it.
fn described<'a>(document: &'a Value, operation: &Operation) -> &'a Value {
    let method = operation.method.as_str().to_lowercase();
    &document["paths"][&operation.template][method]
}

/// The names of the parameters in its query.
fn parameters(document: &Value, operation: &Operation) -> Vec<String> {
    let parameters = described(document, operation)["parameters"].as_array();
    let in_query = parameters
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "query");
    let names = in_query.filter_map(|parameter| parameter["name"].as_str());
    names.map(str::to_owned).collect()
}

/// Values of this schema, like `base` but for one field each, which is the id.
fn fillings(document: &Value, schema: &Value, base: &Value, id: &str) -> Vec<Value> {
    let schema = resolved(document, schema);
    if schema["type"] == "array" {
        let elements = fillings(document, &schema["items"], &base[0], id);
        return elements
            .into_iter()
            .map(|element| json!([element]))
            .collect();
    }
    if schema["type"] != "object" {
        return vec![json!(id)];
    }
    let Some(properties) = schema["properties"].as_object() else {
        return vec![json!({ "note": id }), json!({ id: "x" })];
    };
    let mut filled = Vec::new();
    for (name, property) in properties {
        for value in fillings(document, property, &base[name], id) {
            let mut whole = base.as_object().cloned().unwrap_or_default();
            whole.insert(name.clone(), value);
            filled.push(Value::Object(whole));
        }
    }
    filled
}

/// The bodies of the case's call with this id in one field each.
fn bodies(
    document: &Value,
    entry: &Entry,
    operation: &Operation,
    case: &Case,
    id: &str,
) -> Vec<Value> {
    let content = &described(document, operation)["requestBody"]["content"];
    let of_json = |content: &serde_json::Map<String, Value>| {
        let mut kinds = content.iter();
        let found = kinds.find(|(kind, _)| kind.starts_with("application/json"))?;
        Some(found.1["schema"].clone())
    };
    let (Some(schema), Some(body)) = (content.as_object().and_then(of_json), entry.body) else {
        return Vec::new();
    };
    fillings(document, &schema, &body(case), id)
}

/// What a client can learn from the answer, without what it sent itself.
fn learned(operation: &Operation, answer: &Answer, id: &str) -> String {
    let whole = answer.without_request_id();
    assert!(!whole.contains(CANARY), "{}: {whole}", operation.template);
    if operation.method == Method::GET || answer.status >= 400 {
        let told = whole.replace(id, "…");
        if answer.status != 409 {
            return told;
        }
        // A conflict names what is in the way, which is one of the caller's own, made for this call.
        let own = answer.json()["id"].as_str().map(str::to_owned);
        own.map_or_else(|| told.clone(), |own| told.replace(&own, "…"))
    } else {
        // What was made has an id and instants of its own.
        answer.status.to_string()
    }
}

#[tokio::test]
async fn ids_of_others_in_any_parameter_and_any_field_do_what_the_id_of_nothing_does() {
    let world = World::begin().await;
    let document = api::openapi_document();
    let mut others = Others::of(&world).await;
    let is_tried = |operation: &Operation| {
        let mut contexts = CONTEXTS.iter();
        operation.is_tenants() && contexts.any(|context| operation.template.contains(context))
    };
    // What is made below is found by readings after it, and differs: they come first.
    let (readings, changes) = world
        .entries()
        .filter(|(_, operation)| is_tried(operation))
        .partition::<Vec<_>, _>(|(_, operation)| operation.method == Method::GET);
    for &(entry, operation) in &readings {
        if operation.is_listing {
            others.note_cursor(&world, entry, operation).await;
        }
    }
    let mut admin = world.stack.admin().await;
    let before = Rows::read(&mut admin).await;
    let ids = [unique().to_string()]
        .into_iter()
        .chain(others.ids.iter().cloned())
        .collect::<Vec<_>>();

    let mut tried = 0;
    for (entry, operation) in readings.into_iter().chain(changes) {
        let mut case = world.case(entry).await;
        let parameters = parameters(&document, operation);
        let fields = bodies(&document, entry, operation, &case, &ids[0]).len();
        for place in 0..parameters.len() + fields {
            let mut answers = Vec::new();
            for id in &ids {
                if operation.method != Method::GET {
                    case = world.case(entry).await;
                }
                let asked = parameters
                    .get(place)
                    .map_or_else(|| operation.clone(), |name| with_query(operation, name, id));
                let mut attempt = Attempt::holding(entry, &asked, &case);
                if let Some(field) = place.checked_sub(parameters.len()) {
                    let mut bodies = bodies(&document, entry, operation, &case, id);
                    attempt.body = Some(bodies.swap_remove(field));
                }
                let answer = attempt.by(&world.stack, token(&case.caller)).await;
                answers.push(learned(operation, &answer, id));
            }
            answers.dedup();
            assert_eq!(
                answers.len(),
                1,
                "{} at {place}: {answers:#?}",
                entry.operation
            );
            tried += 1;
        }
        if let Some(cursor) = others.cursors.get(entry.operation) {
            let asked = with_query(operation, "cursor", cursor);
            let attempt = Attempt::holding(entry, &asked, &case);
            let answer = attempt.by(&world.stack, token(&case.caller)).await;
            assert!([200, 400].contains(&answer.status), "{answer:?}");
            learned(operation, &answer, "");
            tried += 1;
        }
    }

    assert!(tried > 100, "{tried} places");
    assert!(others.cursors.len() >= 3, "{:?}", others.cursors);
    let mut theirs = Rows::read(&mut admin).await.since(&before);
    theirs.retain(|change| {
        let row = change.new.as_ref().or(change.old.as_ref());
        let of = row.and_then(|row| row.get("organization_id")).cloned();
        let by_themselves = change.is_in_the_background() || change.table == "idempotency_keys";
        of == Some(json!(world.away)) && !by_themselves
    });
    assert_eq!(theirs, []);
    let job = format!("/v1/organizations/{}/jobs/{}", world.away, others.job);
    let job = world.stack.call(Method::GET, &job).by(&world.stranger);
    assert_eq!(job.send().await.expect(200).json()["status"], "pending");
}
