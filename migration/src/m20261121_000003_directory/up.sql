-- What has to be found before the tenant is known, and what is unique over the whole installation.
-- No role can touch these tables; the functions below are the only way, match exactly, and tell ids only.

CREATE TABLE slugs (
    kind text NOT NULL CHECK (kind IN ('organization', 'domain', 'landing')),
    slug text NOT NULL,
    organization_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, slug)
);
CREATE INDEX slugs_organization_idx ON slugs (organization_id);

CREATE TABLE credentials (
    kind text NOT NULL CHECK (kind IN ('api_key', 'invitation', 'request')),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    organization_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, hash)
);
CREATE INDEX credentials_subject_idx ON credentials (organization_id, subject_id);
COMMENT ON COLUMN credentials.kind IS 'request: an idempotency key of a request that makes an organization';

CREATE TABLE user_organizations (
    user_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, organization_id)
);

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON slugs FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON credentials FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON user_organizations FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();

-- Refuses to write for an organization other than the unit's.
CREATE FUNCTION require_tenant(organization uuid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF organization IS DISTINCT FROM nullif(current_setting('app.organization_id', true), '')::uuid THEN
        RAISE insufficient_privilege USING MESSAGE = 'not the organization of this unit of work';
    END IF;
END
$$;

CREATE FUNCTION find_slug(wanted_kind text, wanted_slug text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (SELECT s.organization_id FROM slugs s WHERE s.kind = wanted_kind AND s.slug = wanted_slug);
END
$$;

-- Whether the slug is the organization's own afterwards; false where another one has it.
CREATE FUNCTION claim_slug(organization uuid, new_kind text, new_slug text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM require_tenant(organization);
    INSERT INTO slugs (kind, slug, organization_id, created_at) VALUES (new_kind, new_slug, organization, at)
    ON CONFLICT (kind, slug) DO NOTHING;
    RETURN EXISTS (
        SELECT FROM slugs s
        WHERE s.kind = new_kind AND s.slug = new_slug AND s.organization_id = organization);
END
$$;

CREATE FUNCTION release_slug(organization uuid, old_kind text, old_slug text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM require_tenant(organization);
    DELETE FROM slugs s WHERE s.kind = old_kind AND s.slug = old_slug AND s.organization_id = organization;
END
$$;

CREATE FUNCTION find_credential(wanted_kind text, wanted_hash bytea, OUT organization_id uuid, OUT subject_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT c.organization_id, c.subject_id INTO find_credential.organization_id, find_credential.subject_id
    FROM credentials c WHERE c.kind = wanted_kind AND c.hash = wanted_hash;
END
$$;

-- Whether the credential was added; false where one with this hash exists, be it since this moment.
CREATE FUNCTION add_credential(organization uuid, new_kind text, new_hash bytea, subject uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM require_tenant(organization);
    INSERT INTO credentials (kind, hash, organization_id, subject_id, created_at)
    VALUES (new_kind, new_hash, organization, subject, at)
    ON CONFLICT (kind, hash) DO NOTHING;
    RETURN FOUND;
END
$$;

CREATE FUNCTION remove_credentials(organization uuid, old_kind text, subject uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM require_tenant(organization);
    DELETE FROM credentials c
    WHERE c.kind = old_kind AND c.subject_id = subject AND c.organization_id = organization;
END
$$;

CREATE FUNCTION find_organizations_of_user(wanted_user uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT u.organization_id FROM user_organizations u WHERE u.user_id = wanted_user ORDER BY u.organization_id;
END
$$;

CREATE FUNCTION add_user_organization(organization uuid, member uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM require_tenant(organization);
    INSERT INTO user_organizations (user_id, organization_id, created_at) VALUES (member, organization, at)
    ON CONFLICT (user_id, organization_id) DO NOTHING;
END
$$;

CREATE FUNCTION remove_user_organization(organization uuid, member uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM require_tenant(organization);
    DELETE FROM user_organizations u WHERE u.user_id = member AND u.organization_id = organization;
END
$$;

GRANT EXECUTE ON FUNCTION
    require_tenant(uuid),
    find_slug(text, text),
    claim_slug(uuid, text, text, timestamptz),
    release_slug(uuid, text, text),
    find_credential(text, bytea),
    add_credential(uuid, text, bytea, uuid, timestamptz),
    remove_credentials(uuid, text, uuid),
    find_organizations_of_user(uuid),
    add_user_organization(uuid, uuid, timestamptz),
    remove_user_organization(uuid, uuid)
TO canvass_app;
