//! What departs from the rules of isolation, by name and with the reason.
//!
//! The rules cover every object that they are not told of; only what stands here is let off, and only
//! from what it says here.

use migration::role::{APP, PLATFORM, RETENTION, SEARCH};

use super::catalogue::Policy;

/// The policy of every tenant table, as PostgreSQL prints it.
pub(crate) const TENANT_PREDICATE: &str = "(organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)";

/// That the unit of work is the platform's own: the nil organization.
const PLATFORM_PREDICATE: &str = "((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid)";

/// The platform's own scope, or a person of the unit's organization.
const PEOPLE_PREDICATE: &str = "(((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid) OR (EXISTS ( SELECT
   FROM memberships m
  WHERE ((m.organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (m.user_id = users.id)))))";

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

/// A policy besides the tenant policy.
pub(crate) struct ExtraPolicy {
    pub(crate) table: &'static str,
    name: &'static str,
    pub(crate) role: &'static str,
    using: &'static str,
    check: &'static str,
    #[expect(dead_code, reason = "it is there to be read")]
    reason: &'static str,
}

impl ExtraPolicy {
    pub(crate) fn policy(&self) -> Policy {
        policy(self.name, self.role, self.using, self.check)
    }
}

/// The policy that every tenant table and each of its partitions has.
pub(crate) fn tenant_policy() -> Policy {
    policy("tenant", APP, TENANT_PREDICATE, TENANT_PREDICATE)
}

fn policy(name: &str, role: &str, using: &str, check: &str) -> Policy {
    Policy {
        name: name.to_owned(),
        permissive: true,
        command: "*".to_owned(),
        roles: vec![role.to_owned()],
        using: Some(using.to_owned()),
        check: Some(check.to_owned()),
    }
}

const fn platform_scope(table: &'static str) -> ExtraPolicy {
    ExtraPolicy {
        table,
        name: "platform_scope",
        role: APP,
        using: PLATFORM_PREDICATE,
        check: PLATFORM_PREDICATE,
        reason: "accounts belong to no tenant and are reached in the platform's own scope",
    }
}

const fn platform(table: &'static str, reason: &'static str) -> ExtraPolicy {
    ExtraPolicy {
        table,
        name: "platform",
        role: PLATFORM,
        using: "true",
        check: "true",
        reason,
    }
}

const fn retention(table: &'static str) -> ExtraPolicy {
    ExtraPolicy {
        table,
        name: "retention",
        role: RETENTION,
        using: "true",
        check: "true",
        reason: "retention nulls personal columns of all organizations; a trigger allows nothing else",
    }
}

/// All policies that are not the tenant policy.
pub(crate) const EXTRA_POLICIES: &[ExtraPolicy] = &[
    platform("access_logs", "a table of the installation itself"),
    retention("access_logs"),
    retention("audit_payloads"),
    platform(
        "contact_bulk_operations",
        "operations whose job ended without them are ended, without reading what they were asked for",
    ),
    retention("consent_records"),
    retention("events"),
    ExtraPolicy {
        table: "contact_import_chunks",
        name: "platform",
        role: PLATFORM,
        using: "true",
        check: "false",
        reason: "uploads that broke off are purged, without reading them",
    },
    platform(
        "contact_imports",
        "uploads that broke off are purged, and what waited too long for somebody has failed",
    ),
    ExtraPolicy {
        table: "contact_words",
        name: "search",
        role: SEARCH,
        using: "true",
        check: "true",
        reason: "words that no contact has are looked for and purged",
    },
    ExtraPolicy {
        table: "contacts",
        name: "search",
        role: SEARCH,
        using: "true",
        check: "false",
        reason: "the function that searches names the tenant itself, which lets it use the index of words",
    },
    platform("domain_facts", "a table of the installation itself"),
    platform("error_logs", "a table of the installation itself"),
    platform(
        "idempotency_keys",
        "what ran out is purged, without reading it",
    ),
    ExtraPolicy {
        table: "invitations",
        name: "platform",
        role: PLATFORM,
        using: "true",
        check: "false",
        reason: "what ended long ago is purged, without reading it",
    },
    ExtraPolicy {
        table: "lead_field_values",
        name: "search",
        role: SEARCH,
        using: "true",
        check: "false",
        reason: "the function that searches names the tenant itself, which lets it use the index of parts of texts",
    },
    platform("job_queue", "workers claim the jobs of all organizations"),
    platform("rate_limits", "a table of the installation itself"),
    ExtraPolicy {
        table: "sessions",
        name: "platform",
        role: PLATFORM,
        using: "true",
        check: "false",
        reason: "what ended long ago is purged, without reading it",
    },
    platform_scope("sessions"),
    platform_scope("user_preferences"),
    platform_scope("user_roles"),
    ExtraPolicy {
        table: "users",
        name: "platform_scope",
        role: APP,
        using: PEOPLE_PREDICATE,
        check: PLATFORM_PREDICATE,
        reason: "inside a tenant its people can be read, to name them",
    },
];

