DROP FUNCTION search_contacts(uuid, tsquery, text[], uuid, bigint);
DROP FUNCTION contact_attribute(text, text);
REVOKE EXECUTE ON FUNCTION require_tenant(uuid), contact_lexemes(text, jsonb) FROM canvass_search;
REVOKE SELECT (organization_id, id, search_text, attributes, validation_status, deleted_at) ON contacts FROM canvass_search;
DROP POLICY search ON contacts;
