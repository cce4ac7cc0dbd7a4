//! What is deleted restorably, and what goes with it when it is removed for good.

/// A kind of things that are deleted restorably.
///
/// Events, consents, entries of the audit log and suppressions outlive what they are about, and so do figures; they
/// name it without a foreign key and stand nowhere here.
pub(super) struct Kind {
    /// What the audit log calls one of them.
    pub(super) entity: &'static str,
    /// Their table, by which they are counted, too.
    pub(super) table: &'static str,
    /// How many are removed in a unit.
    pub(super) most: i64,
    /// Finds some behind the id `$4` that were deleted before `$2`, at most `$3`, in the order of their ids; what others
    /// lead to that stay is left out until they go.
    pub(super) chosen: &'static str,
    /// Each removes of what goes with `$2`, of which there may be much, `$3` rows at most.
    pub(super) parts: &'static [&'static str],
    /// Each removes what else goes with `$2`.
    pub(super) rest: &'static [&'static str],
    /// Keeps at `$3`, before they go, what has to be known of `$2` when they are gone.
    pub(super) kept: Option<&'static str>,
}

impl Kind {
    /// Locks those of `$2` that were deleted before `$3`, in the order of their ids, and tells which these are: nobody
    /// restores them until the unit ends, and what was restored before is not among them.
    pub(super) fn lock(&self) -> String {
        let table = self.table;
        format!(
            "SELECT t.id FROM {table} t WHERE t.organization_id = $1 AND t.id = ANY ($2) AND t.deleted_at < $3 \
             ORDER BY t.id FOR UPDATE"
        )
    }

    /// Removes `$2`, which the unit has locked.
    pub(super) fn remove(&self) -> String {
        let table = self.table;
        format!("DELETE FROM {table} t WHERE t.organization_id = $1 AND t.id = ANY ($2)")
    }
}

/// How many things are removed in a unit of which each has little that goes with it.
const MANY: i64 = 500;

/// How many things are removed in a unit for each of which the database looks through much that may lead to it.
const FEW: i64 = 10;

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

/// Finds of which kinds anything was deleted before `$2`, by their tables.
pub(super) fn due() -> String {
    let of_kind = |kind: &Kind| {
        let table = kind.table;
        format!(
            "SELECT '{table}' AS kind \
             WHERE EXISTS (SELECT FROM {table} t WHERE t.organization_id = $1 AND t.deleted_at < $2)"
        )
    };
    let each: Vec<_> = KINDS.iter().map(of_kind).collect();
    each.join(" UNION ALL ")
}

const LEADS: Kind = Kind {
    entity: "lead",
    table: "leads",
    most: MANY,
    chosen: "SELECT l.id FROM leads l WHERE l.organization_id = $1 AND l.deleted_at < $2 \
             AND l.id > $4 ORDER BY l.id LIMIT $3",
    parts: &[],
    rest: &[
        "DELETE FROM lead_field_values v WHERE v.organization_id = $1 AND v.lead_id = ANY ($2)",
        "DELETE FROM lead_status_changes s WHERE s.organization_id = $1 AND s.lead_id = ANY ($2)",
        "DELETE FROM form_responses r WHERE r.organization_id = $1 AND r.lead_id = ANY ($2)",
    ],
    kept: None,
};

const LEAD_VIEWS: Kind = Kind {
    entity: "lead_view",
    table: "lead_views",
    most: MANY,
    chosen: "SELECT w.id FROM lead_views w WHERE w.organization_id = $1 AND w.deleted_at < $2 \
             AND w.id > $4 ORDER BY w.id LIMIT $3",
    parts: &[],
    rest: &[],
    kept: None,
};

const CONTACTS: Kind = Kind {
    entity: "contact",
    table: "contacts",
    most: MANY,
    chosen: "SELECT c.id FROM contacts c WHERE c.organization_id = $1 AND c.deleted_at < $2 \
             AND c.id > $4 ORDER BY c.id LIMIT $3",
    parts: &[],
    rest: &[
        "DELETE FROM contact_list_members m WHERE m.organization_id = $1 AND m.contact_id = ANY ($2)",
        "DELETE FROM contact_import_touches t WHERE t.organization_id = $1 AND t.contact_id = ANY ($2)",
        "DELETE FROM contact_import_left l WHERE l.organization_id = $1 AND l.contact_id = ANY ($2)",
    ],
    // Whoever was written to can leave by an old mail, and mails that come back tell of an address. Who was chosen before and
    // stayed after all may have another address by now.
    kept: Some(
        "INSERT INTO purged_contacts AS p (organization_id, contact_id, address_hash, created_at) \
         SELECT c.organization_id, c.id, c.email_hash, $3 FROM contacts c \
         WHERE c.organization_id = $1 AND c.id = ANY ($2) \
         AND (EXISTS (SELECT FROM campaign_contact_assignments a WHERE a.organization_id = $1 AND a.contact_id = c.id) \
             OR EXISTS (SELECT FROM purged_contacts k WHERE k.organization_id = $1 AND k.contact_id = c.id)) \
         ON CONFLICT (organization_id, contact_id) DO UPDATE SET address_hash = excluded.address_hash \
         WHERE p.organization_id = $1 AND p.address_hash <> excluded.address_hash",
    ),
};

