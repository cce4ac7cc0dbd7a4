-- Of each of the `things` one in every table that something goes into which is deleted restorably, deleted when the thing
-- is gone; all of one thing belongs together, everybody is on all lists, and was met by all imports.
SET session_replication_role = replica;

INSERT INTO leads (
    organization_id, id, campaign_id, contact_id, status, source, responses, notes, came_at, created_at, updated_at,
    version, deleted_at)
SELECT organization, id, id, id, 'new', 'api', 1, '', now(), now(), now(), 1, gone FROM things;
INSERT INTO lead_status_changes (organization_id, id, lead_id, to_status, reason, created_at)
SELECT organization, id, id, 'new', '', now() FROM things;
INSERT INTO form_responses (
    organization_id, id, lead_id, form_version_id, response_data, submitted_at, created_at)
SELECT organization, id, id, id, '{}', now(), now() FROM things;
INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_bool, created_at)
SELECT organization, id, 'a', 0, true, now() FROM things;
INSERT INTO lead_views (
    organization_id, id, owner_user_id, name, name_folded, query, is_shared, created_at, updated_at, version, deleted_at)
SELECT organization, id, id, name, name, '', false, now(), now(), 1, gone FROM things;

INSERT INTO contact_lists (
    organization_id, id, name, name_folded, description, source, status, created_at, updated_at, version, deleted_at)
SELECT organization, id, name, name, '', 'manual', 'validated', now(), now(), 1, gone FROM things;
INSERT INTO contact_list_counts (
    organization_id, list_id, pending, valid, invalid, risky, nonexistent, created_at)
SELECT organization, id, 0, 1, 0, 0, 0, now() FROM things;
INSERT INTO contacts (
    organization_id, id, email_normalized, email_hash, attributes, source, validation_status, classification, risk_score,
    search_text, created_at, updated_at, version, deleted_at)
SELECT
    organization, id, name, decode(repeat('00', 17), 'hex'), '{}', 'api', 'valid', 'business', 0, ' ' || name || ' ', now(),
    now(), 1, gone
FROM things;
INSERT INTO contact_list_members (organization_id, contact_id, list_id, validation_status, created_at, deleted_at)
SELECT c.organization, c.id, l.id, 'valid', now(), c.gone FROM things c JOIN things l USING (organization);
INSERT INTO contact_imports (
    organization_id, id, list_id, file_name, size_bytes, status, on_duplicate, invalid, dry_run, rows_read, created, updated,
    unchanged, duplicate_in_file, rejected, suppressed, created_at, updated_at, version)
SELECT organization, id, id, name, 0, 'completed', 'skip', 'keep', false, 0, 0, 0, 0, 0, 0, 0, now(), now(), 1 FROM things;
INSERT INTO contact_import_chunks (organization_id, import_id, position, bytes, created_at)
SELECT organization, id, 0, 'a', now() FROM things;
INSERT INTO contact_import_rejections (organization_id, import_id, line, code, original, created_at)
SELECT organization, id, 1, 'a', '', now() FROM things;
INSERT INTO contact_import_seen (organization_id, import_id, address_hash, created_at)
SELECT organization, id, decode(repeat('00', 17), 'hex'), now() FROM things;
INSERT INTO contact_import_touches (organization_id, import_id, contact_id, outcome, joined, created_at)
SELECT c.organization, i.id, c.id, 'unchanged', false, now() FROM things c JOIN things i USING (organization);
INSERT INTO contact_import_left (organization_id, import_id, contact_id, reason, fields, created_at)
SELECT c.organization, i.id, c.id, 'changed', '[]', now() FROM things c JOIN things i USING (organization);
INSERT INTO contact_bulk_operations (
    organization_id, id, kind, list_id, matched, changed, unchanged, refused, status, created_at, updated_at, version)
SELECT organization, id, 'add_to_list', id, 0, 0, 0, 0, 'completed', now(), now(), 1 FROM things;

INSERT INTO email_templates (
    organization_id, id, name, description, active_version_id, versions, created_at, updated_at, version, deleted_at)
