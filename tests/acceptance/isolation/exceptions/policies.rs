//! The policy of tenant tables, and the policies besides it.

use migration::role::{APP, PLATFORM, RETENTION, SEARCH};

use crate::isolation::catalogue::Policy;

/// The policy of every tenant table, as PostgreSQL prints it.
const TENANT_PREDICATE: &str = "(organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)";

/// That the unit of work is the platform's own: the nil organization.
const PLATFORM_PREDICATE: &str = "((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid)";

/// The platform's own scope, or a person of the unit's organization.
const PEOPLE_PREDICATE: &str = "(((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid) OR (EXISTS ( SELECT
   FROM memberships m
  WHERE ((m.organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (m.user_id = users.id)))))";

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
    ExtraPolicy {
        table: "campaign_aggregations",
        name: "platform",
        role: PLATFORM,
        using: "true",
        check: "false",
        reason: "the scheduler sees in whose days events were counted, and nothing of them",
    },
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
    ExtraPolicy {
        table: "event_changes",
        name: "platform",
        role: PLATFORM,
        using: "true",
        check: "false",
        reason: "the scheduler sees whose events are not counted, and nothing of them",
    },
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
    ExtraPolicy {
        table: "organizations",
        name: "platform",
        role: PLATFORM,
        using: "true",
        check: "false",
        reason: "the scheduler sees in whose days events are to be counted",
    },
    platform("rate_limits", "a table of the installation itself"),
    platform("scheduled_runs", "a table of the installation itself"),
    platform_scope("scheduled_runs"),
    platform("scheduler_leases", "a table of the installation itself"),
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
