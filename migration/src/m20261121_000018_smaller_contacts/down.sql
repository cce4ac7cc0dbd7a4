ALTER TABLE contact_list_members RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);
ALTER TABLE contacts RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);

ALTER INDEX contact_list_members_status_idx RESET (fillfactor);
ALTER INDEX contact_list_members_pkey RESET (fillfactor);

DROP INDEX contacts_import_idx;
CREATE INDEX contacts_import_idx ON contacts (organization_id, import_id, id) WHERE import_id IS NOT NULL;

SELECT force_row_security('contacts', false);
UPDATE contacts SET email = email_normalized WHERE email IS NULL;
SELECT force_row_security('contacts', true);
COMMENT ON COLUMN contacts.email IS NULL;
ALTER TABLE contacts ALTER COLUMN email SET NOT NULL;

DROP INDEX contacts_search_idx;
CREATE OR REPLACE FUNCTION contact_lexemes(organization uuid, search_text text, attributes jsonb) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
DECLARE
    mark CONSTANT text := right(organization::text, 4);
    words CONSTANT text[] := string_to_array(mark || replace(btrim(search_text), ' ', ' ' || mark), ' ');
BEGIN
    IF attributes = '{}' THEN
        RETURN array_to_tsvector(words);
    END IF;
    RETURN array_to_tsvector(words || ARRAY(
        SELECT mark || chr(31) || left(lower(a.key), 100) || chr(31) || left(lower(a.value), 200)
        FROM jsonb_each_text(attributes) AS a
        WHERE a.value IS NOT NULL));
END
$$;
CREATE INDEX contacts_search_idx ON contacts USING gin (contact_lexemes(organization_id, search_text, attributes))
WHERE deleted_at IS NULL;
