//! The operations and who may call them, a file per kind of thing.

mod accounts;
mod api_keys;
mod audit;
mod campaigns;
mod contacts;
mod email_templates;
mod events;
mod forms;
mod imports;
mod invitations;
mod jobs;
mod leads;
mod members;
mod metrics;
mod organizations;
mod platform;
mod roles;
mod sessions;
mod teams;
mod validation;

use super::entry::Entry;

/// Every operation of the document.
pub(crate) fn entries() -> impl Iterator<Item = &'static Entry> {
    [
        accounts::ENTRIES,
        api_keys::ENTRIES,
        audit::ENTRIES,
        campaigns::ENTRIES,
        contacts::ENTRIES,
        imports::ENTRIES,
        email_templates::ENTRIES,
        events::ENTRIES,
        forms::ENTRIES,
        invitations::ENTRIES,
        jobs::ENTRIES,
        leads::ENTRIES,
        members::ENTRIES,
        metrics::ENTRIES,
        organizations::ENTRIES,
        platform::ENTRIES,
        roles::ENTRIES,
        sessions::ENTRIES,
        teams::ENTRIES,
        validation::ENTRIES,
    ]
    .into_iter()
    .flatten()
}
