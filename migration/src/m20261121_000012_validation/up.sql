-- How addresses are judged, and how they were.

-- Versions of an organization's rules; the one with the highest number of its type is in force.
CREATE TABLE validation_rules (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    rule_type text NOT NULL CHECK (rule_type IN ('syntax', 'domain', 'classification')),
    rule_version smallint NOT NULL CHECK (rule_version > 0),
    rule_config jsonb NOT NULL CHECK (jsonb_typeof(rule_config) = 'object'),
    enabled boolean NOT NULL,
    template_key text,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX validation_rules_version_key ON validation_rules (organization_id, rule_type, rule_version);
SELECT protect_tenant_table('validation_rules');
GRANT SELECT, INSERT ON validation_rules TO canvass_app;

-- A row per judgement of a contact's address, with the version and the result of each rule: a row per rule would
-- cost three times as much, and there are more of these than of anything else about contacts.
-- created_at is when the address was judged. No foreign key: rows outlive the contact.
CREATE TABLE validation_logs (
    organization_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    syntax_version smallint NOT NULL,
    domain_version smallint NOT NULL,
    classification_version smallint NOT NULL,
    syntax_result text NOT NULL CHECK (syntax_result IN ('pass', 'fail', 'unknown')),
    domain_result text NOT NULL CHECK (domain_result IN ('pass', 'fail', 'unknown')),
    classification_result text NOT NULL CHECK (classification_result IN ('pass', 'fail', 'unknown')),
    details jsonb,
    validated_by uuid,
    PRIMARY KEY (organization_id, contact_id, created_at)
) PARTITION BY RANGE (created_at);
COMMENT ON COLUMN validation_logs.details IS 'status, score and reasons, where there is more to tell than that all is well; no part of the address';
COMMENT ON COLUMN validation_logs.validated_by IS 'the user who had it judged; nobody where the system did';
SELECT protect_tenant_table('validation_logs');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON validation_logs FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON validation_logs TO canvass_app;

-- What the domain name system said of a domain, for all organizations; it holds no address.
CREATE TABLE domain_facts (
    domain text COLLATE "C" PRIMARY KEY,
    fact text NOT NULL CHECK (fact IN ('mx', 'address_only', 'null_mx', 'not_found', 'no_mail_server', 'timeout')),
    checked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX domain_facts_expiry_idx ON domain_facts (expires_at);
ALTER TABLE domain_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE domain_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON domain_facts FOR ALL TO canvass_platform USING (true) WITH CHECK (true);
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON domain_facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
GRANT SELECT, INSERT, UPDATE, DELETE ON domain_facts TO canvass_platform;