const CAMPAIGNS: Kind = Kind {
    entity: "campaign",
    table: "campaigns",
    most: ONE,
    chosen: "SELECT c.id FROM campaigns c WHERE c.organization_id = $1 AND c.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM leads l WHERE l.organization_id = $1 AND l.campaign_id = c.id) \
             AND NOT EXISTS (SELECT FROM email_send_simulations s WHERE s.organization_id = $1 \
                 AND s.campaign_id = c.id AND s.deleted_at IS NULL) \
             AND c.id > $4 ORDER BY c.id LIMIT $3",
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
    kept: None,
};

const CONTACT_LISTS: Kind = Kind {
    entity: "contact_list",
    table: "contact_lists",
    most: ONE,
    chosen: "SELECT l.id FROM contact_lists l WHERE l.organization_id = $1 AND l.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM campaign_lists c WHERE c.organization_id = $1 AND c.list_id = l.id) \
             AND NOT EXISTS (SELECT FROM contact_imports i WHERE i.organization_id = $1 AND i.list_id = l.id \
                 AND i.status IN ('uploading', 'pending', 'running', 'undoing')) \
             AND NOT EXISTS (SELECT FROM contact_bulk_operations b WHERE b.organization_id = $1 AND b.list_id = l.id \
                 AND b.status IN ('pending', 'running')) \
             AND l.id > $4 ORDER BY l.id LIMIT $3",
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
    kept: None,
};

/// A starter is copied once, also where its copy was deleted: the row tells that it was.
const EMAIL_TEMPLATES: Kind = Kind {
    entity: "email_template",
    table: "email_templates",
    most: MANY,
    chosen: "SELECT t.id FROM email_templates t WHERE t.organization_id = $1 AND t.deleted_at < $2 \
             AND t.template_key IS NULL \
             AND NOT EXISTS (SELECT FROM email_template_versions v \
                 JOIN campaigns c ON c.organization_id = v.organization_id AND c.email_template_version_id = v.id \
                 WHERE v.organization_id = $1 AND c.organization_id = $1 AND v.template_id = t.id) \
             AND t.id > $4 ORDER BY t.id LIMIT $3",
    parts: &[],
    rest: &[
        "DELETE FROM email_template_versions v WHERE v.organization_id = $1 AND v.template_id = ANY ($2)",
    ],
    kept: None,
};

const FORMS: Kind = Kind {
    entity: "form",
    table: "forms",
    most: FEW,
    chosen: "SELECT f.id FROM forms f WHERE f.organization_id = $1 AND f.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM form_versions v \
                 JOIN campaigns c ON c.organization_id = v.organization_id AND c.form_version_id = v.id \
                 WHERE v.organization_id = $1 AND c.organization_id = $1 AND v.form_id = f.id) \
             AND NOT EXISTS (SELECT FROM form_versions v \
                 JOIN form_responses r ON r.organization_id = v.organization_id AND r.form_version_id = v.id \
                 WHERE v.organization_id = $1 AND r.organization_id = $1 AND v.form_id = f.id) \
             AND f.id > $4 ORDER BY f.id LIMIT $3",
    parts: &[],
    rest: &[
        "DELETE FROM form_fields f USING form_versions v \
         WHERE f.organization_id = $1 AND v.organization_id = $1 AND v.id = f.form_version_id AND v.form_id = ANY ($2)",
        "DELETE FROM form_versions v WHERE v.organization_id = $1 AND v.form_id = ANY ($2)",
    ],
    kept: None,
};

const TEAM_MEMBERS: Kind = Kind {
    entity: "team_member",
    table: "team_members",
    most: MANY,
    chosen: "SELECT p.id FROM team_members p WHERE p.organization_id = $1 AND p.deleted_at < $2 \
             AND p.id > $4 ORDER BY p.id LIMIT $3",
    parts: &[],
    rest: &[],
    kept: None,
};

const TEAMS: Kind = Kind {
    entity: "team",
    table: "teams",
    most: FEW,
    chosen: "SELECT t.id FROM teams t WHERE t.organization_id = $1 AND t.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM leads l WHERE l.organization_id = $1 AND l.assigned_team_id = t.id) \
             AND t.id > $4 ORDER BY t.id LIMIT $3",
    parts: &[],
    rest: &["DELETE FROM team_members p WHERE p.organization_id = $1 AND p.team_id = ANY ($2)"],
    kept: None,
};

const MEMBERSHIPS: Kind = Kind {
    entity: "membership",
    table: "memberships",
    most: MANY,
    chosen: "SELECT m.id FROM memberships m WHERE m.organization_id = $1 AND m.deleted_at < $2 \
             AND NOT EXISTS (SELECT FROM team_members p WHERE p.organization_id = $1 AND p.membership_id = m.id) \
             AND m.id > $4 ORDER BY m.id LIMIT $3",
    parts: &[],
    rest: &[],
    kept: None,
};

const ROLES: Kind = Kind {
    entity: "role",
    table: "roles",
    most: MANY,
    chosen: "SELECT r.id FROM roles r WHERE r.organization_id = $1 AND r.deleted_at < $2 \
             AND r.template_key IS NULL \
             AND NOT EXISTS (SELECT FROM memberships m WHERE m.organization_id = $1 AND m.role_id = r.id) \
             AND NOT EXISTS (SELECT FROM invitations i WHERE i.organization_id = $1 AND i.role_id = r.id) \
             AND r.id > $4 ORDER BY r.id LIMIT $3",
    parts: &[],
    rest: &["DELETE FROM role_permissions p WHERE p.organization_id = $1 AND p.role_id = ANY ($2)"],
    kept: None,
};
