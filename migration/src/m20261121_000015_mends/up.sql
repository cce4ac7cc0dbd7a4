-- An undo tells what somebody changed from what was judged again; what ends a job before its time reaches those who wait
-- for it; files that wait to be imported have an end, and so have words that no contact is found by any more.

-- A contact that was written again before this counts as changed: what it was for is not known.
ALTER TABLE contacts ADD COLUMN edited_at timestamptz;
COMMENT ON COLUMN contacts.edited_at IS 'when it was last changed other than by a new judgement of its address, or its deletion';
SELECT force_row_security('contacts', false);
UPDATE contacts SET edited_at = updated_at WHERE version > 1;
SELECT force_row_security('contacts', true);

-- What an undo left is looked at again by the next one, where it broke off.
GRANT DELETE ON contact_import_left TO canvass_app;

-- Jobs that ended before their time until now are wound up as those after them.
ALTER TABLE job_queue ADD COLUMN wind_ups_left integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN job_queue.wind_ups_left IS
    'how often a worker may still try to wind up what the job left when it ended before its time; 0 where nothing is left';
SELECT force_row_security('job_queue', false);
UPDATE job_queue SET wind_ups_left = 8 WHERE status IN ('cancelled', 'failed');
SELECT force_row_security('job_queue', true);
CREATE INDEX job_queue_wind_up_idx ON job_queue (organization_id, run_at, id) WHERE wind_ups_left > 0;
GRANT UPDATE (wind_ups_left) ON job_queue TO canvass_app;

-- Hourly, for all organizations: uploads of which nothing came since an instant are removed.
GRANT SELECT (created_at) ON contact_import_chunks TO canvass_platform;
GRANT SELECT (updated_at, version), UPDATE (status, error, finished_at, updated_at, version)
    ON contact_imports TO canvass_platform;
ALTER POLICY platform ON contact_imports WITH CHECK (true);
CREATE OR REPLACE FUNCTION purge_uploads(begun timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    abandoned record;
    purged bigint := 0;
BEGIN
    FOR abandoned IN
        SELECT i.organization_id, i.id FROM contact_imports i
        WHERE i.status = 'uploading' AND i.created_at < begun
        FOR UPDATE SKIP LOCKED
    LOOP
        -- Nothing more comes while the row is locked.
        CONTINUE WHEN EXISTS (
            SELECT FROM contact_import_chunks c
            WHERE c.organization_id = abandoned.organization_id AND c.import_id = abandoned.id AND c.created_at >= begun);
        DELETE FROM contact_import_chunks c
        WHERE c.organization_id = abandoned.organization_id AND c.import_id = abandoned.id;
        DELETE FROM contact_imports i WHERE i.organization_id = abandoned.organization_id AND i.id = abandoned.id;
        purged := purged + 1;
    END LOOP;
    RETURN purged;
END
$$;

-- Hourly, for all organizations: files that nobody did anything with since an instant are removed. What still waited
-- for somebody to say how its file is read has failed with that.
CREATE FUNCTION purge_import_files(untouched timestamptz, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    waiting record;
    purged bigint := 0;
BEGIN
    FOR waiting IN
        SELECT i.organization_id, i.id, i.status FROM contact_imports i
        WHERE i.updated_at < untouched AND i.status NOT IN ('uploading', 'pending', 'running', 'undoing')
            AND (i.status = 'needs_mapping' OR EXISTS (
                SELECT FROM contact_import_chunks c WHERE c.organization_id = i.organization_id AND c.import_id = i.id))
        FOR UPDATE SKIP LOCKED
    LOOP
        DELETE FROM contact_import_chunks c
        WHERE c.organization_id = waiting.organization_id AND c.import_id = waiting.id;
        UPDATE contact_imports i
        SET status = 'failed', error = 'file-expired', finished_at = at, updated_at = at, version = i.version + 1
        WHERE i.organization_id = waiting.organization_id AND i.id = waiting.id AND waiting.status = 'needs_mapping';
        purged := purged + 1;
    END LOOP;
    RETURN purged;
END
$$;
GRANT EXECUTE ON FUNCTION purge_import_files(timestamptz, timestamptz) TO canvass_platform;

-- Words are noted with the contacts that have them, at least once a day: a word that was noted since yesterday can be that of
-- a contact which is not to be seen yet.
ALTER TABLE contact_words ADD COLUMN noted_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN contact_words.noted_at IS 'when a living contact had it';
CREATE INDEX contact_words_noted_idx ON contact_words (noted_at);
GRANT UPDATE (noted_at) ON contact_words TO canvass_app;
CREATE POLICY search ON contact_words FOR ALL TO canvass_search USING (true) WITH CHECK (true);
GRANT SELECT (organization_id, word, noted_at), UPDATE (noted_at), DELETE ON contact_words TO canvass_search;

-- Hourly, for all organizations: of the words that were not noted for longest, so many are looked for, for some seconds;
-- those that no living contact has are removed. Tells whether any was.
CREATE FUNCTION purge_contact_words(unnoted timestamptz, at timestamptz, most bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    looked_at record;
    purged boolean := false;
BEGIN
    FOR looked_at IN
        SELECT w.organization_id, w.word FROM contact_words w WHERE w.noted_at < unnoted
        ORDER BY w.noted_at LIMIT most
        FOR UPDATE SKIP LOCKED
    LOOP
        EXIT WHEN clock_timestamp() > statement_timestamp() + interval '5 seconds';
        IF EXISTS (
            SELECT FROM contacts c
            WHERE c.organization_id = looked_at.organization_id AND c.deleted_at IS NULL
                AND contact_lexemes(c.search_text, c.attributes) @@ ('''' || looked_at.word || '''')::tsquery)
        THEN
            UPDATE contact_words w SET noted_at = at
            WHERE w.organization_id = looked_at.organization_id AND w.word = looked_at.word;
        ELSE
            DELETE FROM contact_words w
            WHERE w.organization_id = looked_at.organization_id AND w.word = looked_at.word;
            purged := true;
        END IF;
    END LOOP;
    RETURN purged;
END
$$;
GRANT EXECUTE ON FUNCTION purge_contact_words(timestamptz, timestamptz, bigint) TO canvass_platform;
GRANT CREATE ON SCHEMA public TO canvass_search;
ALTER FUNCTION purge_contact_words(timestamptz, timestamptz, bigint) OWNER TO canvass_search;
REVOKE CREATE ON SCHEMA public FROM canvass_search;
