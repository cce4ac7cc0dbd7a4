//! Files of contacts.

use serde_json::json;
use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Thing};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("importContacts", &[P::ContactImport])
        .on(&[Thing::ContactList])
        .answers(202),
    Entry::needs("uploadContacts", &[P::ContactImport])
        .on(&[Thing::ContactList])
        .answers(202),
    Entry::needs("listImports", &[P::ContactView]).on(&[Thing::ContactList]),
    Entry::needs("readImport", &[P::ContactView]).on(&[Thing::WaitingImport]),
    Entry::needs("updateImport", &[P::ContactImport])
        .on(&[Thing::WaitingImport])
        .with(|_| json!({ "columns": [{ "name": "a", "meaning": "email" }] })),
    Entry::needs("startImport", &[P::ContactImport])
        .on(&[Thing::WaitingImport])
        .with(|_| json!({ "columns": [{ "name": "a", "meaning": "email" }] }))
        .answers(202),
    Entry::needs("undoImport", &[P::ContactImport])
        .on(&[Thing::EndedImport])
        .answers(202),
    Entry::needs("previewImport", &[P::ContactImport]).on(&[Thing::WaitingImport]),
    Entry::needs("listRejections", &[P::ContactImport]).on(&[Thing::EndedImport]),
    Entry::needs("exportRejections", &[P::ContactImport]).on(&[Thing::EndedImport]),
    Entry::needs("listLeftByUndo", &[P::ContactView]).on(&[Thing::EndedImport]),
];