/// Rights of roles other than the application's: table, role, rights, reason.
pub(crate) const EXTRA_GRANTS: &[(&str, &str, &[&str], &str)] = &[
    (
        "access_logs",
        PLATFORM,
        &["INSERT", "SELECT"],
        "written in batches, off the request path",
    ),
    (
        "access_logs",
        RETENTION,
        &["SELECT (created_at)", "SELECT (id)", "UPDATE (ip)"],
        "addresses are nulled when their time is over",
    ),
    (
        "audit_payloads",
        RETENTION,
        &[
            "SELECT (created_at)",
            "SELECT (id)",
            "SELECT (organization_id)",
            "UPDATE (changes)",
            "UPDATE (ip)",
            "UPDATE (reason)",
            "UPDATE (salt)",
            "UPDATE (user_agent)",
        ],
        "personal data is nulled when its time is over",
    ),
    (
        "contact_bulk_operations",
        PLATFORM,
        &[
            "SELECT (id)",
            "SELECT (organization_id)",
            "SELECT (status)",
            "UPDATE (changes)",
            "UPDATE (filter)",
            "UPDATE (finished_at)",
            "UPDATE (status)",
        ],
        "operations whose job ended without them are ended, without reading what they were asked for",
    ),
    (
        "consent_records",
        RETENTION,
        &[
            "SELECT (created_at)",
            "SELECT (id)",
            "SELECT (organization_id)",
            "UPDATE (ip_address)",
            "UPDATE (user_agent)",
        ],
        "personal data is nulled when its time is over",
    ),
    (
        "contact_import_chunks",
        PLATFORM,
        &[
            "DELETE",
            "SELECT (created_at)",
            "SELECT (import_id)",
            "SELECT (organization_id)",
        ],
        "uploads that broke off are purged, without reading them",
    ),
    (
        "contact_imports",
        PLATFORM,
        &[
            "DELETE",
            "SELECT (created_at)",
            "SELECT (id)",
            "SELECT (organization_id)",
            "SELECT (status)",
            "SELECT (updated_at)",
            "SELECT (version)",
            "UPDATE (error)",
            "UPDATE (finished_at)",
            "UPDATE (status)",
            "UPDATE (updated_at)",
            "UPDATE (version)",
        ],
        "uploads that broke off are purged, and what waited too long for somebody has failed, without reading the files",
    ),
    (
        "contact_words",
        APP,
        &["UPDATE (noted_at)"],
        "words are noted anew with the contacts that have them",
    ),
    (
        "contact_words",
        SEARCH,
        &[
            "DELETE",
            "SELECT (noted_at)",
            "SELECT (organization_id)",
            "SELECT (word)",
            "UPDATE (noted_at)",
        ],
        "words that no contact has are looked for and purged, for the function that does",
    ),
    (
        "contacts",
        SEARCH,
        &[
            "SELECT (attributes)",
            "SELECT (deleted_at)",
            "SELECT (id)",
            "SELECT (organization_id)",
            "SELECT (search_text)",
            "SELECT (validation_status)",
        ],
        "what contacts are searched by, for the function that searches",
    ),
    (
        "domain_facts",
        PLATFORM,
        &["DELETE", "INSERT", "SELECT", "UPDATE"],
        "what is known of domains, the same for all organizations",
    ),
    (
        "error_logs",
        PLATFORM,
        &["INSERT", "SELECT"],
        "written in batches, off the request path",
    ),
    (
        "events",
        RETENTION,
        &[
            "SELECT (id)",
            "SELECT (organization_id)",
            "SELECT (timestamp)",
            "UPDATE (event_data)",
            "UPDATE (ip_address)",
            "UPDATE (session_id)",
            "UPDATE (user_agent)",
        ],
        "personal data is nulled when its time is over",
    ),
    (
        "idempotency_keys",
        PLATFORM,
        &[
            "DELETE",
            "SELECT (expires_at)",
            "SELECT (key)",
            "SELECT (organization_id)",
        ],
        "what ran out is purged, without reading the answers",
    ),
    (
        "invitations",
        PLATFORM,
        &["DELETE", "SELECT (expires_at)", "SELECT (status)"],
        "what ended long ago is purged, without reading it",
    ),
    (
        "lead_field_values",
        SEARCH,
        &[
            "SELECT (field_key)",
            "SELECT (lead_id)",
            "SELECT (organization_id)",
            "SELECT (value_folded)",
        ],
        "what leads are searched by, for the function that searches",
    ),
    (
        "job_queue",
        APP,
        &[
            "UPDATE (attempts)",
            "UPDATE (cancel_requested_at)",
            "UPDATE (checkpoint)",
            "UPDATE (finished_at)",
            "UPDATE (revision)",
            "UPDATE (run_at)",
            "UPDATE (status)",
            "UPDATE (updated_at)",
            "UPDATE (wind_ups_left)",
        ],
        "a job keeps its checkpoint with its effect, and is cancelled by a use case; leases are the workers'",
    ),
    (
        "job_queue",
        PLATFORM,
        &["DELETE", "SELECT", "UPDATE"],
        "workers claim the jobs of all organizations",
    ),
    (
        "rate_limits",
        PLATFORM,
        &["DELETE", "INSERT", "SELECT", "UPDATE"],
        "a table of the installation itself",
    ),
    (
        "seaql_migrations",
        PLATFORM,
        &["SELECT"],
        "readiness tells whether the schema is up to date",
    ),
    (
        "sessions",
        PLATFORM,
        &["DELETE", "SELECT (expires_at)", "SELECT (id)"],
        "what ended long ago is purged, without reading it",
    ),
];

/// Rights of the application role on tables without row-level security.
pub(crate) const PLAIN_GRANTS: &[(&str, &[&str])] = &[("permissions", &["SELECT"])];

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
        "campaign_contact_assignments",
        "contact_id",
        "figures outlive the people they count",
    ),
    (
        "leads",
        "contact_id",
        "a lead stays when the contact that it is was purged",
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
    (
        "events",
        "append-only: personal data is nulled, nothing else",
    ),
    (
        "idempotency_keys",
        "written once when the answer is known, by the program itself",
    ),
    ("job_queue", "moved on by the program itself, under a lease"),
    ("rate_limits", "counted on by the program itself"),
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
