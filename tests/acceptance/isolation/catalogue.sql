-- Everything that isolation rests on, as one document.
WITH grants AS (
    SELECT c.oid AS relation, NULL::text AS "column", a.grantor, a.grantee, a.privilege_type, a.is_grantable, c.relowner AS owner
    FROM pg_class c, aclexplode(c.relacl) a
    UNION ALL
    SELECT c.oid, t.attname::text, a.grantor, a.grantee, a.privilege_type, a.is_grantable, c.relowner
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
)
SELECT jsonb_build_object(
    'relations', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', c.relname,
            'schema', c.relnamespace::regnamespace::text,
            'kind', c.relkind,
            'owner', pg_get_userbyid(c.relowner),
            'row_security', c.relrowsecurity,
            'forced', c.relforcerowsecurity,
            'is_partition', c.relispartition,
            'parent', (SELECT p.relname FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid),
            'bound', pg_get_expr(c.relpartbound, c.oid),
            'security_invoker', coalesce('security_invoker=true' = ANY (c.reloptions), false),
            'columns', coalesce((
                SELECT jsonb_agg(jsonb_build_object(
                    'name', a.attname,
                    'kind', format_type(a.atttypid, a.atttypmod),
                    'not_null', a.attnotnull,
                    'checked', EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND a.attnum = ANY (k.conkey))
                ) ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]'),
            'grants', coalesce((
                SELECT jsonb_agg(jsonb_build_object(
                    'grantee', CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END,
                    'privilege', g.privilege_type, 'column', g."column", 'grantable', g.is_grantable)
                    ORDER BY g.grantee, g.privilege_type, g."column")
                FROM grants g WHERE g.relation = c.oid AND g.grantee <> g.owner), '[]'),
            'policies', coalesce((
                SELECT jsonb_agg(jsonb_build_object(
                    'name', p.polname, 'permissive', p.polpermissive, 'command', p.polcmd,
                    'roles', (SELECT jsonb_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END) FROM unnest(p.polroles) AS r),
                    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
                    ORDER BY p.polname)
                FROM pg_policy p WHERE p.polrelid = c.oid), '[]'),
            'indexes', coalesce((
                SELECT jsonb_agg(jsonb_build_object(
                    'name', i.indexrelid::regclass::text, 'unique', i.indisunique OR i.indisexclusion, 'primary', i.indisprimary,
                    'valid', i.indisvalid AND i.indisready AND i.indislive,
                    'predicate', pg_get_expr(i.indpred, i.indrelid),
                    'columns', (
                        SELECT jsonb_agg(coalesce(a.attname::text, '(expression)') ORDER BY k.place)
                        FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
                        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number > 0
                        WHERE k.place <= i.indnkeyatts))
                    ORDER BY i.indexrelid::regclass::text)
                FROM pg_index i WHERE i.indrelid = c.oid), '[]'),
            'foreign_keys', coalesce((
                SELECT jsonb_agg(jsonb_build_object(
                    'name', k.conname, 'target', k.confrelid::regclass::text,
                    'validated', k.convalidated, 'on_delete', k.confdeltype, 'on_update', k.confupdtype,
                    'columns', (SELECT jsonb_agg(a.attname ORDER BY n.place)
                        FROM unnest(k.conkey) WITH ORDINALITY AS n (number, place)
                        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.number),
                    'target_columns', (SELECT jsonb_agg(a.attname ORDER BY n.place)
                        FROM unnest(k.confkey) WITH ORDINALITY AS n (number, place)
                        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.number))
                    ORDER BY k.conname)
                FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'), '[]'),
            'triggers', coalesce((
                SELECT jsonb_agg(jsonb_build_object(
                    'name', t.tgname, 'function', f.proname, 'internal', t.tgisinternal,
                    'enabled', t.tgenabled IN ('O', 'A'), 'conditional', t.tgqual IS NOT NULL OR t.tgattr <> ''::int2vector,
                    'for_each_row', t.tgtype & 1 <> 0, 'before', t.tgtype & 2 <> 0,
                    'on_delete', t.tgtype & 8 <> 0, 'on_update', t.tgtype & 16 <> 0, 'on_truncate', t.tgtype & 32 <> 0)
                    ORDER BY t.tgname)
                FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid WHERE t.tgrelid = c.oid), '[]'),
            'rules', (SELECT count(*) FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN')
        ) ORDER BY c.relname)
        FROM pg_class c
        WHERE c.relkind NOT IN ('i', 'I', 't')
          AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'),
    'functions', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', f.proname, 'signature', f.oid::regprocedure::text,
            'owner', pg_get_userbyid(f.proowner), 'language', l.lanname, 'definer', f.prosecdef,
            'leakproof', f.proleakproof, 'volatile', f.provolatile = 'v',
            'outputs', coalesce((
                SELECT jsonb_agg(format_type(o.kind, NULL) ORDER BY o.place)
                FROM unnest(f.proallargtypes, f.proargmodes) WITH ORDINALITY AS o (kind, mode, place) WHERE o.mode <> 'i'),
                jsonb_build_array(format_type(f.prorettype, NULL))),
            'search_path', (SELECT substr(s, 13) FROM unnest(f.proconfig) AS s WHERE s LIKE 'search_path=%'),
            'arguments', coalesce(to_jsonb(f.proargnames), '[]'),
            'body', f.prosrc, 'definition', pg_get_functiondef(f.oid),
            'executors', coalesce((
                SELECT jsonb_agg(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END ORDER BY a.grantee)
                FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a WHERE a.grantee <> f.proowner), '[]'))
            ORDER BY f.oid::regprocedure::text)
        FROM pg_proc f JOIN pg_language l ON l.oid = f.prolang
        WHERE f.prokind <> 'a' AND f.pronamespace::regnamespace::text !~ '^(pg_|information_schema$)'
          -- What an extension brings along is the server's.
          AND NOT EXISTS (
              SELECT FROM pg_depend d
              WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e')),
    'roles', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', r.rolname, 'login', r.rolcanlogin, 'inherits', r.rolinherit,
            'powers', array_remove(ARRAY[
                CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
                CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
                CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END], NULL),
            'settings', (SELECT count(*) FROM pg_db_role_setting s WHERE s.setrole = r.oid),
            'member_of', coalesce((
                SELECT jsonb_agg(jsonb_build_object('role', pg_get_userbyid(m.roleid), 'admin', m.admin_option)
                    ORDER BY pg_get_userbyid(m.roleid))
                FROM pg_auth_members m WHERE m.member = r.oid), '[]'))
            ORDER BY r.rolname)
        FROM pg_roles r WHERE r.rolname LIKE 'canvass%'),
    'owner_members', (
        SELECT coalesce(jsonb_agg(pg_get_userbyid(m.member)), '[]') FROM pg_auth_members m
        JOIN pg_roles member ON member.oid = m.member
        WHERE pg_get_userbyid(m.roleid) = 'canvass_owner' AND NOT member.rolsuper AND NOT member.rolcreaterole),
    'schemas', (
        SELECT jsonb_agg(jsonb_build_object(
            'name', n.nspname, 'owner', pg_get_userbyid(n.nspowner),
            'grants', coalesce((
                SELECT jsonb_agg(jsonb_build_object(
                    'grantee', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
                    'privilege', a.privilege_type, 'column', NULL, 'grantable', a.is_grantable))
                FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a WHERE a.grantee <> n.nspowner), '[]')))
        FROM pg_namespace n WHERE n.nspname !~ '^(pg_|information_schema$)'),
    'database', (
        SELECT jsonb_build_object(
            'owner', pg_get_userbyid(d.datdba),
            'grants', coalesce((
                SELECT jsonb_agg(jsonb_build_object(
                    'grantee', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
                    'privilege', a.privilege_type, 'column', NULL, 'grantable', a.is_grantable))
                FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a WHERE a.grantee <> d.datdba), '[]'),
            'settings', (SELECT count(*) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid))
        FROM pg_database d WHERE d.datname = current_database()),
    'default_grants', (
        SELECT coalesce(jsonb_agg(format('%s on %s to %s', a.privilege_type, d.defaclobjtype, a.grantee::regrole)), '[]')
        FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE a.grantee <> d.defaclrole),
    'functions_closed_by_default', EXISTS (
        SELECT FROM pg_default_acl d WHERE d.defaclobjtype = 'f' AND d.defaclnamespace = 0
          AND pg_get_userbyid(d.defaclrole) = 'canvass_owner'
          AND NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) a WHERE a.grantee = 0))
)
