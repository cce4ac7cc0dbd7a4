CREATE TABLE memberships (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    role_id uuid NOT NULL,
    joined_at timestamptz NOT NULL,
    invitation_state text NOT NULL CHECK (invitation_state IN ('direct', 'accepted')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, role_id) REFERENCES roles (organization_id, id)
);
CREATE UNIQUE INDEX memberships_user_key ON memberships (organization_id, user_id) WHERE deleted_at IS NULL;
CREATE INDEX memberships_user_idx ON memberships (organization_id, user_id);
CREATE INDEX memberships_role_idx ON memberships (organization_id, role_id) WHERE deleted_at IS NULL;
SELECT protect_tenant_table('memberships');
GRANT SELECT, INSERT, UPDATE ON memberships TO canvass_app;

-- Inside a tenant, the people who are or were its members can be read.
ALTER POLICY platform_scope ON users
USING (
    nullif(current_setting('app.organization_id', true), '')::uuid = '00000000-0000-0000-0000-000000000000'
    OR EXISTS (
        SELECT FROM memberships m
        WHERE m.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
          AND m.user_id = users.id)
);

CREATE TABLE invitations (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (octet_length(email) <= 320),
    email_folded text NOT NULL,
    role_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'accepted', 'revoked', 'expired')),
    token_generation integer NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, role_id) REFERENCES roles (organization_id, id)
);
CREATE UNIQUE INDEX invitations_pending_key ON invitations (organization_id, email_folded) WHERE status = 'pending';
CREATE INDEX invitations_role_idx ON invitations (organization_id, role_id);
SELECT protect_tenant_table('invitations');
GRANT SELECT, INSERT, UPDATE ON invitations TO canvass_app;

CREATE TABLE teams (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
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
CREATE UNIQUE INDEX teams_name_key ON teams (organization_id, name_folded) WHERE deleted_at IS NULL;
SELECT protect_tenant_table('teams');
GRANT SELECT, INSERT, UPDATE ON teams TO canvass_app;

CREATE TABLE team_members (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    team_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    joined_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id)
);
CREATE UNIQUE INDEX team_members_key ON team_members (organization_id, team_id, membership_id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_membership_idx ON team_members (organization_id, membership_id) WHERE deleted_at IS NULL;
SELECT protect_tenant_table('team_members');
GRANT SELECT, INSERT, UPDATE ON team_members TO canvass_app;

CREATE TABLE api_keys (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    name text NOT NULL,
    scopes text[] NOT NULL,
    prefix text NOT NULL,
    key_hash bytea NOT NULL,
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX api_keys_user_idx ON api_keys (organization_id, user_id);
SELECT protect_tenant_table('api_keys');
GRANT SELECT, INSERT, UPDATE ON api_keys TO canvass_app;

-- From which networks a key was used, as keyed hashes: a first use from a new one is a security event.
CREATE TABLE api_key_addresses (
    organization_id uuid NOT NULL,
    api_key_id uuid NOT NULL,
    address_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, api_key_id, address_hash),
    FOREIGN KEY (organization_id, api_key_id) REFERENCES api_keys (organization_id, id)
);
SELECT protect_tenant_table('api_key_addresses');
GRANT SELECT, INSERT ON api_key_addresses TO canvass_app;
