-- Templates of mails and their versions, of which none is ever changed.

CREATE TABLE email_templates (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    active_version_id uuid NOT NULL,
    versions integer NOT NULL CHECK (versions > 0),
    template_key text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN email_templates.active_version_id IS 'one of its versions, which come after it and point to it';
COMMENT ON COLUMN email_templates.versions IS 'how many it has, which is the number of the last one';
-- A starter is copied once, also where its copy was deleted.
CREATE UNIQUE INDEX email_templates_key_key ON email_templates (organization_id, template_key);
SELECT protect_tenant_table('email_templates');
GRANT SELECT, INSERT, UPDATE ON email_templates TO canvass_app;

CREATE TABLE email_template_versions (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    template_id uuid NOT NULL,
    version_number integer NOT NULL CHECK (version_number > 0),
    subject text NOT NULL,
    html_content text NOT NULL,
    text_content text NOT NULL,
    variables jsonb NOT NULL CHECK (jsonb_typeof(variables) = 'array'),
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, template_id) REFERENCES email_templates (organization_id, id)
);
CREATE UNIQUE INDEX email_template_versions_number_key
ON email_template_versions (organization_id, template_id, version_number);
SELECT protect_tenant_table('email_template_versions');
GRANT SELECT, INSERT ON email_template_versions TO canvass_app;
