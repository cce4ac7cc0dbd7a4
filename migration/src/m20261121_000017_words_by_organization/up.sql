-- The index of words no longer has the organization as a column of its own, for which every search ran through all
-- contacts of the organization to find what is in both. Instead, each lexeme begins with a mark of the organization. Two
-- organizations may have the same mark, so that a search still names its organization as well.

DROP INDEX contacts_search_idx;
DROP FUNCTION contact_lexemes(text, jsonb);
DROP FUNCTION contact_attribute(text, text);

-- What a contact is found by: its words, and key and value of each of its attributes, with a character around
-- the key that no word has; the last digits of the organization's id, which are drawn by lot, before each.
CREATE FUNCTION contact_lexemes(organization uuid, search_text text, attributes jsonb) RETURNS tsvector
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
GRANT EXECUTE ON FUNCTION contact_lexemes(uuid, text, jsonb) TO canvass_app, canvass_search;
CREATE INDEX contacts_search_idx ON contacts USING gin (contact_lexemes(organization_id, search_text, attributes))
WHERE deleted_at IS NULL;

-- What finds the contacts of an organization with an attribute, by the lexeme that contact_lexemes makes of it.
CREATE FUNCTION contact_attribute(organization uuid, name text, value text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ('''' || right(organization::text, 4) || replace(replace(
        chr(31) || left(lower(name), 100) || chr(31) || left(lower(value), 200),
        '\', '\\'), '''', '''''') || '''')::tsquery;
END
$$;
GRANT EXECUTE ON FUNCTION contact_attribute(uuid, text, text) TO canvass_app;

-- As before, by the new index alone: whoever asks puts the mark before each lexeme, so that next to all of what is
-- found is of the organization, and to read another index for it, with all contacts of the organization, is never worth
-- it. The planner takes it for a good idea at the usual cost of an entry.
DROP FUNCTION search_contacts(uuid, tsquery, text[], uuid, bigint);
CREATE FUNCTION search_contacts(
    organization uuid, wanted tsquery, statuses text[], behind uuid, most bigint) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public, pg_temp
SET max_parallel_workers_per_gather = 0 SET cpu_index_tuple_cost = 1 AS $$
BEGIN
    PERFORM require_tenant(organization);
    RETURN QUERY
        WITH found AS MATERIALIZED (
            SELECT c.id FROM contacts c
            WHERE c.organization_id = organization AND c.deleted_at IS NULL
                AND contact_lexemes(c.organization_id, c.search_text, c.attributes) @@ wanted
                AND (statuses IS NULL OR c.validation_status = ANY (statuses))
                AND (behind IS NULL OR c.id > behind)
        )
        SELECT f.id FROM found f ORDER BY f.id LIMIT most;
END
$$;
GRANT EXECUTE ON FUNCTION search_contacts(uuid, tsquery, text[], uuid, bigint) TO canvass_app;

-- A function is given away to a role that could have made it.
GRANT CREATE ON SCHEMA public TO canvass_search;
ALTER FUNCTION search_contacts(uuid, tsquery, text[], uuid, bigint) OWNER TO canvass_search;
REVOKE CREATE ON SCHEMA public FROM canvass_search;

DROP FUNCTION purge_contact_words(timestamptz, timestamptz, bigint);
CREATE FUNCTION purge_contact_words(unnoted timestamptz, at timestamptz, most bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET max_parallel_workers_per_gather = 0 SET cpu_index_tuple_cost = 1 AS $$
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
                AND contact_lexemes(c.organization_id, c.search_text, c.attributes)
                    @@ ('''' || right(looked_at.organization_id::text, 4) || looked_at.word || '''')::tsquery)
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

-- While a table has no statistics, the planner believes that next to none of its rows has NULL in a column, and any index
-- of the living contacts is as good to it as the one that has what is looked for: addresses, thousands at a time, were looked
-- up by this one. With a predicate that only a condition on the status implies, it serves for that alone.
DROP INDEX contacts_status_idx;
CREATE INDEX contacts_status_idx ON contacts (organization_id, validation_status, id)
WHERE deleted_at IS NULL AND validation_status IS NOT NULL;
