-- Nothing is anybody's by default.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO canvass_app, canvass_platform, canvass_search, canvass_retention, canvass_login;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Opens a unit of work: picks the role and the tenant for the running transaction.
-- The Citus settings keep the role on the coordinator and send the tenant to every shard; elsewhere
-- they are placeholders without effect.
CREATE FUNCTION unit(role_name text, organization uuid, timeout_ms integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF role_name NOT IN ('canvass_app', 'canvass_platform', 'canvass_retention') THEN
        RAISE insufficient_privilege USING MESSAGE = 'no unit of work for this role';
    END IF;
    IF current_user <> session_user THEN
        RAISE insufficient_privilege USING MESSAGE = 'a unit of work is already open';
    END IF;
    SET LOCAL citus.propagate_set_commands = 'none';
    EXECUTE format('SET LOCAL ROLE %I', role_name);
    SET LOCAL citus.propagate_set_commands = 'local';
    EXECUTE format('SET LOCAL app.organization_id = %L', coalesce(organization::text, ''));
    EXECUTE format('SET LOCAL statement_timeout = %L', timeout_ms);
    SET LOCAL lock_timeout = '5s';
END
$$;
GRANT EXECUTE ON FUNCTION unit(text, uuid, integer) TO canvass_login;

CREATE FUNCTION refuse_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%I cannot be truncated', TG_TABLE_NAME);
END
$$;

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%I is append-only', TG_TABLE_NAME);
END
$$;

-- For append-only tables with personal data: the columns that are the trigger's arguments can be
-- nulled, by the retention role; nothing else can happen to a row.
CREATE FUNCTION allow_only_nulling() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'canvass_retention'
        AND to_jsonb(NEW) - TG_ARGV::text[] = to_jsonb(OLD) - TG_ARGV::text[]
        AND NOT EXISTS (
            SELECT FROM unnest(TG_ARGV::text[]) AS personal
            WHERE to_jsonb(NEW) -> personal NOT IN ('null', to_jsonb(OLD) -> personal))
    THEN
        RETURN NEW;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = format('%I is append-only', TG_TABLE_NAME);
END
$$;

-- Makes a table a tenant table: row-level security enabled and forced, one policy for the
-- application role, no TRUNCATE. Every tenant table and every partition goes through here.
CREATE FUNCTION protect_tenant_table(relation regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
    EXECUTE format(
        'CREATE POLICY tenant ON %s FOR ALL TO canvass_app '
        'USING (organization_id = nullif(current_setting(''app.organization_id'', true), '''')::uuid) '
        'WITH CHECK (organization_id = nullif(current_setting(''app.organization_id'', true), '''')::uuid)',
        relation);
    EXECUTE format(
        'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()',
        relation);
END
$$;

-- Lifts FORCE around a data migration of the owner, who would otherwise see no row; and puts it back.
CREATE FUNCTION force_row_security(relation regclass, forced boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s %s ROW LEVEL SECURITY', relation,
        CASE WHEN forced THEN 'FORCE' ELSE 'NO FORCE' END);
END
$$;

-- Makes the partition of a month, protected as its parent is, where it does not exist yet.
-- Nobody is granted anything on a partition: all access goes through the parent.
CREATE FUNCTION make_partition(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    starts date := date_trunc('month', month)::date;
    ends date := (date_trunc('month', month) + interval '1 month')::date;
    part text := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
    policy record;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_partitioned_table p
        JOIN pg_class c ON c.oid = p.partrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relname = parent) THEN
        RAISE undefined_table USING MESSAGE = 'no such partitioned table';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('make_partition'), hashtext(part));
    IF to_regclass(format('public.%I', part)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Made on its own and attached, so that nobody who reads or writes the parent has to wait.
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC', part);
    FOR policy IN
        SELECT p.policyname, p.roles, p.qual, p.with_check FROM pg_policies p
        WHERE p.schemaname = 'public' AND p.tablename = parent
    LOOP
        EXECUTE format('CREATE POLICY %I ON public.%I FOR ALL TO %s USING (%s) WITH CHECK (%s)',
            policy.policyname, part,
            (SELECT string_agg(quote_ident(r), ', ') FROM unnest(policy.roles) AS r),
            policy.qual, coalesce(policy.with_check, policy.qual));
    END LOOP;
    EXECUTE format(
        'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate()',
        part);
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        parent, part, starts::timestamp AT TIME ZONE 'UTC', ends::timestamp AT TIME ZONE 'UTC');
    RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION make_partition(text, date) TO canvass_platform;
