//! Logging in and out.

use serde_json::json;

use crate::matrix::entry::{Entry, Rule, Thing};
use crate::stack::PASSWORD;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::new("login", Rule::Anyone)
        .with(|case| json!({ "email": case.caller.email, "password": PASSWORD }))
        .answers(201),
    Entry::new("refreshSession", Rule::Anyone)
        .with(|case| json!({ "refresh_token": case.caller.refresh_token })),
    Entry::new("logout", Rule::Session).answers(204),
    Entry::new("listSessions", Rule::Session),
    Entry::new("readSession", Rule::Session).on(&[Thing::OwnSession]),
    Entry::new("endSession", Rule::Session)
        .on(&[Thing::OwnSession])
        .answers(204),
    Entry::new("endOtherSessions", Rule::Session).answers(204),
];
