-- Files of contacts: what was uploaded, how it was understood, what became of each row.

CREATE TABLE contact_imports (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    list_id uuid NOT NULL,
    file_name text NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 bytea CHECK (octet_length(sha256) = 32),
    status text NOT NULL CHECK (status IN (
        'uploading', 'needs_mapping', 'pending', 'running', 'completed', 'failed', 'cancelled', 'undoing', 'undone')),
    format jsonb,
    mapping jsonb,
    on_duplicate text NOT NULL CHECK (on_duplicate IN ('skip', 'update', 'fill_empty')),
    invalid text NOT NULL CHECK (invalid IN ('keep', 'reject')),
    dry_run boolean NOT NULL,
    rows_read bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    duplicate_in_file bigint NOT NULL,
    rejected bigint NOT NULL,
    suppressed bigint NOT NULL,
    undo jsonb,
    job_id uuid,
    error text,
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, list_id) REFERENCES contact_lists (organization_id, id),
    CONSTRAINT outcomes_sum_up CHECK (
        rows_read = created + updated + unchanged + duplicate_in_file + rejected + suppressed)
);
COMMENT ON COLUMN contact_imports.undo IS 'counts of what an undo removed, restored and left';
CREATE INDEX contact_imports_list_idx ON contact_imports (organization_id, list_id, id);
CREATE INDEX contact_imports_file_idx ON contact_imports (organization_id, sha256, list_id);
SELECT protect_tenant_table('contact_imports');
-- An upload that broke off is removed as if it had never been.
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_imports TO canvass_app;

-- The file itself, in pieces, where every worker can read it; removed when it is not needed any more.
CREATE TABLE contact_import_chunks (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    position integer NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, import_id, position),
    FOREIGN KEY (organization_id, import_id) REFERENCES contact_imports (organization_id, id)
);
ALTER TABLE contact_import_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
SELECT protect_tenant_table('contact_import_chunks');
GRANT SELECT, INSERT, DELETE ON contact_import_chunks TO canvass_app;

CREATE TABLE contact_import_rejections (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    column_name text,
    code text NOT NULL,
    original text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, import_id, line),
    FOREIGN KEY (organization_id, import_id) REFERENCES contact_imports (organization_id, id)
);
COMMENT ON COLUMN contact_import_rejections.line IS 'the line of the file in which the row begins, from 1, as an editor counts';
SELECT protect_tenant_table('contact_import_rejections');
GRANT SELECT, INSERT, DELETE ON contact_import_rejections TO canvass_app;

-- What an import did to contacts that were there before; those it made name it themselves.
CREATE TABLE contact_import_touches (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('updated', 'unchanged', 'suppressed')),
    changes jsonb,
    joined boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, import_id, contact_id),
    FOREIGN KEY (organization_id, import_id) REFERENCES contact_imports (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
);
COMMENT ON COLUMN contact_import_touches.changes IS 'old and new value of each field that was changed';
COMMENT ON COLUMN contact_import_touches.joined IS 'whether the import put the contact on its list';
SELECT protect_tenant_table('contact_import_touches');
GRANT SELECT, INSERT ON contact_import_touches TO canvass_app;

-- What an undo left as it was, because somebody changed it since.
CREATE TABLE contact_import_left (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason IN ('changed', 'on_other_lists', 'deleted')),
    fields jsonb NOT NULL CHECK (jsonb_typeof(fields) = 'array'),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, import_id, contact_id),
    FOREIGN KEY (organization_id, import_id) REFERENCES contact_imports (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
);
COMMENT ON COLUMN contact_import_left.fields IS 'names of the fields that were left, where they are not all';
SELECT protect_tenant_table('contact_import_left');
GRANT SELECT, INSERT ON contact_import_left TO canvass_app;

-- The addresses that a dry run has met, as keyed hashes: it makes no contacts in which it would find them again, and
-- keeps mail from nobody.
CREATE TABLE contact_import_seen (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    address_hash bytea NOT NULL CHECK (octet_length(address_hash) = 17),
    stopped boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, import_id, address_hash, stopped),
    FOREIGN KEY (organization_id, import_id) REFERENCES contact_imports (organization_id, id)
);
COMMENT ON COLUMN contact_import_seen.stopped IS 'whether a row that was refused would have kept mail from it';
SELECT protect_tenant_table('contact_import_seen');
GRANT SELECT, INSERT, DELETE ON contact_import_seen TO canvass_app;

-- Hourly: uploads of which nothing more came, of all organizations.
CREATE POLICY platform ON contact_imports FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
GRANT SELECT (organization_id, id, status, created_at), DELETE ON contact_imports TO canvass_platform;
CREATE POLICY platform ON contact_import_chunks FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
GRANT SELECT (organization_id, import_id), DELETE ON contact_import_chunks TO canvass_platform;
CREATE FUNCTION purge_uploads(begun timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    purged bigint;
BEGIN
    DELETE FROM contact_import_chunks c USING contact_imports i
    WHERE i.organization_id = c.organization_id AND i.id = c.import_id
        AND i.status = 'uploading' AND i.created_at < begun;
    DELETE FROM contact_imports i WHERE i.status = 'uploading' AND i.created_at < begun;
    GET DIAGNOSTICS purged = ROW_COUNT;
    RETURN purged;
END
$$;
GRANT EXECUTE ON FUNCTION purge_uploads(timestamptz) TO canvass_platform;
