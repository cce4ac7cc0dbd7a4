//! What is deleted restorably, and what goes with it when it is removed for good.

/// A kind of things that are deleted restorably.
///
/// Events, consents, entries of the audit log and suppressions outlive what they are about, and so do figures; they
/// name it without a foreign key and stand nowhere here.
pub(super) struct Kind {
    /// What the audit log calls one of them.
    pub(super) entity: &'static str,
    /// What they are called where they are counted.
    pub(super) plural: &'static str,
    /// How many are removed in a unit.
    pub(super) most: i64,
    /// Finds some that were deleted before `$2`, at most `$3`; what others lead to that stay is left out until they go.
    pub(super) chosen: &'static str,
    /// Each removes of what goes with `$2`, of which there may be much, `$3` rows at most.
    pub(super) parts: &'static [&'static str],
    /// Each removes what else goes with `$2`.
    pub(super) rest: &'static [&'static str],
    /// Removes those of `$2` that were deleted before `$3`.
    pub(super) remove: &'static str,
}

/// How many things are removed in a unit of which each has little that goes with it.
const MANY: i64 = 500;

/// How many things are removed in a unit of which each may have very much that goes with it.
const ONE: i64 = 1;

/// Every kind, behind those that may lead to it.
pub(super) const KINDS: &[Kind] = &[
    LEADS,
    LEAD_VIEWS,
    CONTACTS,
    CAMPAIGNS,
    CONTACT_LISTS,
    EMAIL_TEMPLATES,
    FORMS,
    TEAM_MEMBERS,
    TEAMS,
    MEMBERSHIPS,
    ROLES,
];

/// Finds of which kinds anything was deleted before `$2`, by what they are called where they are counted.
pub(super) const DUE: &str = include_str!("due.sql");

const LEADS: Kind = Kind {
    entity: "lead",
    plural: "leads",
    most: MANY,
    chosen: "SELECT l.id FROM leads l WHERE l.organization_id = $1 AND l.deleted_at < $2 ORDER BY l.id LIMIT $3",
    parts: &[],
    rest: &[
        "DELETE FROM lead_field_values v WHERE v.organization_id = $1 AND v.lead_id = ANY ($2)",
        "DELETE FROM lead_status_changes s WHERE s.organization_id = $1 AND s.lead_id = ANY ($2)",
        "DELETE FROM form_responses r WHERE r.organization_id = $1 AND r.lead_id = ANY ($2)",
    ],
    remove: "DELETE FROM leads l WHERE l.organization_id = $1 AND l.id = ANY ($2) AND l.deleted_at < $3",
};

const LEAD_VIEWS: Kind = Kind {
    entity: "lead_view",
    plural: "lead_views",
    most: MANY,
    chosen: "SELECT w.id FROM lead_views w WHERE w.organization_id = $1 AND w.deleted_at < $2 ORDER BY w.id LIMIT $3",
    parts: &[],
    rest: &[],
    remove: "DELETE FROM lead_views w WHERE w.organization_id = $1 AND w.id = ANY ($2) AND w.deleted_at < $3",
};

const CONTACTS: Kind = Kind {
    entity: "contact",
    plural: "contacts",
    most: MANY,
    chosen: "SELECT c.id FROM contacts c WHERE c.organization_id = $1 AND c.deleted_at < $2 ORDER BY c.id LIMIT $3",
    parts: &[],
    rest: &[
        "DELETE FROM contact_list_members m WHERE m.organization_id = $1 AND m.contact_id = ANY ($2)",
        "DELETE FROM contact_import_touches t WHERE t.organization_id = $1 AND t.contact_id = ANY ($2)",
        "DELETE FROM contact_import_left l WHERE l.organization_id = $1 AND l.contact_id = ANY ($2)",
    ],
    remove: "DELETE FROM contacts c WHERE c.organization_id = $1 AND c.id = ANY ($2) AND c.deleted_at < $3",
};

