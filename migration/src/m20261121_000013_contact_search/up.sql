-- Search of contacts. The match operator of texts is not leakproof, so that row-level security would keep a
-- tenant's query from using the index; a function that acts as a role of its own may use it, and names the tenant.

CREATE POLICY search ON contacts FOR ALL TO canvass_search USING (true) WITH CHECK (false);
GRANT SELECT (organization_id, id, search_text, attributes, validation_status, deleted_at) ON contacts TO canvass_search;
GRANT EXECUTE ON FUNCTION require_tenant(uuid), contact_lexemes(text, jsonb) TO canvass_search;

-- What finds the contacts with an attribute, by the lexeme that contact_lexemes makes of it.
CREATE FUNCTION contact_attribute(name text, value text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ('''' || replace(replace(
        chr(31) || left(lower(name), 100) || chr(31) || left(lower(value), 200),
        '\', '\\'), '''', '''''') || '''')::tsquery;
END
$$;
GRANT EXECUTE ON FUNCTION contact_attribute(text, text) TO canvass_app;

-- The living contacts that have the wanted lexemes and, where any are named, one of the statuses, in the order of
-- their ids: the first of those behind an id. All are found before they are put in order: an index in that
-- order would be walked to its end for what is rare. To start workers takes longer than most searches.
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

-- A function is given away to a role that could have made it.
GRANT CREATE ON SCHEMA public TO canvass_search;
ALTER FUNCTION search_contacts(uuid, tsquery, text[], uuid, bigint) OWNER TO canvass_search;
REVOKE CREATE ON SCHEMA public FROM canvass_search;
