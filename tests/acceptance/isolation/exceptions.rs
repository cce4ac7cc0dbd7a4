//! What departs from the rules of isolation, by name and with the reason.
//!
//! The rules cover every object that they are not told of; only what stands here is let off, and only
//! from what it says here.

mod grants;
mod policies;
mod purging;

pub(crate) use self::grants::PLAIN_GRANTS;
pub(crate) use self::policies::{ExtraPolicy, tenant_policy};

/// Rights of a role on a table: table, role, rights, reason.
pub(crate) type ExtraGrant = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
);

/// Rights besides those that the application's role has on tenant tables.
pub(crate) fn extra_grants() -> impl Iterator<Item = &'static ExtraGrant> {
    grants::EXTRA_GRANTS.iter().chain(purging::PURGE_GRANTS)
}

/// All policies that are not the tenant policy.
pub(crate) fn extra_policies() -> impl Iterator<Item = &'static ExtraPolicy> {
    policies::EXTRA_POLICIES
        .iter()
        .chain(purging::PURGE_POLICIES)
}

/// A table without row-level security, and why it needs none.
pub(crate) const WITHOUT_ROW_SECURITY: &[(&str, &str)] = &[
    (
        "credentials",
        "a directory: nobody holds a right on it, and its owner's functions must see all of it",
    ),
    (
        "permissions",
        "the same for all, and read-only but for the owner",
    ),
    (
        "seaql_migrations",
        "the list of migrations, read-only but for the owner",
    ),
    (
        "slugs",
        "a directory: nobody holds a right on it, and its owner's functions must see all of it",
    ),
    (
        "user_organizations",
        "a directory: nobody holds a right on it, and its owner's functions must see all of it",
    ),
];

/// The tables that are looked up before the tenant is known. They name an organization and are no
/// tenant tables: a key that began with it could not be found without it.
pub(crate) const DIRECTORIES: &[&str] = &["credentials", "slugs", "user_organizations"];

/// Tables whose `organization_id` may be null.
pub(crate) const WITHOUT_TENANT: &[(&str, &str)] = &[(
    "access_logs",
    "a platform table, in which a request may stand that named no organization",
)];

/// Definer functions that take no organization to compare with the unit's.
pub(crate) const WITHOUT_TENANT_ARGUMENT: &[(&str, &str)] = &[
    (
        "find_credential",
        "looked up by an exact hash before the tenant is known",
    ),
    (
        "find_organizations_of_user",
        "looked up for one user before the tenant is known",
    ),
    (
        "find_slug",
        "looked up by an exact slug before the tenant is known",
    ),
    (
        "make_partition",
        "makes tables and answers whether it did, reads no row",
    ),
    (
        "purge_contact_words",
        "removes words that no contact has by their age, for the platform role",
    ),
    (
        "purge_credentials",
        "removes what ran out of the directory by its age alone, for the platform role",
    ),
];

/// Columns that name a row which may be purged before them.
pub(crate) const PSEUDONYMS: &[(&str, &str, &str)] = &[
    (
        "campaign_aggregations",
        "campaign_id",
        "figures outlive what they are of",
    ),
    (
        "campaign_contact_assignments",
        "contact_id",
        "figures outlive the people they count",
    ),
    (
        "contact_event_days",
        "campaign_id",
        "figures outlive what they are of",
    ),
    (
        "contact_event_days",
        "contact_id",
        "figures outlive the people they count",
    ),
    (
        "event_aggregations",
        "campaign_id",
        "figures outlive what they are of",
    ),
    (
        "event_changes",
        "campaign_id",
        "an event names its campaign without a key, and so does what is yet to be made of it",
    ),
    (
        "event_recurrences",
        "campaign_id",
        "figures outlive what they are of",
    ),
    (
        "leads",
        "contact_id",
        "a lead stays when the contact that it is was purged",
    ),
    (
        "purged_contacts",
        "contact_id",
        "it is there because the contact is not",
    ),
];

/// Tables that can be updated and do not tell who did, and in which version.
pub(crate) const WITHOUT_VERSION: &[(&str, &str)] = &[
    (
        "access_logs",
        "append-only: an address is nulled, nothing else",
    ),
    (
        "audit_payloads",
        "append-only: personal data is nulled, nothing else",
    ),
    (
        "campaign_aggregations",
        "moved on by the program itself when it counts events",
    ),
    (
        "campaign_contact_assignments",
        "moved on by the program itself, batch by batch",
    ),
    (
        "campaign_counts",
        "made and removed; rows are locked and never changed",
    ),
    (
        "consent_records",
        "append-only: personal data is nulled, nothing else",
    ),
    (
        "contact_list_counts",
        "made and removed; rows are locked and never changed",
    ),
    (
        "contact_list_members",
        "made and removed; what it repeats of the contact follows the contact",
    ),
    (
        "contact_words",
        "noted anew by the program itself while contacts have them",
    ),
    (
        "domain_facts",
        "renewed by the program itself when it has asked again",
    ),
    ("event_aggregations", "counted by the program itself"),
    ("event_recurrences", "counted by the program itself"),
    (
        "events",
        "append-only: personal data is nulled, nothing else",
    ),
    (
        "idempotency_keys",
        "written once when the answer is known, by the program itself",
    ),
    ("job_queue", "moved on by the program itself, under a lease"),
    (
        "purged_contacts",
        "kept by the program itself when it purges, anew where the address is another one",
    ),
    ("rate_limits", "counted on by the program itself"),
    (
        "scheduled_runs",
        "moved on by the program itself, under a lease",
    ),
    ("scheduler_leases", "prolonged by the program itself"),
    (
        "sessions",
        "rotated by the program itself, with a generation of their own",
    ),
];

pub(crate) fn is_directory(table: &str) -> bool {
    DIRECTORIES.contains(&table)
}

pub(crate) fn is_listed(list: &[(&str, &str)], name: &str) -> bool {
    list.iter().any(|(listed, _)| *listed == name)
}
