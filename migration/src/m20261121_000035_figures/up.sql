-- What events and leads amount to is counted anew in steps, and found by indexes.

-- Until which day the sums of a campaign are final is told by campaign_aggregations alone.
DROP INDEX event_aggregations_open_idx;
ALTER TABLE event_aggregations DROP COLUMN is_final;

-- What was counted in days of another time zone is forgotten in steps, between which nothing counts as counted.
ALTER TABLE campaign_aggregations
ALTER COLUMN time_zone DROP NOT NULL,
ADD COLUMN noted_until date,
ADD COLUMN next_time_zone text,
ADD CONSTRAINT one_time_zone CHECK (num_nonnulls(time_zone, next_time_zone) = 1);
COMMENT ON COLUMN campaign_aggregations.time_zone IS 'of the days of the sums; null while these are forgotten';
COMMENT ON COLUMN campaign_aggregations.next_time_zone
IS 'of the days of the next sums, while others are forgotten for these';
COMMENT ON COLUMN campaign_aggregations.noted_until
IS 'until which day (in UTC) events are noted anew since sums are forgotten';
-- Who looks for sums of other days than an organization's looks before and behind its time zone.
CREATE INDEX campaign_aggregations_zone_idx ON campaign_aggregations (organization_id, time_zone);

-- The scheduler sees the time zones of organizations, and nothing else of what they set.
ALTER TABLE organizations ADD COLUMN time_zone text GENERATED ALWAYS AS (settings ->> 'timezone') STORED;
REVOKE SELECT (settings) ON organizations FROM canvass_platform;
GRANT SELECT (time_zone) ON organizations TO canvass_platform;

-- When the person of a lead showed interest first, be it by an answer that was told of later.
SELECT force_row_security('leads', false);
SELECT force_row_security('form_responses', false);
UPDATE leads l SET came_at = least(coalesce(l.came_at, l.created_at), (
    SELECT min(r.submitted_at) FROM form_responses r WHERE r.organization_id = l.organization_id AND r.lead_id = l.id));
SELECT force_row_security('form_responses', true);
SELECT force_row_security('leads', true);
ALTER TABLE leads ALTER COLUMN came_at SET NOT NULL;
COMMENT ON COLUMN leads.came_at IS 'when the person showed interest first';
-- The leads of a campaign are counted from this index alone.
CREATE INDEX leads_came_idx ON leads (organization_id, campaign_id, came_at) INCLUDE (source, status)
WHERE deleted_at IS NULL;

-- What machines did: of mails sent and come back, which only machines do, false. Each of these is an expression, which
-- takes the place of its call.
CREATE FUNCTION is_by_machine(event_type text, actor_verdict text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT actor_verdict = 'machine' AND event_type NOT IN ('SENT', 'BOUNCE')
$$;
GRANT EXECUTE ON FUNCTION is_by_machine(text, text) TO canvass_app;

-- What a robot wrote into the trap of a form, which is no event.
CREATE FUNCTION is_trapped(event_type text, actor_verdict text, actor_reason text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT event_type = 'FORM_SUBMIT' AND actor_verdict = 'machine' AND coalesce(actor_reason, '') = 'honeypot'
$$;
GRANT EXECUTE ON FUNCTION is_trapped(text, text, text) TO canvass_app;

CREATE OR REPLACE FUNCTION note_event_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_changes (organization_id, campaign_id, date, event_type, is_machine, contacts, times, created_at)
    SELECT
        r.organization_id, r.campaign_id, (r."timestamp" AT TIME ZONE 'UTC')::date, r.event_type,
        is_by_machine(r.event_type, r.actor_verdict), array_agg(r.contact_id), array_agg(r."timestamp"),
        min(r.created_at)
    FROM recorded r
    WHERE NOT is_trapped(r.event_type, r.actor_verdict, r.actor_reason)
    GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END
$$;
