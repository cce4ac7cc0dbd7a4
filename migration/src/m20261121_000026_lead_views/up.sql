-- Searches of leads that people saved, for themselves or for the organization.

CREATE TABLE lead_views (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    owner_user_id uuid NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    query text NOT NULL CHECK (octet_length(query) <= 4000),
    is_shared boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN lead_views.query IS 'the parameters of an address, as the listing of leads takes them';
CREATE UNIQUE INDEX lead_views_name_key ON lead_views (organization_id, owner_user_id, name_folded)
WHERE deleted_at IS NULL;
SELECT protect_tenant_table('lead_views');
GRANT SELECT, INSERT, UPDATE ON lead_views TO canvass_app;