SELECT organization, id, name, '', id, 1, now(), now(), 1, gone FROM things;
INSERT INTO email_template_versions (
    organization_id, id, template_id, version_number, subject, html_content, text_content, variables, created_at)
SELECT organization, id, id, 1, '', '', '', '[]', now() FROM things;
INSERT INTO forms (
    organization_id, id, name, description, current_version_id, versions, created_at, updated_at, version, deleted_at)
SELECT organization, id, name, '', id, 1, now(), now(), 1, gone FROM things;
INSERT INTO form_versions (organization_id, id, form_id, version_number, thank_you_message, created_at)
SELECT organization, id, id, 1, '', now() FROM things;
INSERT INTO form_fields (
    organization_id, form_version_id, field_key, position, field_label, field_type, required, is_indexed, validation_rules,
    created_at)
SELECT organization, id, 'a', 0, 'A', 'text', false, false, '{}', now() FROM things;

INSERT INTO campaigns (
    organization_id, id, name, name_folded, description, status, email_template_version_id, form_version_id, landing_text,
    past_schedule, delay_ms, created_at, updated_at, version, deleted_at)
SELECT organization, id, name, name, '', 'completed', id, id, '', 'ask', 0, now(), now(), 1, gone FROM things;
INSERT INTO campaign_lists (organization_id, campaign_id, list_id, created_at)
SELECT organization, id, id, now() FROM things;
INSERT INTO campaign_contact_assignments (
    organization_id, campaign_id, contact_id, status, validation_status, created_at, updated_at)
SELECT organization, id, id, 'sent', 'valid', now(), now() FROM things;
INSERT INTO campaign_counts (
    organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at)
SELECT organization, id, 1, 0, 1, 0, 0, now() FROM things;
INSERT INTO email_send_simulations (
    organization_id, id, campaign_id, job_id, simulation_config, config_version, seed, start_at, created_at, updated_at,
    version, deleted_at)
SELECT organization, id, id, id, '{}', 1, 0, now(), now(), now(), 1, gone FROM things;

INSERT INTO roles (
    organization_id, id, name, name_folded, description, created_at, updated_at, version, deleted_at)
SELECT organization, id, name, name, '', now(), now(), 1, gone FROM things;
INSERT INTO role_permissions (organization_id, role_id, permission_key, created_at)
SELECT organization, id, 'lead.view', now() FROM things;
INSERT INTO memberships (
    organization_id, id, user_id, role_id, joined_at, invitation_state, created_at, updated_at, version, deleted_at)
SELECT organization, id, id, id, now(), 'direct', now(), now(), 1, gone FROM things;
INSERT INTO teams (
    organization_id, id, name, name_folded, description, created_at, updated_at, version, deleted_at)
SELECT organization, id, name, name, '', now(), now(), 1, gone FROM things;
INSERT INTO team_members (
    organization_id, id, team_id, membership_id, joined_at, created_at, updated_at, version, deleted_at)
SELECT organization, id, id, id, now(), now(), now(), 1, gone FROM things;

-- What outlives what it is about.
INSERT INTO suppressions (organization_id, id, address_hash, reason, source, source_id, created_at)
SELECT organization, id, substr(sha256(name::bytea), 1, 17), 'bounced', 'campaign', id, now() FROM things;
INSERT INTO events (
    organization_id, id, "timestamp", event_type, campaign_id, contact_id, origin, actor_verdict, created_at)
SELECT organization, id, '2026-03-01Z', 'SENT', id, id, 'tracking', 'machine', '2026-03-01Z' FROM things;
INSERT INTO consent_records (
    organization_id, id, created_at, contact_id, lead_id, consent_type, granted, consent_text, source)
SELECT organization, id, '2026-03-01Z', id, id, 'marketing', true, '', 'form' FROM things;
INSERT INTO campaign_aggregations (organization_id, campaign_id, time_zone, created_at, updated_at)
SELECT organization, id, 'UTC', now(), now() FROM things;
