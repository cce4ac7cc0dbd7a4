DROP FUNCTION purge_contact_words(timestamptz, timestamptz, bigint);
REVOKE SELECT (organization_id, word, noted_at), UPDATE (noted_at), DELETE ON contact_words FROM canvass_search;
DROP POLICY search ON contact_words;
REVOKE UPDATE (noted_at) ON contact_words FROM canvass_app;
ALTER TABLE contact_words DROP COLUMN noted_at;

DROP FUNCTION purge_import_files(timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION purge_uploads(begun timestamptz) RETURNS bigint
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
ALTER POLICY platform ON contact_imports WITH CHECK (false);
REVOKE SELECT (updated_at, version), UPDATE (status, error, finished_at, updated_at, version)
    ON contact_imports FROM canvass_platform;
REVOKE SELECT (created_at) ON contact_import_chunks FROM canvass_platform;

REVOKE DELETE ON contact_import_left FROM canvass_app;

REVOKE UPDATE (wind_ups_left) ON job_queue FROM canvass_app;
ALTER TABLE job_queue DROP COLUMN wind_ups_left;

ALTER TABLE contacts DROP COLUMN edited_at;
