-- Forms, their versions, of which none is ever changed, and what each version asks.

CREATE TABLE forms (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    current_version_id uuid NOT NULL,
    versions integer NOT NULL CHECK (versions > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN forms.current_version_id IS 'its last version, which comes after it and points to it';
COMMENT ON COLUMN forms.versions IS 'how many it has, which is the number of the last one';
SELECT protect_tenant_table('forms');
GRANT SELECT, INSERT, UPDATE ON forms TO canvass_app;

CREATE TABLE form_versions (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    form_id uuid NOT NULL,
    version_number integer NOT NULL CHECK (version_number > 0),
    thank_you_message text NOT NULL,
    redirect_url text,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, form_id) REFERENCES forms (organization_id, id)
);
CREATE UNIQUE INDEX form_versions_number_key ON form_versions (organization_id, form_id, version_number);
SELECT protect_tenant_table('form_versions');
GRANT SELECT, INSERT ON form_versions TO canvass_app;

CREATE TABLE form_fields (
    organization_id uuid NOT NULL,
    form_version_id uuid NOT NULL,
    field_key text COLLATE "C" NOT NULL,
    position smallint NOT NULL CHECK (position >= 0),
    field_label text NOT NULL,
    field_type text NOT NULL CHECK (field_type IN (
        'text', 'textarea', 'email', 'phone', 'number', 'date', 'select', 'multiselect', 'checkbox', 'hidden', 'consent'
    )),
    required boolean NOT NULL,
    is_indexed boolean NOT NULL,
    validation_rules jsonb NOT NULL CHECK (jsonb_typeof(validation_rules) = 'object'),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, form_version_id, field_key),
    FOREIGN KEY (organization_id, form_version_id) REFERENCES form_versions (organization_id, id)
);
CREATE UNIQUE INDEX form_fields_position_key ON form_fields (organization_id, form_version_id, position);
SELECT protect_tenant_table('form_fields');
GRANT SELECT, INSERT ON form_fields TO canvass_app;
