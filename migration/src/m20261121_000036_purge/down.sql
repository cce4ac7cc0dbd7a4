DROP INDEX contact_import_left_contact_idx;
DROP INDEX contact_import_touches_contact_idx;
DROP TABLE purged_contacts;
DROP POLICY platform_delete ON contact_bulk_operations;
REVOKE UPDATE (id) ON team_members FROM canvass_platform;
REVOKE SELECT (list_id), DELETE ON contact_bulk_operations FROM canvass_platform;
REVOKE SELECT (list_id) ON contact_imports FROM canvass_platform;
REVOKE SELECT (id), INSERT ON audit_logs, audit_payloads FROM canvass_platform;

DO $$
DECLARE
    relation text;
    reached record;
BEGIN
    FOR reached IN
        SELECT i.inhrelid::regclass AS name FROM pg_inherits i
        WHERE i.inhparent IN ('audit_logs'::regclass, 'audit_payloads'::regclass)
        UNION ALL SELECT 'audit_logs'::regclass
        UNION ALL SELECT 'audit_payloads'::regclass
    LOOP
        EXECUTE format('DROP POLICY platform ON %s', reached.name);
    END LOOP;

    FOREACH relation IN ARRAY ARRAY[
        'campaigns', 'contact_lists', 'contacts', 'email_templates', 'forms', 'lead_views', 'leads', 'memberships', 'roles',
        'teams'
    ] LOOP
        EXECUTE format('DROP POLICY platform ON %I', relation);
        EXECUTE format(
            'REVOKE SELECT (organization_id, id, deleted_at), UPDATE (id), DELETE ON %I FROM canvass_platform', relation);
    END LOOP;

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
        EXECUTE format('DROP POLICY platform ON %I', reached.name);
        EXECUTE format(
            'REVOKE SELECT (organization_id, %s), DELETE ON %I FROM canvass_platform', reached.keys, reached.name);
    END LOOP;
END
$$;
