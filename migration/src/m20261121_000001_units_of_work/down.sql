DROP FUNCTION make_partition(text, date);
DROP FUNCTION force_row_security(regclass, boolean);
DROP FUNCTION protect_tenant_table(regclass);
DROP FUNCTION refuse_truncate();
DROP FUNCTION unit(text, uuid, integer);
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
REVOKE USAGE ON SCHEMA public FROM canvass_app, canvass_platform, canvass_search, canvass_retention, canvass_login;
GRANT USAGE ON SCHEMA public TO PUBLIC;
