//! Where each table belongs; the catalogue test wants every table in here once.

/// How a table is placed on a cluster that is distributed by organization (Citus's terms).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// A tenant's rows lie together: every key begins with `organization_id`.
    Distributed,
    /// Small, the same for all, copied to every node.
    Reference,
    /// On the coordinator only, looked up without a tenant.
    Local,
}

/// Every table of the schema, but for partitions, which are placed as their parents.
pub const TABLES: &[(&str, Placement)] = &[
    ("access_logs", Placement::Local),
    ("api_key_addresses", Placement::Distributed),
    ("api_keys", Placement::Distributed),
    ("audit_logs", Placement::Distributed),
    ("audit_payloads", Placement::Distributed),
    ("campaign_aggregations", Placement::Distributed),
    ("campaign_contact_assignments", Placement::Distributed),
    ("campaign_counts", Placement::Distributed),
    ("campaign_lists", Placement::Distributed),
    ("campaigns", Placement::Distributed),
    ("consent_records", Placement::Distributed),
    ("contact_bulk_operations", Placement::Distributed),
    ("contact_event_days", Placement::Distributed),
    ("contact_import_chunks", Placement::Distributed),
    ("contact_import_left", Placement::Distributed),
    ("contact_import_rejections", Placement::Distributed),
    ("contact_import_seen", Placement::Distributed),
    ("contact_import_touches", Placement::Distributed),
    ("contact_imports", Placement::Distributed),
    ("contact_list_counts", Placement::Distributed),
    ("contact_list_members", Placement::Distributed),
    ("contact_lists", Placement::Distributed),
    ("contact_words", Placement::Distributed),
    ("contacts", Placement::Distributed),
    ("credentials", Placement::Local),
    ("domain_facts", Placement::Local),
    ("email_send_simulations", Placement::Distributed),
    ("email_template_versions", Placement::Distributed),
    ("email_templates", Placement::Distributed),
    ("error_logs", Placement::Local),
    ("form_fields", Placement::Distributed),
    ("form_responses", Placement::Distributed),
    ("form_versions", Placement::Distributed),
    ("event_aggregations", Placement::Distributed),
    ("event_changes", Placement::Distributed),
    ("event_recurrences", Placement::Distributed),
    ("events", Placement::Distributed),
    ("forms", Placement::Distributed),
    ("idempotency_keys", Placement::Local),
    ("invitations", Placement::Distributed),
    ("job_queue", Placement::Local),
    ("lead_field_values", Placement::Distributed),
    ("lead_status_changes", Placement::Distributed),
    ("lead_views", Placement::Distributed),
    ("leads", Placement::Distributed),
    ("memberships", Placement::Distributed),
    ("organizations", Placement::Distributed),
    ("permissions", Placement::Reference),
    ("purged_contacts", Placement::Distributed),
    ("rate_limits", Placement::Local),
    ("role_permissions", Placement::Distributed),
    ("roles", Placement::Distributed),
    ("scheduled_runs", Placement::Local),
    ("scheduler_leases", Placement::Local),
    ("seaql_migrations", Placement::Local),
    ("sessions", Placement::Local),
    ("slugs", Placement::Local),
    ("suppressions", Placement::Distributed),
    ("team_members", Placement::Distributed),
    ("teams", Placement::Distributed),
    ("user_organizations", Placement::Local),
    ("user_preferences", Placement::Reference),
    ("user_roles", Placement::Reference),
    ("users", Placement::Reference),
    ("validation_logs", Placement::Distributed),
    ("validation_rules", Placement::Distributed),
];

/// The tables that are partitioned by month; their partitions are made ahead.
pub const PARTITIONED: &[&str] = &[
    "access_logs",
    "audit_logs",
    "audit_payloads",
    "consent_records",
    "error_logs",
    "events",
    "validation_logs",
];

/// Those of them whose rows can tell of the past, such as what a simulation of last month caused.
pub const BACK_DATED: &[&str] = &["events"];

/// For how many months before the present one these have partitions.
pub const MONTHS_BEHIND: u8 = 3;
