-- Leads, their way through the pipeline, their answers, and the values by which they are searched.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE leads (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    campaign_id uuid,
    contact_id uuid,
    person text COLLATE "C",
    status text NOT NULL CHECK (status IN ('new', 'qualified', 'disqualified', 'contacted', 'converted')),
    source text NOT NULL CHECK (source IN ('email_campaign', 'direct_form', 'api', 'import')),
    assigned_user_id uuid,
    assigned_team_id uuid,
    latest_response_id uuid,
    responses integer NOT NULL CHECK (responses >= 0),
    notes text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES campaigns (organization_id, id),
    FOREIGN KEY (organization_id, assigned_team_id) REFERENCES teams (organization_id, id),
    CHECK (assigned_user_id IS NULL OR assigned_team_id IS NULL)
);
COMMENT ON COLUMN leads.contact_id IS 'the contact that it is, which may be purged before the lead';
COMMENT ON COLUMN leads.person IS 'what tells one person from another: a contact or an address, in up to 400 bytes';
COMMENT ON COLUMN leads.latest_response_id IS 'one of its responses, which come after it and point to it';
-- Somebody is one lead of a campaign, and one of those without a campaign.
CREATE UNIQUE INDEX leads_person_key ON leads (organization_id, campaign_id, person) NULLS NOT DISTINCT
WHERE deleted_at IS NULL AND person IS NOT NULL;
CREATE INDEX leads_status_idx ON leads (organization_id, status, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_campaign_idx ON leads (organization_id, campaign_id, status, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_campaign_order_idx ON leads (organization_id, campaign_id, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_contact_idx ON leads (organization_id, contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX leads_user_idx ON leads (organization_id, assigned_user_id, id)
WHERE deleted_at IS NULL AND assigned_user_id IS NOT NULL;
CREATE INDEX leads_team_idx ON leads (organization_id, assigned_team_id, id)
WHERE deleted_at IS NULL AND assigned_team_id IS NOT NULL;
CREATE INDEX leads_created_idx ON leads (organization_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_deleted_idx ON leads (organization_id, id) WHERE deleted_at IS NOT NULL;
SELECT protect_tenant_table('leads');
GRANT SELECT, INSERT, UPDATE ON leads TO canvass_app;

CREATE TABLE lead_status_changes (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    from_status text CHECK (from_status IN ('new', 'qualified', 'disqualified', 'contacted', 'converted')),
    to_status text NOT NULL CHECK (to_status IN ('new', 'qualified', 'disqualified', 'contacted', 'converted')),
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
);
CREATE INDEX lead_status_changes_lead_idx ON lead_status_changes (organization_id, lead_id, id);
SELECT protect_tenant_table('lead_status_changes');
GRANT SELECT, INSERT ON lead_status_changes TO canvass_app;

CREATE TABLE form_responses (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    form_version_id uuid NOT NULL,
    response_data jsonb NOT NULL CHECK (jsonb_typeof(response_data) = 'object'),
    submitted_at timestamptz NOT NULL,
    user_agent text,
    ip inet,
    session_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, form_version_id) REFERENCES form_versions (organization_id, id)
);
CREATE INDEX form_responses_lead_idx ON form_responses (organization_id, lead_id, id);
SELECT protect_tenant_table('form_responses');
GRANT SELECT, INSERT ON form_responses TO canvass_app;

-- Numbers are in millionths: comparing bigints is leakproof and comparing numerics is not, so that row-level security
-- would keep a search from using an index on these.
CREATE TABLE lead_field_values (
    organization_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    field_key text COLLATE "C" NOT NULL,
    position smallint NOT NULL CHECK (position >= 0),
    value_text text,
    value_folded text COLLATE "C",
    value_number bigint,
    value_date date,
    value_bool boolean,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, lead_id, field_key, position),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    CHECK (num_nonnulls(value_folded, value_number, value_date, value_bool) = 1),
    CHECK ((value_text IS NULL) = (value_folded IS NULL))
);
CREATE INDEX lead_field_values_text_idx ON lead_field_values (organization_id, field_key, value_folded, lead_id)
WHERE value_folded IS NOT NULL;
CREATE INDEX lead_field_values_number_idx ON lead_field_values (organization_id, field_key, value_number, lead_id)
WHERE value_number IS NOT NULL;
CREATE INDEX lead_field_values_date_idx ON lead_field_values (organization_id, field_key, value_date, lead_id)
WHERE value_date IS NOT NULL;
CREATE INDEX lead_field_values_bool_idx ON lead_field_values (organization_id, field_key, value_bool, lead_id)
WHERE value_bool IS NOT NULL;
CREATE INDEX lead_field_values_fragment_idx ON lead_field_values
USING gin (organization_id, field_key, value_folded gin_trgm_ops) WHERE value_folded IS NOT NULL;
SELECT protect_tenant_table('lead_field_values');
GRANT SELECT, INSERT, DELETE ON lead_field_values TO canvass_app;

-- Which types a field has had.
CREATE INDEX form_fields_key_idx ON form_fields (organization_id, field_key, form_version_id);

-- Looking for a part of a text is not leakproof either; a function that acts as a role of its own may use the index, and
-- names the tenant. Those found are in no order.
CREATE POLICY search ON lead_field_values FOR ALL TO canvass_search USING (true) WITH CHECK (false);
GRANT SELECT (organization_id, lead_id, field_key, value_folded) ON lead_field_values TO canvass_search;

CREATE FUNCTION search_lead_values(organization uuid, wanted_key text, fragment text, most bigint) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public, pg_temp
SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = 'force_custom_plan' AS $$
BEGIN
    PERFORM require_tenant(organization);
    RETURN QUERY
        SELECT v.lead_id FROM lead_field_values v
        WHERE v.organization_id = organization AND v.field_key = wanted_key
            AND v.value_folded LIKE '%' || replace(replace(replace(fragment, '\', '\\'), '%', '\%'), '_', '\_') || '%'
        LIMIT most;
END
$$;
GRANT EXECUTE ON FUNCTION search_lead_values(uuid, text, text, bigint) TO canvass_app;
GRANT CREATE ON SCHEMA public TO canvass_search;
ALTER FUNCTION search_lead_values(uuid, text, text, bigint) OWNER TO canvass_search;
REVOKE CREATE ON SCHEMA public FROM canvass_search;
