INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version)
VALUES (gen_random_uuid(), 'a@analytical.org', 'a@analytical.org', 'Ada', 'active', now(), now(), 1);
INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings,
    created_at, updated_at, version)
SELECT gen_random_uuid(), 'Engines', 'engines', id, 'free', '{"timezone": "UTC"}', now(), now(), 1 FROM users;
CREATE TEMPORARY TABLE things AS
SELECT o.organization_id AS organization, n, gen_random_uuid() AS id
FROM organizations o, generate_series(1, 3) AS n;
INSERT INTO campaigns (organization_id, id, name, name_folded, description, status, landing_text, past_schedule,
    delay_ms, created_at, updated_at, version)
SELECT organization, id, n::text, n::text, '', 'draft', '', 'ask', 0, now(), now(), n FROM things;
INSERT INTO forms (organization_id, id, name, description, current_version_id, versions, created_at, updated_at,
    version)
SELECT organization, id, 'Form', '', id, 1, now(), now(), 1 FROM things WHERE n = 1;
INSERT INTO form_versions (organization_id, id, form_id, version_number, thank_you_message, created_at)
SELECT organization, id, id, 1, '', now() FROM things WHERE n = 1;
-- The second one's answer is told of before the lead, and the third one has none.
INSERT INTO leads (organization_id, id, status, source, responses, notes, came_at, created_at, updated_at, version)
SELECT organization, id, 'new', 'api', 0, '', '2026-03-10Z', '2026-03-10Z', '2026-03-10Z', n FROM things;
INSERT INTO form_responses (organization_id, id, lead_id, form_version_id, response_data, submitted_at, created_at)
SELECT t.organization, gen_random_uuid(), t.id, f.id, '{}', timestamptz '2026-03-12Z' - (t.n - 1) * interval '4 days',
    '2026-03-12Z'
FROM things t, things f
WHERE f.n = 1 AND t.n < 3;
-- Of two campaigns everything is counted; the sums of the second one are forgotten in part.
INSERT INTO events (organization_id, id, "timestamp", event_type, campaign_id, origin, actor_verdict, actor_reason,
    created_at)
SELECT t.organization, gen_random_uuid(), at, kind, t.id, 'api', verdict, reason, now()
FROM things t, (VALUES
    (timestamptz '2026-03-01 12:00Z', 'OPEN', 'human', NULL), ('2026-03-01 13:00Z', 'OPEN', 'machine', NULL),
    ('2026-03-02 12:00Z', 'FORM_SUBMIT', 'machine', 'honeypot'), ('2026-03-02 12:00Z', 'SENT', 'machine', NULL)
) AS event (at, kind, verdict, reason)
WHERE t.n < 3;
DELETE FROM event_changes c USING things t WHERE c.campaign_id = t.id AND (t.n = 1 OR c.date = '2026-03-01');
INSERT INTO campaign_aggregations (organization_id, campaign_id, time_zone, next_time_zone, final_until,
    created_at, updated_at)
SELECT organization, id, CASE n WHEN 1 THEN 'UTC' END, CASE n WHEN 2 THEN 'Europe/Berlin' END,
    CASE n WHEN 1 THEN date '2026-03-01' END, now(), now()
FROM things WHERE n < 3;
INSERT INTO event_aggregations (organization_id, campaign_id, event_type, is_machine, date, count,
    unique_contacts, late_count, created_at, updated_at)
SELECT organization, id, 'OPEN', false, date '2026-03-01' + d, 1, 0, 0, now(), now()
FROM things, generate_series(0, 1) AS d WHERE n < 3;
INSERT INTO contact_event_days (organization_id, campaign_id, contact_id, event_type, is_machine, date, created_at)
SELECT organization, id, id, 'OPEN', false, '2026-03-01', now() FROM things WHERE n < 3;
INSERT INTO event_recurrences (organization_id, campaign_id, event_type, is_machine, date, previous_date, contacts,
    created_at, updated_at)
SELECT organization, id, 'OPEN', false, '2026-03-01', '-infinity', 1, now(), now() FROM things WHERE n < 3;
