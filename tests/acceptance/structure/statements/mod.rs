//! Every statement that the program can issue on rows of organizations names the organization, as a bound value.
//!
//! Row-level security keeps tenants apart; this keeps statements on one node of a distributed database. What
//! stands in the sources as a whole is read there ([`literals`]), as are calls of sea-orm ([`entities`]) and the bodies of
//! functions in the database ([`functions`]); what is put together while the program runs is [`recorded`] while the
//! adapter keeps the contracts of its ports.

mod entities;
mod functions;
mod literals;
mod parse;
mod recorded;
mod sql;
mod sql_tests;
mod ties;

use std::collections::BTreeSet;

use migration::{Placement, TABLES};

use super::workspace::{Source, program_sources, read};

/// Words behind which a table is named.
const INTRODUCTIONS: [&str; 6] = ["FROM", "JOIN", "INTO", "UPDATE", "USING", "ONLY"];

/// Tables that are not distributed, but whose rows belong to organizations in a unit of work of one.
const QUEUES: [&str; 2] = ["idempotency_keys", "job_queue"];

/// Where rows of many organizations are handled at once: in which file or function of the database, on which
/// table, and why.
const ACROSS: &[(&str, &str, &str)] = &[
    (
        "crates/infrastructure/src/jobs/rounds.rs",
        "event_changes",
        "the scheduler looks for organizations that have something to count",
    ),
    (
        "crates/infrastructure/src/jobs/rounds.rs",
        "campaign_aggregations",
        "the same",
    ),
    (
        "crates/infrastructure/src/jobs/rounds.rs",
        "organizations",
        "the same",
    ),
    (
        "crates/infrastructure/src/jobs/to_follow.sql",
        "event_changes",
        "the same",
    ),
    (
        "crates/infrastructure/src/jobs/to_follow.sql",
        "campaign_aggregations",
        "the same",
    ),
    (
        "crates/infrastructure/src/jobs/to_follow.sql",
        "organizations",
        "the same",
    ),
    (
        "crates/infrastructure/src/shared/claim_jobs.sql",
        "job_queue",
        "workers take the jobs of all organizations",
    ),
    (
        "crates/infrastructure/src/shared/job_store.rs",
        "job_queue",
        "a worker knows the job, and that it holds it",
    ),
    (
        "crates/infrastructure/src/tenancy/permissions.rs",
        "role_permissions",
        "a release that brings permissions gives them to the template roles of all organizations, as the owner",
    ),
    (
        "crates/infrastructure/src/tenancy/permissions.rs",
        "roles",
        "the same",
    ),
    (
        "purge_expired",
        "idempotency_keys",
        "what ran out is removed for all organizations at once, by the retention role",
    ),
    (
        "end_bulk_operations",
        "contact_bulk_operations",
        "what ended without its job is ended for all organizations at once, by the platform's role",
    ),
    ("end_bulk_operations", "job_queue", "the same"),
    ("purge_expired", "invitations", "the same"),
    (
        "note_event_changes",
        "event_changes",
        "the rows that a statement has just recorded name their organization, which that statement names",
    ),
    (
        "purge_uploads",
        "contact_import_chunks",
        "what broke off is removed for all organizations at once, by the platform's role",
    ),
    ("purge_uploads", "contact_imports", "the same"),
    (
        "purge_import_files",
        "contact_imports",
        "files that wait too long are removed for all organizations at once, by the platform's role",
    ),
    ("purge_import_files", "contact_import_chunks", "the same"),
    (
        "purge_contact_words",
        "contact_words",
        "words that no contact has are looked for in all organizations at once, by the role of the search",
    ),
    ("purge_contact_words", "contacts", "the same"),
];

/// Benchmarks fill databases of their own and read them as their superuser.
const BENCHMARKS: &str = "crates/server/src/commands/bench/";

/// The sources whose statements go to the installation's database.
fn sources() -> Vec<Source> {
    let mut sources = program_sources();
    let all = sources.len();
    sources.retain(|source| !source.path.starts_with(BENCHMARKS));
    assert_ne!(sources.len(), all, "{BENCHMARKS} is not there any more");
    sources
}

/// The tables whose rows belong to organizations.
fn tables() -> BTreeSet<&'static str> {
    let distributed = TABLES
        .iter()
        .filter(|(_, placement)| *placement == Placement::Distributed)
        .map(|(table, _)| *table);
    distributed.chain(QUEUES).collect()
}

#[test]
fn every_exception_is_needed() {
    let tables = tables();
    let literals = literals::all(&sources(), &tables);
    let schema = read("docs/schema.sql").text;
    for exception in ACROSS {
        let others: Vec<_> = ACROSS
            .iter()
            .filter(|it| *it != exception)
            .copied()
            .collect();
        let found = literals::untied_in(&literals, &tables, &others).len()
            + functions::untied_in(&schema, &tables, &others).len();

        assert_ne!(found, 0, "not needed: {exception:?}");
    }
}
