-- People, the lists they are on, and the addresses that must not be mailed.

CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE contact_lists (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    description text NOT NULL,
    source text NOT NULL CHECK (source IN ('upload', 'import', 'api', 'manual', 'form')),
    status text NOT NULL CHECK (status IN ('pending', 'validating', 'validated', 'failed')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX contact_lists_name_key ON contact_lists (organization_id, name_folded) WHERE deleted_at IS NULL;
SELECT protect_tenant_table('contact_lists');
GRANT SELECT, INSERT, UPDATE ON contact_lists TO canvass_app;

CREATE TABLE contacts (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    email text COLLATE "C" NOT NULL CHECK (octet_length(email) <= 320),
    email_normalized text COLLATE "C" NOT NULL,
    email_hash bytea NOT NULL CHECK (octet_length(email_hash) = 17),
    first_name text,
    last_name text,
    display_name text,
    phone text,
    company text,
    job_title text,
    locale text,
    timezone text,
    attributes jsonb NOT NULL CHECK (jsonb_typeof(attributes) = 'object'),
    source text NOT NULL CHECK (source IN ('upload', 'import', 'api', 'manual', 'form')),
    import_id uuid,
    validation_status text NOT NULL CHECK (validation_status IN ('pending', 'valid', 'invalid', 'risky', 'nonexistent')),
    classification text NOT NULL CHECK (classification IN ('personal', 'business', 'role', 'disposable', 'unknown')),
    syntax_ok boolean,
    domain_exists boolean,
    mx_found boolean,
    risk_score smallint NOT NULL CHECK (risk_score BETWEEN 0 AND 100),
    reasons text[],
    suggestion text,
    last_validated_at timestamptz,
    search_text text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN contacts.email_hash IS 'the id of the key, and HMAC-SHA-256 of email_normalized cut to 128 bits, as in suppressions';
COMMENT ON COLUMN contacts.search_text IS 'folded words of name, address and company, one space between them and around the whole';
CREATE UNIQUE INDEX contacts_email_key ON contacts (organization_id, email_normalized) WHERE deleted_at IS NULL;
CREATE INDEX contacts_status_idx ON contacts (organization_id, validation_status, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_import_idx ON contacts (organization_id, import_id, id) WHERE import_id IS NOT NULL;
CREATE INDEX contacts_deleted_idx ON contacts (organization_id, id) WHERE deleted_at IS NOT NULL;
SELECT protect_tenant_table('contacts');
GRANT SELECT, INSERT, UPDATE ON contacts TO canvass_app;

-- What a contact is found by: its words, and key and value of each of its attributes, with a character around
-- the key that no word has.
CREATE FUNCTION contact_lexemes(search_text text, attributes jsonb) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
BEGIN
    IF attributes = '{}' THEN
        RETURN array_to_tsvector(string_to_array(btrim(search_text), ' '));
    END IF;
    RETURN array_to_tsvector(string_to_array(btrim(search_text), ' ') || ARRAY(
        SELECT chr(31) || left(lower(a.key), 100) || chr(31) || left(lower(a.value), 200)
        FROM jsonb_each_text(attributes) AS a
        WHERE a.value IS NOT NULL));
END
$$;
GRANT EXECUTE ON FUNCTION contact_lexemes(text, jsonb) TO canvass_app;
CREATE INDEX contacts_search_idx ON contacts USING gin (organization_id, contact_lexemes(search_text, attributes))
WHERE deleted_at IS NULL;

-- A contact on a list. Its validation status is copied here, so that a list can be read by it.
CREATE TABLE contact_list_members (
    organization_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    list_id uuid NOT NULL,
    validation_status text NOT NULL CHECK (validation_status IN ('pending', 'valid', 'invalid', 'risky', 'nonexistent')),
    import_id uuid,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, contact_id, list_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
    FOREIGN KEY (organization_id, list_id) REFERENCES contact_lists (organization_id, id)
);
COMMENT ON COLUMN contact_list_members.deleted_at IS 'that of the contact, with which the row comes back';
CREATE INDEX contact_list_members_status_idx ON contact_list_members (organization_id, list_id, validation_status, contact_id)
WHERE deleted_at IS NULL;
SELECT protect_tenant_table('contact_list_members');
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_list_members TO canvass_app;

-- How many members of each status a list has: the sum over its rows. Every statement that changes members
-- adds a row instead of changing one, so that writers of one list never wait for each other; from time to time they
-- are summed up into one. Nobody names such a row, so it gets its id here.
CREATE TABLE contact_list_counts (
    organization_id uuid NOT NULL,
    list_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    pending integer NOT NULL,
    valid integer NOT NULL,
    invalid integer NOT NULL,
    risky integer NOT NULL,
    nonexistent integer NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, list_id, id),
    FOREIGN KEY (organization_id, list_id) REFERENCES contact_lists (organization_id, id)
);
SELECT protect_tenant_table('contact_list_counts');
-- UPDATE lets rows be locked, which whoever sums them up does.
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_list_counts TO canvass_app;

-- Addresses that must not be mailed, as keyed hashes: they outlive the contact.
CREATE TABLE suppressions (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    address_hash bytea NOT NULL CHECK (octet_length(address_hash) = 17),
    reason text NOT NULL CHECK (reason IN ('unsubscribed', 'bounced', 'complained', 'manual', 'erased')),
    source text NOT NULL CHECK (source IN ('manual', 'api', 'import', 'link', 'campaign', 'simulation', 'erasure')),
    source_id uuid,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN suppressions.source_id IS 'the import, campaign or simulation that it came from';
CREATE UNIQUE INDEX suppressions_address_key ON suppressions (organization_id, address_hash, reason, source);
SELECT protect_tenant_table('suppressions');
GRANT SELECT, INSERT, DELETE ON suppressions TO canvass_app;

-- The words that contacts are found by, once each: a mistyped word is looked up here first.
CREATE TABLE contact_words (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    word text COLLATE "C" NOT NULL,
    reversed text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, word)
);
CREATE INDEX contact_words_reversed_idx ON contact_words (organization_id, reversed);
SELECT protect_tenant_table('contact_words');
GRANT SELECT, INSERT, DELETE ON contact_words TO canvass_app;
