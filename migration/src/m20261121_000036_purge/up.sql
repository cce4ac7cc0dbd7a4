-- Daily, organization by organization: what was deleted long enough ago is removed for good, with what goes with it. Of
-- the organization of its unit the platform's role reaches what is deleted, by ids and instants, and writes into the
-- audit log that it was purged. It locks what it purges, for which it may update it, and can change nothing.

-- Whoever was written to can leave by an old mail when their contact is gone.
CREATE TABLE purged_contacts (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    contact_id uuid NOT NULL,
    address_hash bytea NOT NULL CHECK (octet_length(address_hash) = 17),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, contact_id)
);
COMMENT ON TABLE purged_contacts IS 'contacts that a campaign was addressed to, without anything that tells who they were';
COMMENT ON COLUMN purged_contacts.address_hash IS 'as in suppressions';
SELECT protect_tenant_table('purged_contacts');
GRANT SELECT, INSERT ON purged_contacts TO canvass_app;

DO $$
DECLARE
    tenant CONSTANT text := 'organization_id = nullif(current_setting(''app.organization_id'', true), '''')::uuid';
    relation text;
    reached record;
BEGIN
    FOREACH relation IN ARRAY ARRAY[
        'campaigns', 'contact_lists', 'contacts', 'email_templates', 'forms', 'lead_views', 'leads', 'memberships', 'roles',
        'teams'
    ] LOOP
        EXECUTE format(
            'CREATE POLICY platform ON %I FOR ALL TO canvass_platform USING (%s AND deleted_at IS NOT NULL) WITH CHECK (false)',
            relation, tenant);
        EXECUTE format(
            'GRANT SELECT (organization_id, id, deleted_at), UPDATE (id), DELETE ON %I TO canvass_platform', relation);
    END LOOP;

    -- What goes with one of these has no deletion of its own, or goes whether it has or not.
    FOR reached IN
        SELECT * FROM (VALUES
            ('campaign_contact_assignments', 'campaign_id, contact_id'),
            ('campaign_counts', 'campaign_id'),
            ('campaign_lists', 'campaign_id'),
            ('contact_import_left', 'contact_id, import_id'),
            ('contact_import_rejections', 'import_id, line'),
            ('contact_import_seen', 'import_id'),
            ('contact_import_touches', 'contact_id, import_id'),
            ('contact_list_counts', 'list_id'),
            ('contact_list_members', 'contact_id, list_id'),
            ('email_send_simulations', 'campaign_id'),
            ('email_template_versions', 'template_id'),
            ('form_fields', 'form_version_id'),
            ('form_responses', 'lead_id'),
            ('form_versions', 'form_id, id'),
            ('lead_field_values', 'lead_id'),
            ('lead_status_changes', 'lead_id'),
            ('role_permissions', 'role_id'),
            ('team_members', 'deleted_at, id, team_id')
        ) AS v (name, keys)
    LOOP
        EXECUTE format(
            'CREATE POLICY platform ON %I FOR ALL TO canvass_platform USING (%s) WITH CHECK (false)', reached.name, tenant);
        EXECUTE format(
            'GRANT SELECT (organization_id, %s), DELETE ON %I TO canvass_platform', reached.keys, reached.name);
    END LOOP;

    FOR reached IN
        SELECT 'audit_logs' AS parent, 'audit_logs'::regclass AS name
        UNION ALL SELECT 'audit_payloads', 'audit_payloads'::regclass
        UNION ALL
        SELECT p.relname::text, i.inhrelid::regclass FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
        WHERE i.inhparent IN ('audit_logs'::regclass, 'audit_payloads'::regclass)
    LOOP
        EXECUTE format(
            'CREATE POLICY platform ON %s FOR ALL TO canvass_platform USING (%s) WITH CHECK (%s)',
            reached.name, tenant,
            CASE reached.parent WHEN 'audit_logs' THEN tenant || ' AND action = ''purge''' ELSE tenant END);
    END LOOP;
    -- Operations of all organizations are ended; they are removed in one.
    EXECUTE format(
        'CREATE POLICY platform_delete ON contact_bulk_operations AS RESTRICTIVE FOR DELETE TO canvass_platform USING (%s)',
        tenant);
END
$$;
-- Whoever writes entries is told their ids.
GRANT SELECT (id), INSERT ON audit_logs, audit_payloads TO canvass_platform;
GRANT UPDATE (id) ON team_members TO canvass_platform;
GRANT SELECT (list_id) ON contact_imports TO canvass_platform;
GRANT SELECT (list_id), DELETE ON contact_bulk_operations TO canvass_platform;

-- Whoever removes a contact has these looked through for it.
CREATE INDEX contact_import_touches_contact_idx ON contact_import_touches (organization_id, contact_id);
CREATE INDEX contact_import_left_contact_idx ON contact_import_left (organization_id, contact_id);
