CREATE OR REPLACE FUNCTION purge_uploads(begun timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    abandoned record;
    purged bigint := 0;
    pieces bigint := 0;
    removed bigint;
BEGIN
    FOR abandoned IN
        SELECT i.organization_id, i.id FROM contact_imports i
        WHERE i.status = 'uploading' AND i.created_at < begun
        FOR UPDATE SKIP LOCKED
    LOOP
        -- A part at a time: what is left goes with the next call.
        EXIT WHEN purged >= 200 OR pieces >= 4096;
        -- Nothing more comes while the row is locked.
        IF EXISTS (
            SELECT FROM contact_import_chunks c
            WHERE c.organization_id = abandoned.organization_id AND c.import_id = abandoned.id AND c.created_at >= begun) THEN
            CONTINUE;
        END IF;
        DELETE FROM contact_import_chunks c
        WHERE c.organization_id = abandoned.organization_id AND c.import_id = abandoned.id;
        GET DIAGNOSTICS removed = ROW_COUNT;
        pieces := pieces + removed;
        DELETE FROM contact_imports i WHERE i.organization_id = abandoned.organization_id AND i.id = abandoned.id;
        purged := purged + 1;
    END LOOP;
    RETURN purged;
END
$$;

CREATE OR REPLACE FUNCTION purge_import_files(untouched timestamptz, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    waiting record;
    purged bigint := 0;
    pieces bigint := 0;
    removed bigint;
BEGIN
    FOR waiting IN
        SELECT i.organization_id, i.id, i.status FROM contact_imports i
        WHERE i.updated_at < untouched AND i.status NOT IN ('uploading', 'pending', 'running', 'undoing')
            AND (i.status = 'needs_mapping' OR EXISTS (
                SELECT FROM contact_import_chunks c WHERE c.organization_id = i.organization_id AND c.import_id = i.id))
        FOR UPDATE SKIP LOCKED
    LOOP
        -- A part at a time: what is left goes with the next call.
        EXIT WHEN purged >= 200 OR pieces >= 4096;
        DELETE FROM contact_import_chunks c
        WHERE c.organization_id = waiting.organization_id AND c.import_id = waiting.id;
        GET DIAGNOSTICS removed = ROW_COUNT;
        pieces := pieces + removed;
        UPDATE contact_imports i
        SET status = 'failed', error = 'file-expired', finished_at = at, updated_at = at, version = i.version + 1
        WHERE i.organization_id = waiting.organization_id AND i.id = waiting.id AND waiting.status = 'needs_mapping';
        purged := purged + 1;
    END LOOP;
    RETURN purged;
END
$$;
