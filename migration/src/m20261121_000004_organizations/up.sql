-- The catalogue of rights; it lives in code and is written here by `migrate`.
CREATE TABLE permissions (
    key text PRIMARY KEY,
    description text NOT NULL,
    category text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON permissions FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
GRANT SELECT ON permissions TO canvass_app;

-- The tenant itself; its id is the tenant key, so its column bears the tenant key's name.
CREATE TABLE organizations (
    organization_id uuid PRIMARY KEY CHECK (organization_id <> '00000000-0000-0000-0000-000000000000'),
    name text NOT NULL,
    slug text NOT NULL,
    domain text,
    owner_id uuid NOT NULL REFERENCES users (id),
    subscription_level text NOT NULL CHECK (subscription_level IN ('free', 'starter', 'professional', 'enterprise')),
    settings jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz
);
SELECT protect_tenant_table('organizations');
GRANT SELECT, INSERT, UPDATE ON organizations TO canvass_app;

CREATE TABLE roles (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    template_key text,
    name text NOT NULL,
    name_folded text NOT NULL,
    description text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX roles_name_key ON roles (organization_id, name_folded) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX roles_template_key ON roles (organization_id, template_key) WHERE template_key IS NOT NULL;
SELECT protect_tenant_table('roles');
GRANT SELECT, INSERT, UPDATE ON roles TO canvass_app;

CREATE TABLE role_permissions (
    organization_id uuid NOT NULL,
    role_id uuid NOT NULL,
    permission_key text NOT NULL REFERENCES permissions (key),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, role_id, permission_key),
    FOREIGN KEY (organization_id, role_id) REFERENCES roles (organization_id, id)
);
SELECT protect_tenant_table('role_permissions');
GRANT SELECT, INSERT, DELETE ON role_permissions TO canvass_app;
