//! What progenitor makes of the document has a type for all that the document has one for.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what is read here is what was made a moment ago"
)]

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use serde_json::Value;
use syn::{Fields, ImplItem, Item, ItemImpl, ReturnType};

const CODE: &str = include_str!(concat!(env!("OUT_DIR"), "/client.rs"));
const DOCUMENT: &str = include_str!("../../../../../api-spec/openapi.json");

/// Any JSON, as the document says of these.
const OPEN: [&str; 4] = [
    "AuditChange.new",
    "AuditChange.old",
    "Job.result",
    "RuleVersionAnswer.config",
];

/// Objects whose members are named by somebody else, and hold anything.
const MAPS: [&str; 6] = [
    "AddLeadResponseRequest.answers",
    "CreateLeadRequest.answers",
    "LeadResponseAnswer.answers",
    "PreferencesAnswer.preferences",
    "ToldEventRequest.event_data",
    "UpdatePreferencesRequest.preferences",
];

#[test]
fn nothing_is_any_json_but_what_the_document_leaves_open() {
    let mut untyped = BTreeSet::new();

    for item in module("types") {
        let (name, members) = match &item {
            Item::Struct(item) => (&item.ident, vec![&item.fields]),
            Item::Enum(item) => (
                &item.ident,
                item.variants
                    .iter()
                    .map(|variant| &variant.fields)
                    .collect(),
            ),
            _ => continue,
        };
        for field in members.into_iter().flat_map(Fields::iter) {
            if text(&field.ty).contains("serde_json") {
                let field = field.ident.as_ref().map(ToString::to_string);
                untyped.insert(format!("{name}.{}", field.unwrap_or_default()));
            }
        }
    }

    let expected = OPEN.into_iter().chain(MAPS).map(str::to_owned);
    assert_eq!(untyped, expected.collect());
}

#[test]
fn every_operation_but_those_with_forms_answers_what_the_document_says_and_refuses_with_a_problem()
{
    let calls = calls();
    let document = document();
    let mut expected = BTreeMap::new();

    for operation in operations(&document) {
        if !operation["requestBody"]["content"]["multipart/form-data"].is_null() {
            continue;
        }
        let success = operation["responses"]
            .as_object()
            .unwrap()
            .iter()
            .find(|(status, _)| status.starts_with('2'));
        let content = success.unwrap().1["content"].as_object();
        let kind = match content.and_then(|content| content.keys().next()) {
            None => Kind::Nothing,
            Some(media) if media == "application/json" => Kind::Type,
            Some(_) => Kind::Bytes,
        };
        expected.insert(pascal(operation["operationId"].as_str().unwrap()), kind);
    }

    assert_eq!(calls, expected);
}

#[test]
fn every_enumeration_is_an_enum_of_its_values() {
    let document = document();
    let mut expected = BTreeMap::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if let Some(values) = schema["enum"].as_array() {
            expected.insert(name.clone(), values.len());
        }
    }

    let enums: BTreeMap<_, _> = module("types")
        .into_iter()
        .filter_map(|item| match item {
            Item::Enum(item) => Some((item.ident.to_string(), item.variants.len())),
            _ => None,
        })
        .filter(|(name, _)| expected.contains_key(name))
        .collect();

    assert!(expected.len() > 40);
    assert_eq!(enums, expected);
}

/// What an operation answers where it does what is asked.
#[derive(Debug, PartialEq)]
enum Kind {
    Nothing,
    Type,
    Bytes,
}

/// What each call answers; every one refuses with the problem document.
fn calls() -> BTreeMap<String, Kind> {
    let mut calls = BTreeMap::new();
    for item in module("builder") {
        let Item::Impl(ItemImpl { self_ty, items, .. }) = item else {
            continue;
        };
        let name = text(&self_ty).trim_end_matches("<'a>").to_owned();
        let send = items.into_iter().find_map(|item| match item {
            ImplItem::Fn(method) if method.sig.ident == "send" => Some(method.sig.output),
            _ => None,
        });
        let Some(ReturnType::Type(_, answer)) = send else {
            panic!("{name} is not sent");
        };
        let answer = text(&answer).replace(",>", ">");
        let success = answer.strip_prefix("Result<ResponseValue<").unwrap();
        let success = success
            .strip_suffix(">,Error<types::Problem>>")
            .expect("a refusal is a problem");
        let kind = match success {
            "()" => Kind::Nothing,
            "ByteStream" => Kind::Bytes,
            _ if success.starts_with("types::") => Kind::Type,
            _ => panic!("{name} answers {success}"),
        };
        calls.insert(name, kind);
    }
    calls
}

/// The items of a module of what was generated.
fn module(name: &str) -> Vec<Item> {
    let found = syn::parse_file(CODE)
        .unwrap()
        .items
        .into_iter()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == name => module.content,
            _ => None,
        });
    found.unwrap().1
}

/// A piece of code, without blanks.
fn text(code: &impl ToTokens) -> String {
    code.to_token_stream().to_string().replace([' ', '\n'], "")
}

fn document() -> Value {
    serde_json::from_str(DOCUMENT).unwrap()
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object().unwrap().values();
    paths.flat_map(|path| path.as_object().unwrap().values())
}

/// The name of an operation as one of a type.
fn pascal(operation: &str) -> String {
    let (first, rest) = operation.split_at(1);
    first.to_uppercase() + rest
}
