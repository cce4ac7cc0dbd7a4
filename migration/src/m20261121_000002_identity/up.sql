-- Accounts belong to no tenant: they are reached in the platform's own scope, the nil organization.
-- Inside a tenant, the people of that tenant can be read (see the members migration), never changed.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (octet_length(email) <= 320),
    email_folded text NOT NULL,
    display_name text NOT NULL,
    password_hash text,
    status text NOT NULL CHECK (status IN ('pending', 'active', 'inactive', 'suspended')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX users_email_key ON users (email_folded) WHERE deleted_at IS NULL;

CREATE TABLE user_roles (
    user_id uuid NOT NULL REFERENCES users (id),
    role text NOT NULL CHECK (role IN ('platform_admin', 'system')),
    granted_at timestamptz NOT NULL,
    granted_by uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, role)
);

CREATE TABLE user_preferences (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    timezone text NOT NULL,
    locale text NOT NULL,
    preferences jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL
);

-- One row is one login: a family of refresh tokens. The tokens are derived from the id and the
-- generation under the master key key_id, and kept only as hashes; they name the id, so nothing is
-- ever looked up by hash.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    generation integer NOT NULL,
    key_id smallint NOT NULL,
    refresh_hash bytea NOT NULL,
    access_hash bytea NOT NULL,
    access_expires_at timestamptz NOT NULL,
    previous_access_hash bytea,
    previous_access_expires_at timestamptz,
    rotated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    ip inet,
    user_agent text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX sessions_user_idx ON sessions (user_id, id);
CREATE INDEX sessions_expiry_idx ON sessions (expires_at);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['users', 'user_roles', 'user_preferences', 'sessions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY platform_scope ON %I FOR ALL TO canvass_app '
            'USING (nullif(current_setting(''app.organization_id'', true), '''')::uuid = ''00000000-0000-0000-0000-000000000000'') '
            'WITH CHECK (nullif(current_setting(''app.organization_id'', true), '''')::uuid = ''00000000-0000-0000-0000-000000000000'')',
            name);
        EXECUTE format(
            'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()',
            name);
    END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE ON users, user_preferences, sessions TO canvass_app;
GRANT SELECT, INSERT, DELETE ON user_roles TO canvass_app;
