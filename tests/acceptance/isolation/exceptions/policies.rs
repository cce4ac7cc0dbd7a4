//! The policy of tenant tables, and the policies besides it.

use migration::role::{APP, PLATFORM, RETENTION, SEARCH};

use crate::isolation::catalogue::Policy;

/// The policy of every tenant table, as PostgreSQL prints it.
const TENANT_PREDICATE: &str = "(organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)";

/// A deleted row of the unit's organization.
const DELETED_PREDICATE: &str = "((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))";

/// An entry of the unit's organization about something that was purged.
const PURGE_PREDICATE: &str = "((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (action = 'purge'::text))";

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
        let policy = policy(self.name, self.role, self.using, self.check);
        if self.restricts_deletion() {
            return Policy {
                permissive: false,
                command: "d".to_owned(),
                check: None,
                ..policy
            };
        }
        policy
    }

    /// Whether its role reaches rows of the unit's organization alone by this verb.
    pub(crate) fn is_confined(&self, verb: &str) -> bool {
        let is_asked = verb == "DELETE" || !self.restricts_deletion();
        is_asked && [TENANT_PREDICATE, DELETED_PREDICATE].contains(&self.using)
    }

    /// Whether it takes from what another policy lets its role delete, and lets nothing itself: it checks no new rows.
    const fn restricts_deletion(&self) -> bool {
        self.check.is_empty()
    }

    /// Whether its role reaches deleted rows alone.
    pub(crate) fn is_of_deleted(&self) -> bool {
        self.using == DELETED_PREDICATE
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

/// The policy of what is deleted restorably.
pub(super) const fn purged(table: &'static str) -> ExtraPolicy {
    ExtraPolicy {
        table,
        name: "platform",
        role: PLATFORM,
        using: DELETED_PREDICATE,
        check: "false",
        reason: "what an organization deleted long ago is purged, and nothing that is not deleted",
    }
}

/// The policy of what goes with that.
pub(super) const fn purged_with(table: &'static str) -> ExtraPolicy {
    ExtraPolicy {
        table,
        name: "platform",
        role: PLATFORM,
        using: TENANT_PREDICATE,
        check: "false",
        reason: "what goes with something that is purged is purged in the same unit",
    }
}

/// The policy of the log that tells what was purged.
pub(super) const fn purge_told(table: &'static str) -> ExtraPolicy {
    ExtraPolicy {
        table,
        name: "platform",
        role: PLATFORM,
        using: TENANT_PREDICATE,
        check: PURGE_PREDICATE,
        reason: "whoever purges tells so, and is told the ids of the entries",
    }
}

/// The policy of what whoever purges adds.
pub(super) const fn added_by_purge(table: &'static str, reason: &'static str) -> ExtraPolicy {
    ExtraPolicy {
        table,
        name: "platform",
        role: PLATFORM,
        using: TENANT_PREDICATE,
        check: TENANT_PREDICATE,
        reason,
    }
}

/// The policy that confines deletion to the unit's organization where another lets its role reach all.
pub(super) const fn deleted_within(table: &'static str) -> ExtraPolicy {
    ExtraPolicy {
        table,
        name: "platform_delete",
        role: PLATFORM,
        using: TENANT_PREDICATE,
        check: "",
        reason: "what goes with something that is purged is purged in its organization",
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

/// The policies that are neither the tenant policy nor there for purging.
pub(super) const EXTRA_POLICIES: &[ExtraPolicy] = &[
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
