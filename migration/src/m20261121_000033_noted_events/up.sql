-- What was recorded and is not counted yet is noted itself, and not only on which day it was: it is added to what was
-- counted before, and nobody looks at the other events of that day.

-- From here on whoever records waits until it is done, and notes in the new way then.
SELECT force_row_security('events', false);

ALTER TABLE event_changes
ADD COLUMN event_type text,
ADD COLUMN is_machine boolean,
ADD COLUMN contacts uuid[],
ADD COLUMN times timestamptz[];
-- Ids and instants hardly become smaller.
ALTER TABLE event_changes
ALTER COLUMN contacts SET STORAGE EXTERNAL,
ALTER COLUMN times SET STORAGE EXTERNAL;
COMMENT ON COLUMN event_changes.date IS 'the day (in UTC) of all of these events';
COMMENT ON COLUMN event_changes.contacts IS 'to whom each of them happened; null for a visitor without a mail';
COMMENT ON COLUMN event_changes.times IS 'when each of them happened';

-- Of campaigns that are not counted to the end, nobody knows which of their events were: everything of them is noted, and
-- what was counted of them is forgotten, also that days of them were final.
SELECT force_row_security('event_changes', false);
SELECT force_row_security('event_aggregations', false);
SELECT force_row_security('contact_event_days', false);
SELECT force_row_security('event_recurrences', false);
SELECT force_row_security('campaign_aggregations', false);
DELETE FROM event_aggregations a
USING (SELECT DISTINCT c.organization_id, c.campaign_id FROM event_changes c) AS noted
WHERE a.organization_id = noted.organization_id AND a.campaign_id = noted.campaign_id;
DELETE FROM contact_event_days d
USING (SELECT DISTINCT c.organization_id, c.campaign_id FROM event_changes c) AS noted
WHERE d.organization_id = noted.organization_id AND d.campaign_id = noted.campaign_id;
DELETE FROM event_recurrences r
USING (SELECT DISTINCT c.organization_id, c.campaign_id FROM event_changes c) AS noted
WHERE r.organization_id = noted.organization_id AND r.campaign_id = noted.campaign_id;
UPDATE campaign_aggregations w SET final_until = NULL
FROM (SELECT DISTINCT c.organization_id, c.campaign_id FROM event_changes c) AS noted
WHERE w.organization_id = noted.organization_id AND w.campaign_id = noted.campaign_id;
INSERT INTO event_changes (organization_id, campaign_id, date, event_type, is_machine, contacts, times, created_at)
SELECT
    found.organization_id, found.campaign_id, found.date, found.event_type, found.is_machine, array_agg(found.contact_id),
    array_agg(found.at), now()
FROM (
    SELECT
        e.organization_id, e.campaign_id, (e."timestamp" AT TIME ZONE 'UTC')::date AS date, e.event_type,
        e.actor_verdict = 'machine' AND e.event_type NOT IN ('SENT', 'BOUNCE') AS is_machine, e.contact_id,
        e."timestamp" AS at,
        row_number() OVER (
            PARTITION BY e.organization_id, e.campaign_id, (e."timestamp" AT TIME ZONE 'UTC')::date, e.event_type
        ) / 1000 AS part
    FROM (SELECT DISTINCT c.organization_id, c.campaign_id FROM event_changes c) AS noted
    JOIN events e ON e.organization_id = noted.organization_id AND e.campaign_id = noted.campaign_id
    WHERE NOT (
        e.event_type = 'FORM_SUBMIT' AND e.actor_verdict = 'machine' AND coalesce(e.actor_reason, '') = 'honeypot')
) AS found
GROUP BY found.organization_id, found.campaign_id, found.date, found.event_type, found.is_machine, found.part;
DELETE FROM event_changes c WHERE c.event_type IS NULL;
SELECT force_row_security('events', true);
SELECT force_row_security('event_changes', true);
SELECT force_row_security('event_aggregations', true);
SELECT force_row_security('contact_event_days', true);
SELECT force_row_security('event_recurrences', true);
SELECT force_row_security('campaign_aggregations', true);

ALTER TABLE event_changes
ALTER COLUMN event_type SET NOT NULL,
ALTER COLUMN is_machine SET NOT NULL,
ALTER COLUMN contacts SET NOT NULL,
ALTER COLUMN times SET NOT NULL;

-- Once for a statement, whichever way it records events, so that none of them can be forgotten. What a robot wrote into the
-- trap of a form is no event.
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

-- The scheduler looks for organizations whose days are others now than those that were counted, or not final.
CREATE POLICY platform ON campaign_aggregations FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
CREATE POLICY platform ON organizations FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
GRANT SELECT (organization_id, time_zone, final_until) ON campaign_aggregations TO canvass_platform;
DROP POLICY platform ON event_aggregations;
REVOKE SELECT (organization_id, is_final) ON event_aggregations FROM canvass_platform;
GRANT SELECT (organization_id, settings) ON organizations TO canvass_platform;
