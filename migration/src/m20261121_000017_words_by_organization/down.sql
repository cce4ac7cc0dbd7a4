DROP INDEX contacts_search_idx;
DROP FUNCTION contact_attribute(uuid, text, text);
DROP FUNCTION contact_lexemes(uuid, text, jsonb);

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
GRANT EXECUTE ON FUNCTION contact_lexemes(text, jsonb) TO canvass_app, canvass_search;
CREATE INDEX contacts_search_idx ON contacts USING gin (organization_id, contact_lexemes(search_text, attributes))
WHERE deleted_at IS NULL;

CREATE FUNCTION contact_attribute(name text, value text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ('''' || replace(replace(
        chr(31) || left(lower(name), 100) || chr(31) || left(lower(value), 200),
        '\', '\\'), '''', '''''') || '''')::tsquery;
END
$$;
GRANT EXECUTE ON FUNCTION contact_attribute(text, text) TO canvass_app;

DROP FUNCTION search_contacts(uuid, tsquery, text[], uuid, bigint);
CREATE FUNCTION search_contacts(
    organization uuid, wanted tsquery, statuses text[], behind uuid, most bigint) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public, pg_temp
SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
    PERFORM require_tenant(organization);
    RETURN QUERY
        WITH found AS MATERIALIZED (
            SELECT c.id FROM contacts c
            WHERE c.organization_id = organization AND c.deleted_at IS NULL
                AND contact_lexemes(c.search_text, c.attributes) @@ wanted
                AND (statuses IS NULL OR c.validation_status = ANY (statuses))
                AND (behind IS NULL OR c.id > behind)
        )
        SELECT f.id FROM found f ORDER BY f.id LIMIT most;
END
$$;
GRANT EXECUTE ON FUNCTION search_contacts(uuid, tsquery, text[], uuid, bigint) TO canvass_app;
GRANT CREATE ON SCHEMA public TO canvass_search;
ALTER FUNCTION search_contacts(uuid, tsquery, text[], uuid, bigint) OWNER TO canvass_search;
REVOKE CREATE ON SCHEMA public FROM canvass_search;

DROP FUNCTION purge_contact_words(timestamptz, timestamptz, bigint);
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

DROP INDEX contacts_status_idx;
CREATE INDEX contacts_status_idx ON contacts (organization_id, validation_status, id) WHERE deleted_at IS NULL;
