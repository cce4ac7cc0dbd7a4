-- What events amount to. Nothing here is known that events do not tell, but for what was counted of days that are final.

-- The days (in UTC) of campaigns of which events were recorded and not counted yet. Each statement that records events adds
-- rows instead of changing some, so that nobody waits; whoever counts the days takes them away. Nobody names such a row, so
-- it gets its id here.
CREATE TABLE event_changes (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    date date NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, date, id)
);
SELECT protect_tenant_table('event_changes');
GRANT SELECT, INSERT, DELETE ON event_changes TO canvass_app;

-- Once for a statement, whichever way it records events, so that none of them can be forgotten.
CREATE FUNCTION note_event_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_changes (organization_id, campaign_id, date, created_at)
    SELECT r.organization_id, r.campaign_id, (r."timestamp" AT TIME ZONE 'UTC')::date, min(r.created_at)
    FROM recorded r
    GROUP BY r.organization_id, r.campaign_id, (r."timestamp" AT TIME ZONE 'UTC')::date;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_changes AFTER INSERT ON events REFERENCING NEW TABLE AS recorded
FOR EACH STATEMENT EXECUTE FUNCTION note_event_changes();

-- The campaigns of which something was counted, in days of which time zone, and until which of them those are final.
CREATE TABLE campaign_aggregations (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    time_zone text NOT NULL,
    final_until date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, campaign_id)
);
SELECT protect_tenant_table('campaign_aggregations');
GRANT SELECT, INSERT, UPDATE ON campaign_aggregations TO canvass_app;

CREATE TABLE event_aggregations (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    event_type text NOT NULL CHECK (event_type IN (
        'SENT', 'OPEN', 'CLICK', 'BOUNCE', 'UNSUBSCRIBE', 'FORM_VIEW', 'FORM_SUBMIT'
    )),
    is_machine boolean NOT NULL,
    date date NOT NULL,
    count bigint NOT NULL CHECK (count >= 0),
    unique_contacts bigint NOT NULL CHECK (unique_contacts BETWEEN 0 AND count),
    late_count bigint NOT NULL CHECK (late_count >= 0),
    is_final boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, event_type, is_machine, date)
);
COMMENT ON COLUMN event_aggregations.is_machine IS 'what machines did; of mails sent and come back, which only machines do, false';
COMMENT ON COLUMN event_aggregations.date IS 'a day in the time zone that campaign_aggregations names';
COMMENT ON COLUMN event_aggregations.late_count IS 'events that came when the day was final, and are not in count';
CREATE INDEX event_aggregations_open_idx ON event_aggregations (organization_id, date) WHERE NOT is_final;
SELECT protect_tenant_table('event_aggregations');
GRANT SELECT, INSERT, UPDATE, DELETE ON event_aggregations TO canvass_app;

-- Who did what on which day, each once: what tells whether somebody is new in a range of days.
CREATE TABLE contact_event_days (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    event_type text NOT NULL,
    is_machine boolean NOT NULL,
    date date NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, contact_id, event_type, is_machine, date)
);
SELECT protect_tenant_table('contact_event_days');
GRANT SELECT, INSERT, DELETE ON contact_event_days TO canvass_app;

-- How many people did something on a day who had last done it on another: of any range of days, those who did it before
-- the range are the first ones of it, so that different people are a sum of few rows.
CREATE TABLE event_recurrences (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    event_type text NOT NULL,
    is_machine boolean NOT NULL,
    date date NOT NULL,
    previous_date date NOT NULL,
    contacts bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, event_type, is_machine, date, previous_date)
);
COMMENT ON COLUMN event_recurrences.previous_date IS '-infinity: never before';
SELECT protect_tenant_table('event_recurrences');
GRANT SELECT, INSERT, UPDATE, DELETE ON event_recurrences TO canvass_app;
