CREATE OR REPLACE FUNCTION note_event_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_changes (organization_id, campaign_id, date, event_type, is_machine, contacts, times, created_at)
    SELECT
        r.organization_id, r.campaign_id, (r."timestamp" AT TIME ZONE 'UTC')::date, r.event_type,
        r.actor_verdict = 'machine' AND r.event_type NOT IN ('SENT', 'BOUNCE'), array_agg(r.contact_id),
        array_agg(r."timestamp"), min(r.created_at)
    FROM recorded r
    WHERE NOT (
        r.event_type = 'FORM_SUBMIT' AND r.actor_verdict = 'machine' AND coalesce(r.actor_reason, '') = 'honeypot')
    GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END
$$;

DROP INDEX leads_came_idx;
COMMENT ON COLUMN leads.came_at IS 'when the person showed interest; null: when the lead was made';
ALTER TABLE leads ALTER COLUMN came_at DROP NOT NULL;

REVOKE SELECT (time_zone) ON organizations FROM canvass_platform;
GRANT SELECT (settings) ON organizations TO canvass_platform;
ALTER TABLE organizations DROP COLUMN time_zone;

-- What is forgotten in part is forgotten to the end: all events are noted, as of a campaign that was never counted.
SELECT force_row_security('events', false);
SELECT force_row_security('event_changes', false);
SELECT force_row_security('event_aggregations', false);
SELECT force_row_security('contact_event_days', false);
SELECT force_row_security('event_recurrences', false);
SELECT force_row_security('campaign_aggregations', false);
DELETE FROM event_aggregations a
USING campaign_aggregations w
WHERE w.time_zone IS NULL AND a.organization_id = w.organization_id AND a.campaign_id = w.campaign_id;
DELETE FROM contact_event_days d
USING campaign_aggregations w
WHERE w.time_zone IS NULL AND d.organization_id = w.organization_id AND d.campaign_id = w.campaign_id;
DELETE FROM event_recurrences r
USING campaign_aggregations w
WHERE w.time_zone IS NULL AND r.organization_id = w.organization_id AND r.campaign_id = w.campaign_id;
DELETE FROM event_changes c
USING campaign_aggregations w
WHERE w.time_zone IS NULL AND c.organization_id = w.organization_id AND c.campaign_id = w.campaign_id;
INSERT INTO event_changes (organization_id, campaign_id, date, event_type, is_machine, contacts, times, created_at)
SELECT
    found.organization_id, found.campaign_id, found.date, found.event_type, found.is_machine,
    array_agg(found.contact_id), array_agg(found.at), now()
FROM (
    SELECT
        e.organization_id, e.campaign_id, (e."timestamp" AT TIME ZONE 'UTC')::date AS date, e.event_type,
        is_by_machine(e.event_type, e.actor_verdict) AS is_machine, e.contact_id, e."timestamp" AS at,
        row_number() OVER (
            PARTITION BY e.organization_id, e.campaign_id, (e."timestamp" AT TIME ZONE 'UTC')::date, e.event_type
        ) / 1000 AS part
    FROM campaign_aggregations w
    JOIN events e ON e.organization_id = w.organization_id AND e.campaign_id = w.campaign_id
    WHERE w.time_zone IS NULL AND NOT is_trapped(e.event_type, e.actor_verdict, e.actor_reason)
) AS found
GROUP BY found.organization_id, found.campaign_id, found.date, found.event_type, found.is_machine, found.part;
DELETE FROM campaign_aggregations WHERE time_zone IS NULL;

DROP FUNCTION is_trapped(text, text, text);
DROP FUNCTION is_by_machine(text, text);

-- Columns stand where they stood.
ALTER TABLE event_aggregations RENAME COLUMN created_at TO old_created_at;
ALTER TABLE event_aggregations RENAME COLUMN updated_at TO old_updated_at;
ALTER TABLE event_aggregations
ADD COLUMN is_final boolean,
ADD COLUMN created_at timestamptz,
ADD COLUMN updated_at timestamptz;
UPDATE event_aggregations a
SET
    is_final = coalesce((
        SELECT a.date <= w.final_until
        FROM campaign_aggregations w
        WHERE w.organization_id = a.organization_id AND w.campaign_id = a.campaign_id), false),
    created_at = a.old_created_at, updated_at = a.old_updated_at;
ALTER TABLE event_aggregations
DROP COLUMN old_created_at,
DROP COLUMN old_updated_at,
ALTER COLUMN is_final SET NOT NULL,
ALTER COLUMN created_at SET NOT NULL,
ALTER COLUMN updated_at SET NOT NULL;
CREATE INDEX event_aggregations_open_idx ON event_aggregations (organization_id, date) WHERE NOT is_final;
SELECT force_row_security('events', true);
SELECT force_row_security('event_changes', true);
SELECT force_row_security('event_aggregations', true);
SELECT force_row_security('contact_event_days', true);
SELECT force_row_security('event_recurrences', true);
SELECT force_row_security('campaign_aggregations', true);

DROP INDEX campaign_aggregations_zone_idx;
COMMENT ON COLUMN campaign_aggregations.time_zone IS NULL;
ALTER TABLE campaign_aggregations
DROP CONSTRAINT one_time_zone,
DROP COLUMN next_time_zone,
DROP COLUMN noted_until,
ALTER COLUMN time_zone SET NOT NULL;
