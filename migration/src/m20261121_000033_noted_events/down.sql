REVOKE SELECT (organization_id, settings) ON organizations FROM canvass_platform;
CREATE POLICY platform ON event_aggregations FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
GRANT SELECT (organization_id, is_final) ON event_aggregations TO canvass_platform;
REVOKE SELECT (organization_id, time_zone, final_until) ON campaign_aggregations FROM canvass_platform;
DROP POLICY platform ON organizations;
DROP POLICY platform ON campaign_aggregations;

CREATE OR REPLACE FUNCTION note_event_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_changes (organization_id, campaign_id, date, created_at)
    SELECT r.organization_id, r.campaign_id, (r."timestamp" AT TIME ZONE 'UTC')::date, min(r.created_at)
    FROM recorded r
    GROUP BY r.organization_id, r.campaign_id, (r."timestamp" AT TIME ZONE 'UTC')::date;
    RETURN NULL;
END
$$;

-- Each row still names a day whose events are not all counted.
COMMENT ON COLUMN event_changes.date IS NULL;
ALTER TABLE event_changes
DROP COLUMN event_type,
DROP COLUMN is_machine,
DROP COLUMN contacts,
DROP COLUMN times;
