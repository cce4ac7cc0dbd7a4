//! The operations and who may call them, a file per kind of thing.

mod accounts;
mod api_keys;
mod audit;
mod members;
mod organizations;
mod platform;
mod sessions;
mod teams;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::document::{Operation, operations};
use super::entry::Entry;

/// Every operation of the document.
pub(crate) fn entries() -> impl Iterator<Item = &'static Entry> {
    [
        accounts::ENTRIES,
        api_keys::ENTRIES,
        audit::ENTRIES,
        members::ENTRIES,
        organizations::ENTRIES,
        platform::ENTRIES,
        sessions::ENTRIES,
        teams::ENTRIES,
    ]
    .into_iter()
    .flatten()
    .filter(|entry| OPERATIONS.contains_key(entry.operation))
}

/// Entries may come before their operations.
static OPERATIONS: LazyLock<BTreeMap<String, Operation>> = LazyLock::new(operations);
