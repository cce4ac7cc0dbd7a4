-- What happened to mails and on landing pages, and what people agreed to. Rows are never changed but by the retention
-- role, which may null what is personal. No foreign key points from here to a row that may be purged: a contact is a
-- pseudonym.

CREATE TABLE events (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    "timestamp" timestamptz NOT NULL,
    event_type text NOT NULL CHECK (event_type IN (
        'SENT', 'OPEN', 'CLICK', 'BOUNCE', 'UNSUBSCRIBE', 'FORM_VIEW', 'FORM_SUBMIT'
    )),
    campaign_id uuid NOT NULL,
    contact_id uuid,
    event_data jsonb,
    user_agent text,
    ip_address inet,
    session_id uuid,
    origin text NOT NULL CHECK (origin IN ('tracking', 'api', 'simulation')),
    actor_verdict text NOT NULL CHECK (actor_verdict IN ('human', 'machine', 'unknown')),
    actor_reason text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id, "timestamp")
) PARTITION BY RANGE ("timestamp");
COMMENT ON COLUMN events.id IS 'a UUIDv7 whose time is that of the event to the millisecond';
COMMENT ON COLUMN events."timestamp" IS 'when it happened; created_at is when it was recorded';
CREATE INDEX events_campaign_idx ON events (organization_id, campaign_id, event_type, "timestamp" DESC);
CREATE INDEX events_time_idx ON events (organization_id, "timestamp" DESC);

CREATE TABLE consent_records (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    contact_id uuid,
    lead_id uuid,
    consent_type text NOT NULL CHECK (consent_type IN (
        'necessary', 'measurement', 'marketing', 'functionality', 'experience', 'data_processing'
    )),
    granted boolean NOT NULL,
    consent_text text NOT NULL,
    text_version_id uuid,
    source text NOT NULL CHECK (source IN ('form', 'link', 'api')),
    campaign_id uuid,
    ip_address inet,
    user_agent text,
    PRIMARY KEY (organization_id, id, created_at),
    CHECK (contact_id IS NOT NULL OR lead_id IS NOT NULL)
) PARTITION BY RANGE (created_at);
COMMENT ON COLUMN consent_records.lead_id IS 'alone where a visitor gave no address';
COMMENT ON COLUMN consent_records.consent_text IS 'what the person read';
COMMENT ON COLUMN consent_records.text_version_id IS 'the version of the form that it stood in';
CREATE INDEX consent_records_contact_idx ON consent_records (organization_id, contact_id, created_at DESC, id DESC);

SELECT protect_tenant_table('events');
SELECT protect_tenant_table('consent_records');
CREATE POLICY retention ON events FOR ALL TO canvass_retention USING (true) WITH CHECK (true);
CREATE POLICY retention ON consent_records FOR ALL TO canvass_retention USING (true) WITH CHECK (true);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW
EXECUTE FUNCTION allow_only_nulling('event_data', 'user_agent', 'ip_address', 'session_id');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON consent_records FOR EACH ROW
EXECUTE FUNCTION allow_only_nulling('ip_address', 'user_agent');

GRANT SELECT, INSERT ON events, consent_records TO canvass_app;
GRANT SELECT (organization_id, id, "timestamp"), UPDATE (event_data, user_agent, ip_address, session_id)
ON events TO canvass_retention;
GRANT SELECT (organization_id, id, created_at), UPDATE (ip_address, user_agent) ON consent_records TO canvass_retention;
