//! What the audit log does not tell of a change, each with a reason.
//!
//! Whatever is not listed here is demanded: a new table or column is covered as soon as it exists.

/// Tables whose rows are nobody's deeds of their own.
pub(super) const UNTOLD_TABLES: &[(&str, &str)] = &[
    ("access_logs", "a record of requests, beside the log"),
    (
        "api_key_addresses",
        "what tells a new network from a known one; the entry `login` of the key tells it",
    ),
    ("audit_logs", "the log itself"),
    ("audit_payloads", "the log itself"),
    (
        "credentials",
        "leads to keys and invitations, whose own entries tell of them",
    ),
    (
        "campaign_aggregations",
        "how far events were counted ahead; that they are to be counted in other days has an entry, each time",
    ),
    (
        "campaign_contact_assignments",
        "what became of each recipient, which the campaign's entries tell the beginning and the end of",
    ),
    (
        "campaign_counts",
        "sums over recipients of campaigns, whose own entries tell of them",
    ),
    (
        "consent_records",
        "a log of its own, with a row for each consent that was given or taken back",
    ),
    (
        "contact_event_days",
        "sums over events, of which nobody's deed is told",
    ),
    (
        "contact_import_chunks",
        "the file that an import's entry tells of",
    ),
    (
        "contact_import_left",
        "what an undo left, which its entry tells the count of",
    ),
    (
        "contact_import_rejections",
        "rows of a file, which the import's entry tells the count of",
    ),
    (
        "contact_import_seen",
        "addresses that a dry run has met, kept until it ends",
    ),
    (
        "contact_import_touches",
        "rows of a file, which the import's entry tells the count of",
    ),
    (
        "contact_list_counts",
        "sums over memberships, whose own entries tell of them",
    ),
    (
        "contact_words",
        "words of contacts, whose own entries tell of them",
    ),
    (
        "domain_facts",
        "what name servers said of domains, of which nobody's deed is told",
    ),
    ("error_logs", "a record of failures, beside the log"),
    (
        "form_fields",
        "what a version of a form asks, which is never changed; the version has its own entry",
    ),
    (
        "event_aggregations",
        "sums over events, of which nobody's deed is told",
    ),
    (
        "event_changes",
        "events that are to be summed up, of which nobody's deed is told",
    ),
    (
        "event_recurrences",
        "sums over events, of which nobody's deed is told",
    ),
    (
        "events",
        "a log of its own, with a row for whatever happened to a mail",
    ),
    (
        "lead_field_values",
        "the values of responses by which leads are found; the response has its own entry",
    ),
    (
        "lead_status_changes",
        "steps of leads, whose own entries tell of the status and why it changed",
    ),
    (
        "idempotency_keys",
        "answers kept for repetitions of a request",
    ),
    ("permissions", "the catalogue in code, written by `migrate`"),
    ("rate_limits", "counts of tries"),
    (
        "scheduled_runs",
        "the program's own work; who asked for a run has an entry that names it",
    ),
    (
        "purged_contacts",
        "what is left of contacts that were purged, whose own entries tell of that",
    ),
    (
        "scheduler_leases",
        "which scheduler acts, of which nobody's deed is told",
    ),
    ("seaql_migrations", "the schema's own, written by `migrate`"),
    (
        "slugs",
        "leads to organizations, whose own entries tell of their names",
    ),
    (
        "validation_logs",
        "a log of its own, with a row for each address that was judged",
    ),
    (
        "user_organizations",
        "leads from users to memberships, whose own entries tell of them",
    ),
];

/// Columns of all tables that the entry itself tells: whose, which, when and by whom.
pub(super) const COLUMNS_OF_ENTRIES: &[&str] = &[
    "id",
    "organization_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "version",
];

/// Tables of whose columns only these are told, each with a reason.
pub(super) const ONLY_TOLD: &[(&str, &[&str], &str)] = &[(
    "job_queue",
    &["cancel_requested_at"],
    "the program moves jobs by itself, and what asked for them has its own entry; people can but cancel them",
)];

/// Further columns that are not told.
pub(super) const UNTOLD_COLUMNS: &[(&str, &str, &str)] = &[
    (
        "api_keys",
        "last_used_at",
        "use is not a change; the access log tells it",
    ),
    (
        "contact_list_members",
        "deleted_at",
        "follows the contact's own",
    ),
    (
        "contact_list_members",
        "validation_status",
        "follows the contact's own",
    ),
    (
        "contact_bulk_operations",
        "changes",
        "personal, and told by the entries of the contacts that change",
    ),
    (
        "contact_bulk_operations",
        "filter",
        "personal; which parts of it are set is told as the reason",
    ),
    (
        "contact_bulk_operations",
        "finished_at",
        "when `status` changed, which the entry tells",
    ),
    (
        "contact_imports",
        "finished_at",
        "when `status` changed, which the entry tells",
    ),
    (
        "contact_imports",
        "started_at",
        "when `status` changed, which the entry tells",
    ),
    ("campaigns", "name_folded", "follows from `name`"),
    ("contact_lists", "name_folded", "follows from `name`"),
    (
        "contacts",
        "edited_at",
        "when the fields changed that the entry tells",
    ),
    ("contacts", "email_hash", "follows from `email`"),
    (
        "contacts",
        "search_text",
        "follows from `email` and the names",
    ),
    (
        "form_responses",
        "response_data",
        "a response is never changed, and is itself the record of what was answered",
    ),
    (
        "form_responses",
        "submitted_at",
        "when the response was made, which the entry tells",
    ),
    (
        "leads",
        "person",
        "follows from the contact and the response, which the entries tell",
    ),
    (
        "leads",
        "responses",
        "a count of responses, which have entries of their own",
    ),
    (
        "email_template_versions",
        "html_content",
        "a version is never changed, and is itself the record of what it says",
    ),
    (
        "email_template_versions",
        "text_content",
        "a version is never changed, and is itself the record of what it says",
    ),
    ("invitations", "email_folded", "follows from `email`"),
    ("lead_views", "name_folded", "follows from `name`"),
    ("organizations", "time_zone", "follows from `settings`"),
    ("roles", "name_folded", "follows from `name`"),
    (
        "suppressions",
        "address_hash",
        "stands for an address that is told to nobody",
    ),
    ("teams", "name_folded", "follows from `name`"),
    (
        "user_preferences",
        "user_id",
        "whose preferences, which is what the entry is about",
    ),
    ("users", "email_folded", "follows from `email`"),
];

/// What a table's rows are called in the log, where it is not the table's name without its `s`, and
/// the column that says which one it is, where that is not `id`.
pub(super) const NAMES: &[(&str, &str, &str)] = &[
    ("contact_list_members", "contact_list_member", "contact_id"),
    ("job_queue", "job", "id"),
    ("organizations", "organization", "organization_id"),
    ("user_preferences", "user_preferences", "user_id"),
    ("user_roles", "user_role", "user_id"),
];

/// Rows that are part of another thing and told as a list of its own: the table, the column that says of
/// which thing, its table, the column whose values are listed, and the name of the list.
pub(super) const PARTS: &[Part] = &[
    Part {
        table: "campaign_lists",
        of: "campaign_id",
        whole: "campaigns",
        value: "list_id",
        field: "lists",
    },
    Part {
        table: "role_permissions",
        of: "role_id",
        whole: "roles",
        value: "permission_key",
        field: "permissions",
    },
];

/// See [`PARTS`].
#[derive(Debug)]
pub(super) struct Part {
    pub(super) table: &'static str,
    pub(super) of: &'static str,
    pub(super) whole: &'static str,
    pub(super) value: &'static str,
    pub(super) field: &'static str,
}
