-- Campaigns, the lists that they go to, and how each recipient of each stands.

CREATE TABLE campaigns (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    description text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'scheduled', 'active', 'paused', 'completed')),
    run integer NOT NULL DEFAULT 0 CHECK (run >= 0),
    email_template_version_id uuid,
    form_version_id uuid,
    landing_page_slug text COLLATE "C",
    landing_title text,
    landing_text text NOT NULL,
    risky_addresses text CHECK (risky_addresses IN ('include', 'exclude')),
    past_schedule text NOT NULL CHECK (past_schedule IN ('ask', 'send', 'skip')),
    send_rate integer CHECK (send_rate > 0),
    scheduled_at timestamptz,
    missed_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    paused_at timestamptz,
    delay_ms bigint NOT NULL CHECK (delay_ms >= 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, email_template_version_id) REFERENCES email_template_versions (organization_id, id),
    FOREIGN KEY (organization_id, form_version_id) REFERENCES form_versions (organization_id, id)
);
COMMENT ON COLUMN campaigns.run IS 'how often it was begun, gone on with and ended: only the job of the present run acts';
COMMENT ON COLUMN campaigns.landing_title IS 'what the public sees; the name is internal';
COMMENT ON COLUMN campaigns.risky_addresses IS 'null: as the organization has it';
COMMENT ON COLUMN campaigns.send_rate IS 'mails per minute; null: as fast as can be';
COMMENT ON COLUMN campaigns.delay_ms IS 'how long it was paused, by which its mails go out later than their rows say';
CREATE INDEX campaigns_status_idx ON campaigns (organization_id, status, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX campaigns_landing_page_key ON campaigns (organization_id, landing_page_slug) WHERE deleted_at IS NULL;
SELECT protect_tenant_table('campaigns');
GRANT SELECT, INSERT, UPDATE ON campaigns TO canvass_app;

CREATE TABLE campaign_lists (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    list_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, list_id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES campaigns (organization_id, id),
    FOREIGN KEY (organization_id, list_id) REFERENCES contact_lists (organization_id, id)
);
CREATE INDEX campaign_lists_list_idx ON campaign_lists (organization_id, list_id);
SELECT protect_tenant_table('campaign_lists');
GRANT SELECT, INSERT, DELETE ON campaign_lists TO canvass_app;

-- How a recipient of a campaign stands. The contact is a pseudonym without a foreign key: figures outlive people.
CREATE TABLE campaign_contact_assignments (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'sent', 'delivered', 'bounced', 'unsubscribed', 'failed', 'skipped')),
    reason text,
    validation_status text NOT NULL CHECK (validation_status IN ('pending', 'valid', 'invalid', 'risky', 'nonexistent')),
    scheduled_send_time timestamptz,
    sent_at timestamptz,
    open_count integer NOT NULL DEFAULT 0,
    first_opened_at timestamptz,
    last_opened_at timestamptz,
    click_count integer NOT NULL DEFAULT 0,
    first_clicked_at timestamptz,
    last_clicked_at timestamptz,
    view_count integer NOT NULL DEFAULT 0,
    first_viewed_at timestamptz,
    last_viewed_at timestamptz,
    submit_count integer NOT NULL DEFAULT 0,
    first_submitted_at timestamptz,
    last_submitted_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, contact_id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES campaigns (organization_id, id)
);
COMMENT ON COLUMN campaign_contact_assignments.validation_status IS 'that of the address when the mail went out, or when it was decided that none does';
CREATE INDEX campaign_contact_assignments_status_idx
ON campaign_contact_assignments (organization_id, campaign_id, status, scheduled_send_time, contact_id);
CREATE INDEX campaign_contact_assignments_contact_idx ON campaign_contact_assignments (organization_id, contact_id);
SELECT protect_tenant_table('campaign_contact_assignments');
GRANT SELECT, INSERT, UPDATE ON campaign_contact_assignments TO canvass_app;

-- How many recipients of a campaign stand how: the sum over its rows. Each batch adds a row instead of changing one, so
-- that two workers never wait for each other; from time to time they are summed up into one. Nobody names such a row, so
-- it gets its id here.
CREATE TABLE campaign_counts (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    assigned integer NOT NULL,
    skipped integer NOT NULL,
    sent integer NOT NULL,
    bounced integer NOT NULL,
    failed integer NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES campaigns (organization_id, id)
);
SELECT protect_tenant_table('campaign_counts');
-- UPDATE lets rows be locked, which whoever sums them up does.
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_counts TO canvass_app;
