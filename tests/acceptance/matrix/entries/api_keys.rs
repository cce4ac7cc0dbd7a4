//! API keys.

use serde_json::{Value, json};
use tenancy::Permission as P;

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Thing};

/// Who sees everybody's keys, or their own.
const SEE: &[P] = &[P::ApiKeyView, P::ApiKeyCreate];
/// Who revokes everybody's keys, or their own.
const REVOKE: &[P] = &[P::ApiKeyRevoke, P::ApiKeyCreate];

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createApiKey", &[P::ApiKeyCreate])
        .by_session()
        .with(new_key)
        .answers(201),
    Entry::needs("listApiKeys", SEE),
    Entry::needs("readApiKey", SEE).on(&[Thing::ApiKey]),
    Entry::needs("updateApiKey", &[P::ApiKeyCreate])
        .by_session()
        .on(&[Thing::ApiKey])
        .with(|_| json!({ "name": "Nightly" })),
    Entry::needs("revokeApiKey", REVOKE)
        .on(&[Thing::ApiKey])
        .answers(204),
    Entry::needs("revokeApiKeys", REVOKE)
        .using(&[Thing::ApiKey])
        .with(|case| json!({ "ids": case.used })),
];

fn new_key(_: &Case) -> Value {
    json!({ "name": "Nightly", "scopes": [P::OrganizationView.key()] })
}
