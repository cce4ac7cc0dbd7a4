//! What it takes to purge: the platform's role removes what an organization deleted long ago, and tells the audit log.

use migration::role::PLATFORM;

use super::ExtraGrant;
use super::policies::{
    ExtraPolicy, added_by_purge, deleted_within, purge_told, purged, purged_with,
};

/// How what was deleted is found, locked and removed.
const PURGED: &[&str] = &[
    "DELETE",
    "SELECT (deleted_at)",
    "SELECT (id)",
    "SELECT (organization_id)",
    "UPDATE (id)",
];

/// A right to remove rows that are found by these columns, without reading more of them.
const fn grant(table: &'static str, rights: &'static [&'static str]) -> ExtraGrant {
    (
        table,
        PLATFORM,
        rights,
        "what was deleted long ago is purged with what goes with it, without reading more than what leads where",
    )
}

/// The rights on what is purged.
pub(super) const PURGE_GRANTS: &[ExtraGrant] = &[
    (
        "audit_logs",
        PLATFORM,
        &["INSERT", "SELECT (id)"],
        "what is purged is told in the same unit",
    ),
    (
        "audit_payloads",
        PLATFORM,
        &["INSERT", "SELECT (id)"],
        "what is purged is told in the same unit",
    ),
    grant(
        "campaign_contact_assignments",
        &[
            "DELETE",
            "SELECT (campaign_id)",
            "SELECT (contact_id)",
            "SELECT (organization_id)",
        ],
    ),
    grant(
        "campaign_counts",
        &["DELETE", "SELECT (campaign_id)", "SELECT (organization_id)"],
    ),
    grant(
        "campaign_lists",
        &["DELETE", "SELECT (campaign_id)", "SELECT (organization_id)"],
    ),
    grant("campaigns", PURGED),
    grant(
        "contact_import_left",
        &[
            "DELETE",
            "SELECT (contact_id)",
            "SELECT (import_id)",
            "SELECT (organization_id)",
        ],
    ),
    grant(
        "contact_import_rejections",
        &[
            "DELETE",
            "SELECT (import_id)",
            "SELECT (line)",
            "SELECT (organization_id)",
        ],
    ),
    grant(
        "contact_import_seen",
        &["DELETE", "SELECT (import_id)", "SELECT (organization_id)"],
    ),
    grant(
        "contact_import_touches",
        &[
            "DELETE",
            "SELECT (contact_id)",
            "SELECT (import_id)",
            "SELECT (organization_id)",
        ],
    ),
    grant(
        "contact_list_counts",
        &["DELETE", "SELECT (list_id)", "SELECT (organization_id)"],
    ),
    grant(
        "contact_list_members",
        &[
            "DELETE",
            "SELECT (contact_id)",
            "SELECT (list_id)",
            "SELECT (organization_id)",
        ],
    ),
    grant("contact_lists", PURGED),
    grant("contacts", PURGED),
    grant(
        "email_send_simulations",
        &["DELETE", "SELECT (campaign_id)", "SELECT (organization_id)"],
    ),
    grant(
        "email_template_versions",
        &["DELETE", "SELECT (organization_id)", "SELECT (template_id)"],
    ),
    grant("email_templates", PURGED),
    grant(
        "form_fields",
        &[
            "DELETE",
            "SELECT (form_version_id)",
            "SELECT (organization_id)",
        ],
    ),
    grant(
        "form_responses",
        &["DELETE", "SELECT (lead_id)", "SELECT (organization_id)"],
    ),
    grant(
        "form_versions",
        &[
            "DELETE",
            "SELECT (form_id)",
            "SELECT (id)",
            "SELECT (organization_id)",
        ],
    ),
    grant("forms", PURGED),
    grant(
        "lead_field_values",
        &["DELETE", "SELECT (lead_id)", "SELECT (organization_id)"],
    ),
    grant(
        "lead_status_changes",
        &["DELETE", "SELECT (lead_id)", "SELECT (organization_id)"],
    ),
    grant("lead_views", PURGED),
    grant("leads", PURGED),
    grant("memberships", PURGED),
    grant(
        "role_permissions",
        &["DELETE", "SELECT (organization_id)", "SELECT (role_id)"],
    ),
    grant("roles", PURGED),
    grant(
        "team_members",
        &[
            "DELETE",
            "SELECT (deleted_at)",
            "SELECT (id)",
            "SELECT (organization_id)",
            "SELECT (team_id)",
            "UPDATE (id)",
        ],
    ),
    grant("teams", PURGED),
];

/// The policies of what is purged.
pub(super) const PURGE_POLICIES: &[ExtraPolicy] = &[
    purge_told("audit_logs"),
    added_by_purge("audit_payloads", "the entries tell what was purged"),
    purged_with("campaign_contact_assignments"),
    purged_with("campaign_counts"),
    purged_with("campaign_lists"),
    purged("campaigns"),
    deleted_within("contact_bulk_operations"),
    purged_with("contact_import_left"),
    purged_with("contact_import_rejections"),
    purged_with("contact_import_seen"),
    purged_with("contact_import_touches"),
    purged_with("contact_list_counts"),
    purged_with("contact_list_members"),
    purged("contact_lists"),
    purged("contacts"),
    purged_with("email_send_simulations"),
    purged_with("email_template_versions"),
    purged("email_templates"),
    purged_with("form_fields"),
    purged_with("form_responses"),
    purged_with("form_versions"),
    purged("forms"),
    purged_with("lead_field_values"),
    purged_with("lead_status_changes"),
    purged("lead_views"),
    purged("leads"),
    purged("memberships"),
    purged_with("role_permissions"),
    purged("roles"),
    purged_with("team_members"),
    purged("teams"),
];
