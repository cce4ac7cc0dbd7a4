-- Leaves a row in each table that no operation of the API fills yet, or only where there are name servers. A table
-- that has operations is filled by the travellers instead.
BEGIN;
SELECT unit('canvass_platform', '00000000-0000-0000-0000-000000000000', 30000);
INSERT INTO domain_facts (domain, fact, checked_at, expires_at, created_at)
VALUES ('{letter}.example', 'not_found', now(), now(), now());
INSERT INTO scheduled_runs (id, name, trigger, tries, finished_at, created_at, updated_at)
VALUES (gen_random_uuid(), 'expiry', 'manual', 1, now(), now(), now());
INSERT INTO scheduler_leases (name, scheduler, lease_until, created_at, updated_at)
VALUES ('scheduler', gen_random_uuid(), now(), now(), now()) ON CONFLICT (name) DO NOTHING;
COMMIT;

-- A contact that was deleted long ago is about to be purged.
BEGIN;
SELECT unit('canvass_app', '{organization}', 30000);
INSERT INTO purged_contacts (organization_id, contact_id, address_hash, created_at)
VALUES ('{organization}', gen_random_uuid(), decode(repeat('{letter}{letter}', 17), 'hex'), now());
COMMIT;

-- An import that is only tried has such rows while it is read, and none afterwards.
BEGIN;
SELECT unit('canvass_app', '{organization}', 30000);
INSERT INTO contact_import_seen (organization_id, import_id, address_hash, created_at)
SELECT i.organization_id, i.id, decode(repeat('{letter}{letter}', 17), 'hex'), now()
FROM contact_imports i
WHERE i.organization_id = '{organization}'
ORDER BY i.id
LIMIT 1;
COMMIT;

BEGIN;
SELECT unit('canvass_app', '{organization}', 30000);
INSERT INTO campaign_contact_assignments (
    organization_id, campaign_id, contact_id, status, validation_status, created_at, updated_at)
SELECT c.organization_id, c.id, p.id, 'pending', 'valid', now(), now()
FROM campaigns c, contacts p WHERE c.organization_id = '{organization}' AND p.organization_id = '{organization}';
INSERT INTO campaign_counts (organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at)
SELECT c.organization_id, c.id, 1, 0, 0, 0, 0, now() FROM campaigns c WHERE c.organization_id = '{organization}';
INSERT INTO events (organization_id, id, "timestamp", event_type, campaign_id, origin, actor_verdict, created_at)
SELECT c.organization_id, c.id, now(), 'OPEN', c.id, 'tracking', 'unknown', now()
FROM campaigns c WHERE c.organization_id = '{organization}';
INSERT INTO campaign_aggregations (organization_id, campaign_id, time_zone, created_at, updated_at)
SELECT c.organization_id, c.id, 'UTC', now(), now() FROM campaigns c WHERE c.organization_id = '{organization}';
INSERT INTO event_aggregations (
    organization_id, campaign_id, event_type, is_machine, date, count, unique_contacts, late_count, created_at, updated_at)
SELECT c.organization_id, c.id, 'OPEN', false, current_date, 1, 1, 0, now(), now()
FROM campaigns c WHERE c.organization_id = '{organization}';
INSERT INTO contact_event_days (organization_id, campaign_id, contact_id, event_type, is_machine, date, created_at)
SELECT c.organization_id, c.id, p.id, 'OPEN', false, current_date, now()
FROM campaigns c, contacts p WHERE c.organization_id = '{organization}' AND p.organization_id = '{organization}';
INSERT INTO event_recurrences (
    organization_id, campaign_id, event_type, is_machine, date, previous_date, contacts, created_at, updated_at)
SELECT c.organization_id, c.id, 'OPEN', false, current_date, '-infinity', 1, now(), now()
FROM campaigns c WHERE c.organization_id = '{organization}';
INSERT INTO email_send_simulations (
    organization_id, id, campaign_id, job_id, simulation_config, config_version, seed, start_at, created_at, updated_at, version)
SELECT c.organization_id, c.id, c.id, c.id, '{}', 1, 42, now(), now(), now(), 1
FROM campaigns c WHERE c.organization_id = '{organization}';
INSERT INTO consent_records (organization_id, id, created_at, contact_id, consent_type, granted, consent_text, source)
SELECT p.organization_id, p.id, now(), p.id, 'marketing', true, 'I agree.', 'form'
FROM contacts p WHERE p.organization_id = '{organization}';
COMMIT;