const CAMPAIGNS: Kind = Kind {
    entity: "campaign",
    plural: "campaigns",
    most: ONE,
    chosen: "SELECT c.id FROM campaigns c WHERE c.organization_id = $1 AND c.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM leads l WHERE l.organization_id = $1 AND l.campaign_id = c.id) \
             ORDER BY c.id LIMIT $3",
    parts: &[
        "DELETE FROM campaign_contact_assignments WHERE organization_id = $1 AND (campaign_id, contact_id) IN (\
             SELECT a.campaign_id, a.contact_id FROM campaign_contact_assignments a \
             WHERE a.organization_id = $1 AND a.campaign_id = ANY ($2) LIMIT $3)",
    ],
    rest: &[
        "DELETE FROM campaign_lists l WHERE l.organization_id = $1 AND l.campaign_id = ANY ($2)",
        "DELETE FROM campaign_counts n WHERE n.organization_id = $1 AND n.campaign_id = ANY ($2)",
        "DELETE FROM email_send_simulations s WHERE s.organization_id = $1 AND s.campaign_id = ANY ($2)",
    ],
    remove: "DELETE FROM campaigns c WHERE c.organization_id = $1 AND c.id = ANY ($2) AND c.deleted_at < $3",
};

const CONTACT_LISTS: Kind = Kind {
    entity: "contact_list",
    plural: "contact_lists",
    most: ONE,
    chosen: "SELECT l.id FROM contact_lists l WHERE l.organization_id = $1 AND l.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM campaign_lists c WHERE c.organization_id = $1 AND c.list_id = l.id) \
             AND NOT EXISTS (SELECT FROM contact_imports i WHERE i.organization_id = $1 AND i.list_id = l.id \
                 AND i.status IN ('uploading', 'pending', 'running', 'undoing')) \
             AND NOT EXISTS (SELECT FROM contact_bulk_operations b WHERE b.organization_id = $1 AND b.list_id = l.id \
                 AND b.status IN ('pending', 'running')) \
             ORDER BY l.id LIMIT $3",
    parts: &[
        "DELETE FROM contact_import_touches WHERE organization_id = $1 AND (import_id, contact_id) IN (\
             SELECT t.import_id, t.contact_id FROM contact_import_touches t \
             JOIN contact_imports i ON i.organization_id = t.organization_id AND i.id = t.import_id \
             WHERE t.organization_id = $1 AND i.organization_id = $1 AND i.list_id = ANY ($2) LIMIT $3)",
        "DELETE FROM contact_import_left WHERE organization_id = $1 AND (import_id, contact_id) IN (\
             SELECT t.import_id, t.contact_id FROM contact_import_left t \
             JOIN contact_imports i ON i.organization_id = t.organization_id AND i.id = t.import_id \
             WHERE t.organization_id = $1 AND i.organization_id = $1 AND i.list_id = ANY ($2) LIMIT $3)",
        "DELETE FROM contact_import_rejections WHERE organization_id = $1 AND (import_id, line) IN (\
             SELECT r.import_id, r.line FROM contact_import_rejections r \
             JOIN contact_imports i ON i.organization_id = r.organization_id AND i.id = r.import_id \
             WHERE r.organization_id = $1 AND i.organization_id = $1 AND i.list_id = ANY ($2) LIMIT $3)",
        "DELETE FROM contact_list_members WHERE organization_id = $1 AND (contact_id, list_id) IN (\
             SELECT m.contact_id, m.list_id FROM contact_list_members m \
             WHERE m.organization_id = $1 AND m.list_id = ANY ($2) LIMIT $3)",
    ],
    rest: &[
        "DELETE FROM contact_import_seen s USING contact_imports i \
         WHERE s.organization_id = $1 AND i.organization_id = $1 AND i.id = s.import_id AND i.list_id = ANY ($2)",
        "DELETE FROM contact_import_chunks c USING contact_imports i \
         WHERE c.organization_id = $1 AND i.organization_id = $1 AND i.id = c.import_id AND i.list_id = ANY ($2)",
        "DELETE FROM contact_imports i WHERE i.organization_id = $1 AND i.list_id = ANY ($2)",
        "DELETE FROM contact_bulk_operations b WHERE b.organization_id = $1 AND b.list_id = ANY ($2)",
        "DELETE FROM contact_list_counts n WHERE n.organization_id = $1 AND n.list_id = ANY ($2)",
    ],
    remove: "DELETE FROM contact_lists l WHERE l.organization_id = $1 AND l.id = ANY ($2) AND l.deleted_at < $3",
};

/// A starter is copied once, also where its copy was deleted: the row tells that it was.
const EMAIL_TEMPLATES: Kind = Kind {
    entity: "email_template",
    plural: "email_templates",
    most: MANY,
    chosen: "SELECT t.id FROM email_templates t WHERE t.organization_id = $1 AND t.deleted_at < $2 \
             AND t.template_key IS NULL \
             AND NOT EXISTS (SELECT FROM email_template_versions v \
                 JOIN campaigns c ON c.organization_id = v.organization_id AND c.email_template_version_id = v.id \
                 WHERE v.organization_id = $1 AND c.organization_id = $1 AND v.template_id = t.id) \
             ORDER BY t.id LIMIT $3",
    parts: &[],
    rest: &[
        "DELETE FROM email_template_versions v WHERE v.organization_id = $1 AND v.template_id = ANY ($2)",
    ],
    remove: "DELETE FROM email_templates t WHERE t.organization_id = $1 AND t.id = ANY ($2) AND t.deleted_at < $3",
};

const FORMS: Kind = Kind {
    entity: "form",
    plural: "forms",
    most: MANY,
    chosen: "SELECT f.id FROM forms f WHERE f.organization_id = $1 AND f.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM form_versions v \
                 JOIN campaigns c ON c.organization_id = v.organization_id AND c.form_version_id = v.id \
                 WHERE v.organization_id = $1 AND c.organization_id = $1 AND v.form_id = f.id) \
             AND NOT EXISTS (SELECT FROM form_versions v \
                 JOIN form_responses r ON r.organization_id = v.organization_id AND r.form_version_id = v.id \
                 WHERE v.organization_id = $1 AND r.organization_id = $1 AND v.form_id = f.id) \
             ORDER BY f.id LIMIT $3",
    parts: &[],
    rest: &[
        "DELETE FROM form_fields f USING form_versions v \
         WHERE f.organization_id = $1 AND v.organization_id = $1 AND v.id = f.form_version_id AND v.form_id = ANY ($2)",
        "DELETE FROM form_versions v WHERE v.organization_id = $1 AND v.form_id = ANY ($2)",
    ],
    remove: "DELETE FROM forms f WHERE f.organization_id = $1 AND f.id = ANY ($2) AND f.deleted_at < $3",
};

const TEAM_MEMBERS: Kind = Kind {
    entity: "team_member",
    plural: "team_members",
    most: MANY,
    chosen: "SELECT p.id FROM team_members p WHERE p.organization_id = $1 AND p.deleted_at < $2 ORDER BY p.id LIMIT $3",
    parts: &[],
    rest: &[],
    remove: "DELETE FROM team_members p WHERE p.organization_id = $1 AND p.id = ANY ($2) AND p.deleted_at < $3",
};

const TEAMS: Kind = Kind {
    entity: "team",
    plural: "teams",
    most: MANY,
    chosen: "SELECT t.id FROM teams t WHERE t.organization_id = $1 AND t.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM leads l WHERE l.organization_id = $1 AND l.assigned_team_id = t.id) \
             ORDER BY t.id LIMIT $3",
    parts: &[],
    rest: &["DELETE FROM team_members p WHERE p.organization_id = $1 AND p.team_id = ANY ($2)"],
    remove: "DELETE FROM teams t WHERE t.organization_id = $1 AND t.id = ANY ($2) AND t.deleted_at < $3",
};

const MEMBERSHIPS: Kind = Kind {
    entity: "membership",
    plural: "memberships",
    most: MANY,
    chosen: "SELECT m.id FROM memberships m WHERE m.organization_id = $1 AND m.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM team_members p WHERE p.organization_id = $1 AND p.membership_id = m.id) \
             ORDER BY m.id LIMIT $3",
    parts: &[],
    rest: &[],
    remove: "DELETE FROM memberships m WHERE m.organization_id = $1 AND m.id = ANY ($2) AND m.deleted_at < $3",
};

const ROLES: Kind = Kind {
    entity: "role",
    plural: "roles",
    most: MANY,
    chosen: "SELECT r.id FROM roles r WHERE r.organization_id = $1 AND r.deleted_at < $2 \
             AND r.template_key IS NULL \
             AND NOT EXISTS (SELECT FROM memberships m WHERE m.organization_id = $1 AND m.role_id = r.id) \
             AND NOT EXISTS (SELECT FROM invitations i WHERE i.organization_id = $1 AND i.role_id = r.id) \
             ORDER BY r.id LIMIT $3",
    parts: &[],
    rest: &["DELETE FROM role_permissions p WHERE p.organization_id = $1 AND p.role_id = ANY ($2)"],
    remove: "DELETE FROM roles r WHERE r.organization_id = $1 AND r.id = ANY ($2) AND r.deleted_at < $3",
};
