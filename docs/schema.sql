-- The schema that the migrations make, without the monthly partitions. Written by `just schema`.

ALTER SCHEMA public OWNER TO canvass_owner;

CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

COMMENT ON EXTENSION btree_gin IS 'support for indexing common datatypes in GIN';

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

CREATE FUNCTION public.add_credential(organization uuid, new_kind text, new_hash bytea, subject uuid, at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM require_tenant(organization);
    INSERT INTO credentials (kind, hash, organization_id, subject_id, created_at)
    VALUES (new_kind, new_hash, organization, subject, at)
    ON CONFLICT (kind, hash) DO NOTHING;
    RETURN FOUND;
END
$$;

ALTER FUNCTION public.add_credential(organization uuid, new_kind text, new_hash bytea, subject uuid, at timestamp with time zone) OWNER TO canvass_owner;

CREATE FUNCTION public.add_user_organization(organization uuid, member uuid, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM require_tenant(organization);
    INSERT INTO user_organizations (user_id, organization_id, created_at) VALUES (member, organization, at)
    ON CONFLICT (user_id, organization_id) DO NOTHING;
END
$$;

ALTER FUNCTION public.add_user_organization(organization uuid, member uuid, at timestamp with time zone) OWNER TO canvass_owner;

CREATE FUNCTION public.allow_only_nulling() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.allow_only_nulling() OWNER TO canvass_owner;

CREATE FUNCTION public.claim_slug(organization uuid, new_kind text, new_slug text, at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM require_tenant(organization);
    INSERT INTO slugs (kind, slug, organization_id, created_at) VALUES (new_kind, new_slug, organization, at)
    ON CONFLICT (kind, slug) DO NOTHING;
    RETURN EXISTS (
        SELECT FROM slugs s
        WHERE s.kind = new_kind AND s.slug = new_slug AND s.organization_id = organization);
END
$$;

ALTER FUNCTION public.claim_slug(organization uuid, new_kind text, new_slug text, at timestamp with time zone) OWNER TO canvass_owner;

CREATE FUNCTION public.contact_attribute(organization uuid, name text, value text) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN ('''' || right(organization::text, 4) || replace(replace(
        chr(31) || left(lower(name), 100) || chr(31) || left(lower(value), 200),
        '\', '\\'), '''', '''''') || '''')::tsquery;
END
$$;

ALTER FUNCTION public.contact_attribute(organization uuid, name text, value text) OWNER TO canvass_owner;

CREATE FUNCTION public.contact_lexemes(organization uuid, search_text text, attributes jsonb) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE COST 1000 PARALLEL SAFE
    AS $$
DECLARE
    mark CONSTANT text := right(organization::text, 4);
    parts CONSTANT text := regexp_replace(search_text, ' [^ ]*@', ' ', 'g');
    words CONSTANT text[] := string_to_array(mark || replace(btrim(parts), ' ', ' ' || mark), ' ');
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

ALTER FUNCTION public.contact_lexemes(organization uuid, search_text text, attributes jsonb) OWNER TO canvass_owner;

CREATE FUNCTION public.end_bulk_operations() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    ended bigint;
BEGIN
    UPDATE contact_bulk_operations b
    SET filter = NULL, changes = NULL, status = j.status, finished_at = j.finished_at
    FROM job_queue j
    WHERE j.organization_id = b.organization_id AND j.id = b.id
        AND j.status IN ('completed', 'cancelled', 'failed') AND j.wind_ups_left = 0
        AND b.status IN ('pending', 'running');
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
$$;

ALTER FUNCTION public.end_bulk_operations() OWNER TO canvass_owner;

CREATE FUNCTION public.find_credential(wanted_kind text, wanted_hash bytea, OUT organization_id uuid, OUT subject_id uuid) RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    SELECT c.organization_id, c.subject_id INTO find_credential.organization_id, find_credential.subject_id
    FROM credentials c WHERE c.kind = wanted_kind AND c.hash = wanted_hash;
END
$$;

ALTER FUNCTION public.find_credential(wanted_kind text, wanted_hash bytea, OUT organization_id uuid, OUT subject_id uuid) OWNER TO canvass_owner;

CREATE FUNCTION public.find_organizations_of_user(wanted_user uuid) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN QUERY
        SELECT u.organization_id FROM user_organizations u WHERE u.user_id = wanted_user ORDER BY u.organization_id;
END
$$;

ALTER FUNCTION public.find_organizations_of_user(wanted_user uuid) OWNER TO canvass_owner;

CREATE FUNCTION public.find_slug(wanted_kind text, wanted_slug text) RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN (SELECT s.organization_id FROM slugs s WHERE s.kind = wanted_kind AND s.slug = wanted_slug);
END
$$;

ALTER FUNCTION public.find_slug(wanted_kind text, wanted_slug text) OWNER TO canvass_owner;

CREATE FUNCTION public.force_row_security(relation regclass, forced boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s %s ROW LEVEL SECURITY', relation,
        CASE WHEN forced THEN 'FORCE' ELSE 'NO FORCE' END);
END
$$;

ALTER FUNCTION public.force_row_security(relation regclass, forced boolean) OWNER TO canvass_owner;

CREATE FUNCTION public.is_by_machine(event_type text, actor_verdict text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
SELECT actor_verdict = 'machine' AND event_type NOT IN ('SENT', 'BOUNCE')
$$;

ALTER FUNCTION public.is_by_machine(event_type text, actor_verdict text) OWNER TO canvass_owner;

CREATE FUNCTION public.is_trapped(event_type text, actor_verdict text, actor_reason text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
SELECT event_type = 'FORM_SUBMIT' AND actor_verdict = 'machine' AND coalesce(actor_reason, '') = 'honeypot'
$$;

ALTER FUNCTION public.is_trapped(event_type text, actor_verdict text, actor_reason text) OWNER TO canvass_owner;

CREATE FUNCTION public.make_partition(parent text, month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.make_partition(parent text, month date) OWNER TO canvass_owner;

CREATE FUNCTION public.note_event_changes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO event_changes (organization_id, campaign_id, date, event_type, is_machine, contacts, times, created_at)
    SELECT
        r.organization_id, r.campaign_id, (r."timestamp" AT TIME ZONE 'UTC')::date, r.event_type,
        is_by_machine(r.event_type, r.actor_verdict), array_agg(r.contact_id), array_agg(r."timestamp"),
        min(r.created_at)
    FROM recorded r
    WHERE NOT is_trapped(r.event_type, r.actor_verdict, r.actor_reason)
    GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.note_event_changes() OWNER TO canvass_owner;

CREATE FUNCTION public.protect_tenant_table(relation regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.protect_tenant_table(relation regclass) OWNER TO canvass_owner;

CREATE FUNCTION public.purge_contact_words(unnoted timestamp with time zone, at timestamp with time zone, most bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET max_parallel_workers_per_gather TO '0'
    SET cpu_index_tuple_cost TO '1'
    AS $$
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

ALTER FUNCTION public.purge_contact_words(unnoted timestamp with time zone, at timestamp with time zone, most bigint) OWNER TO canvass_search;

CREATE FUNCTION public.purge_credentials(at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    purged boolean;
BEGIN
    DELETE FROM credentials c WHERE c.kind = 'invitation' AND c.created_at < at - interval '37 days';
    purged := FOUND;
    DELETE FROM credentials c WHERE c.kind = 'request' AND c.created_at < at - interval '24 hours';
    RETURN purged OR FOUND;
END
$$;

ALTER FUNCTION public.purge_credentials(at timestamp with time zone) OWNER TO canvass_owner;

CREATE FUNCTION public.purge_expired(at timestamp with time zone, OUT sessions_purged bigint, OUT keys_purged bigint, OUT limits_purged bigint, OUT invitations_purged bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM idempotency_keys WHERE expires_at < at;
    GET DIAGNOSTICS keys_purged = ROW_COUNT;
    DELETE FROM rate_limits WHERE next_at < at;
    GET DIAGNOSTICS limits_purged = ROW_COUNT;
    DELETE FROM sessions WHERE expires_at < at - interval '30 days';
    GET DIAGNOSTICS sessions_purged = ROW_COUNT;
    DELETE FROM invitations WHERE expires_at < at - interval '30 days' AND status <> 'accepted';
    GET DIAGNOSTICS invitations_purged = ROW_COUNT;
    PERFORM purge_credentials(at);
END
$$;

ALTER FUNCTION public.purge_expired(at timestamp with time zone, OUT sessions_purged bigint, OUT keys_purged bigint, OUT limits_purged bigint, OUT invitations_purged bigint) OWNER TO canvass_owner;

CREATE FUNCTION public.purge_import_files(untouched timestamp with time zone, at timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    waiting record;
    purged bigint := 0;
    pieces bigint := 0;
    removed bigint;
BEGIN
    FOR waiting IN
        SELECT i.organization_id, i.id, i.status FROM contact_imports i
        WHERE i.updated_at < untouched AND i.status NOT IN ('uploading', 'pending', 'running', 'undoing')
            AND (i.status = 'needs_mapping' OR EXISTS (
                SELECT FROM contact_import_chunks c WHERE c.organization_id = i.organization_id AND c.import_id = i.id))
        FOR UPDATE SKIP LOCKED
    LOOP
        -- A part at a time: what is left goes with the next call.
        EXIT WHEN purged >= 200 OR pieces >= 4096;
        DELETE FROM contact_import_chunks c
        WHERE c.organization_id = waiting.organization_id AND c.import_id = waiting.id;
        GET DIAGNOSTICS removed = ROW_COUNT;
        pieces := pieces + removed;
        UPDATE contact_imports i
        SET status = 'failed', error = 'file-expired', finished_at = at, updated_at = at, version = i.version + 1
        WHERE i.organization_id = waiting.organization_id AND i.id = waiting.id AND waiting.status = 'needs_mapping';
        purged := purged + 1;
    END LOOP;
    RETURN purged;
END
$$;

ALTER FUNCTION public.purge_import_files(untouched timestamp with time zone, at timestamp with time zone) OWNER TO canvass_owner;

CREATE FUNCTION public.purge_uploads(begun timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    abandoned record;
    purged bigint := 0;
    pieces bigint := 0;
    removed bigint;
BEGIN
    FOR abandoned IN
        SELECT i.organization_id, i.id FROM contact_imports i
        WHERE i.status = 'uploading' AND i.created_at < begun
        FOR UPDATE SKIP LOCKED
    LOOP
        -- A part at a time: what is left goes with the next call.
        EXIT WHEN purged >= 200 OR pieces >= 4096;
        -- Nothing more comes while the row is locked.
        IF EXISTS (
            SELECT FROM contact_import_chunks c
            WHERE c.organization_id = abandoned.organization_id AND c.import_id = abandoned.id AND c.created_at >= begun) THEN
            CONTINUE;
        END IF;
        DELETE FROM contact_import_chunks c
        WHERE c.organization_id = abandoned.organization_id AND c.import_id = abandoned.id;
        GET DIAGNOSTICS removed = ROW_COUNT;
        pieces := pieces + removed;
        DELETE FROM contact_imports i WHERE i.organization_id = abandoned.organization_id AND i.id = abandoned.id;
        purged := purged + 1;
    END LOOP;
    RETURN purged;
END
$$;

ALTER FUNCTION public.purge_uploads(begun timestamp with time zone) OWNER TO canvass_owner;

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%I is append-only', TG_TABLE_NAME);
END
$$;

ALTER FUNCTION public.refuse_change() OWNER TO canvass_owner;

CREATE FUNCTION public.refuse_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%I cannot be truncated', TG_TABLE_NAME);
END
$$;

ALTER FUNCTION public.refuse_truncate() OWNER TO canvass_owner;

CREATE FUNCTION public.release_slug(organization uuid, old_kind text, old_slug text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM require_tenant(organization);
    DELETE FROM slugs s WHERE s.kind = old_kind AND s.slug = old_slug AND s.organization_id = organization;
END
$$;

ALTER FUNCTION public.release_slug(organization uuid, old_kind text, old_slug text) OWNER TO canvass_owner;

CREATE FUNCTION public.remove_credentials(organization uuid, old_kind text, subject uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM require_tenant(organization);
    DELETE FROM credentials c
    WHERE c.kind = old_kind AND c.subject_id = subject AND c.organization_id = organization;
END
$$;

ALTER FUNCTION public.remove_credentials(organization uuid, old_kind text, subject uuid) OWNER TO canvass_owner;

CREATE FUNCTION public.remove_user_organization(organization uuid, member uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM require_tenant(organization);
    DELETE FROM user_organizations u WHERE u.user_id = member AND u.organization_id = organization;
END
$$;

ALTER FUNCTION public.remove_user_organization(organization uuid, member uuid) OWNER TO canvass_owner;

CREATE FUNCTION public.require_tenant(organization uuid) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF organization IS DISTINCT FROM nullif(current_setting('app.organization_id', true), '')::uuid THEN
        RAISE insufficient_privilege USING MESSAGE = 'not the organization of this unit of work';
    END IF;
END
$$;

ALTER FUNCTION public.require_tenant(organization uuid) OWNER TO canvass_owner;

CREATE FUNCTION public.search_contacts(organization uuid, wanted tsquery, statuses text[], behind uuid, most bigint) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET max_parallel_workers_per_gather TO '0'
    SET cpu_index_tuple_cost TO '1'
    AS $$
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

ALTER FUNCTION public.search_contacts(organization uuid, wanted tsquery, statuses text[], behind uuid, most bigint) OWNER TO canvass_search;

CREATE FUNCTION public.search_lead_values(organization uuid, wanted_key text, fragment text, most bigint) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET max_parallel_workers_per_gather TO '0'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
BEGIN
    PERFORM require_tenant(organization);
    RETURN QUERY
        SELECT v.lead_id FROM lead_field_values v
        WHERE v.organization_id = organization AND v.field_key = wanted_key
            AND v.value_folded LIKE '%' || replace(replace(replace(fragment, '\', '\\'), '%', '\%'), '_', '\_') || '%'
        LIMIT most;
END
$$;

ALTER FUNCTION public.search_lead_values(organization uuid, wanted_key text, fragment text, most bigint) OWNER TO canvass_search;

CREATE FUNCTION public.unit(role_name text, organization uuid, timeout_ms integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.unit(role_name text, organization uuid, timeout_ms integer) OWNER TO canvass_owner;

CREATE TABLE public.access_logs (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    user_id uuid,
    organization_id uuid,
    method text NOT NULL,
    route text NOT NULL,
    status integer NOT NULL,
    latency_ms double precision NOT NULL,
    ip inet,
    request_id uuid NOT NULL
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.access_logs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.access_logs OWNER TO canvass_owner;

CREATE TABLE public.api_key_addresses (
    organization_id uuid NOT NULL,
    api_key_id uuid NOT NULL,
    address_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.api_key_addresses FORCE ROW LEVEL SECURITY;

ALTER TABLE public.api_key_addresses OWNER TO canvass_owner;

CREATE TABLE public.api_keys (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    prefix text NOT NULL,
    key_hash bytea NOT NULL,
    last_used_at timestamp with time zone,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL
);

ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys OWNER TO canvass_owner;

CREATE TABLE public.audit_logs (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    user_id uuid,
    actor_kind text NOT NULL,
    entity_type text NOT NULL,
    entity_id uuid,
    action text NOT NULL,
    fields text[] NOT NULL,
    request_id uuid NOT NULL,
    batch_id uuid,
    commitment bytea NOT NULL,
    CONSTRAINT audit_logs_commitment_check CHECK ((octet_length(commitment) = 32))
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.audit_logs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.audit_logs OWNER TO canvass_owner;

CREATE TABLE public.audit_payloads (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changes jsonb,
    ip inet,
    user_agent text,
    reason text,
    salt bytea
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.audit_payloads FORCE ROW LEVEL SECURITY;

ALTER TABLE public.audit_payloads OWNER TO canvass_owner;

CREATE TABLE public.campaign_aggregations (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    time_zone text,
    final_until date,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    noted_until date,
    next_time_zone text,
    CONSTRAINT one_time_zone CHECK ((num_nonnulls(time_zone, next_time_zone) = 1))
);

ALTER TABLE ONLY public.campaign_aggregations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.campaign_aggregations OWNER TO canvass_owner;

COMMENT ON COLUMN public.campaign_aggregations.time_zone IS 'of the days of the sums; null while these are forgotten';

COMMENT ON COLUMN public.campaign_aggregations.noted_until IS 'until which day (in UTC) events are noted anew since sums are forgotten';

COMMENT ON COLUMN public.campaign_aggregations.next_time_zone IS 'of the days of the next sums, while others are forgotten for these';

CREATE TABLE public.campaign_contact_assignments (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    status text NOT NULL,
    reason text,
    validation_status text NOT NULL,
    scheduled_send_time timestamp with time zone,
    sent_at timestamp with time zone,
    open_count integer DEFAULT 0 NOT NULL,
    first_opened_at timestamp with time zone,
    last_opened_at timestamp with time zone,
    click_count integer DEFAULT 0 NOT NULL,
    first_clicked_at timestamp with time zone,
    last_clicked_at timestamp with time zone,
    view_count integer DEFAULT 0 NOT NULL,
    first_viewed_at timestamp with time zone,
    last_viewed_at timestamp with time zone,
    submit_count integer DEFAULT 0 NOT NULL,
    first_submitted_at timestamp with time zone,
    last_submitted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT campaign_contact_assignments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'sent'::text, 'delivered'::text, 'bounced'::text, 'unsubscribed'::text, 'failed'::text, 'skipped'::text]))),
    CONSTRAINT campaign_contact_assignments_validation_status_check CHECK ((validation_status = ANY (ARRAY['pending'::text, 'valid'::text, 'invalid'::text, 'risky'::text, 'nonexistent'::text])))
);

ALTER TABLE ONLY public.campaign_contact_assignments FORCE ROW LEVEL SECURITY;

ALTER TABLE public.campaign_contact_assignments OWNER TO canvass_owner;

COMMENT ON COLUMN public.campaign_contact_assignments.validation_status IS 'that of the address when the mail went out, or when it was decided that none does';

CREATE TABLE public.campaign_counts (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    assigned integer NOT NULL,
    skipped integer NOT NULL,
    sent integer NOT NULL,
    bounced integer NOT NULL,
    failed integer NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.campaign_counts FORCE ROW LEVEL SECURITY;

ALTER TABLE public.campaign_counts OWNER TO canvass_owner;

CREATE TABLE public.campaign_lists (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    list_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.campaign_lists FORCE ROW LEVEL SECURITY;

ALTER TABLE public.campaign_lists OWNER TO canvass_owner;

CREATE TABLE public.campaigns (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    description text NOT NULL,
    status text NOT NULL,
    run integer DEFAULT 0 NOT NULL,
    email_template_version_id uuid,
    form_version_id uuid,
    landing_page_slug text COLLATE pg_catalog."C",
    landing_title text,
    landing_text text NOT NULL,
    risky_addresses text,
    past_schedule text NOT NULL,
    send_rate integer,
    scheduled_at timestamp with time zone,
    missed_at timestamp with time zone,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    paused_at timestamp with time zone,
    delay_ms bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT campaigns_delay_ms_check CHECK ((delay_ms >= 0)),
    CONSTRAINT campaigns_past_schedule_check CHECK ((past_schedule = ANY (ARRAY['ask'::text, 'send'::text, 'skip'::text]))),
    CONSTRAINT campaigns_risky_addresses_check CHECK ((risky_addresses = ANY (ARRAY['include'::text, 'exclude'::text]))),
    CONSTRAINT campaigns_run_check CHECK ((run >= 0)),
    CONSTRAINT campaigns_send_rate_check CHECK ((send_rate > 0)),
    CONSTRAINT campaigns_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'scheduled'::text, 'active'::text, 'paused'::text, 'completed'::text])))
);

ALTER TABLE ONLY public.campaigns FORCE ROW LEVEL SECURITY;

ALTER TABLE public.campaigns OWNER TO canvass_owner;

COMMENT ON COLUMN public.campaigns.run IS 'how often it was begun, gone on with and ended: only the job of the present run acts';

COMMENT ON COLUMN public.campaigns.landing_title IS 'what the public sees; the name is internal';

COMMENT ON COLUMN public.campaigns.risky_addresses IS 'null: as the organization has it';

COMMENT ON COLUMN public.campaigns.send_rate IS 'mails per minute; null: as fast as can be';

COMMENT ON COLUMN public.campaigns.delay_ms IS 'how long it was paused, by which its mails go out later than their rows say';

CREATE TABLE public.consent_records (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    contact_id uuid,
    lead_id uuid,
    consent_type text NOT NULL,
    granted boolean NOT NULL,
    consent_text text NOT NULL,
    text_version_id uuid,
    source text NOT NULL,
    campaign_id uuid,
    ip_address inet,
    user_agent text,
    CONSTRAINT consent_records_check CHECK (((contact_id IS NOT NULL) OR (lead_id IS NOT NULL))),
    CONSTRAINT consent_records_consent_type_check CHECK ((consent_type = ANY (ARRAY['necessary'::text, 'measurement'::text, 'marketing'::text, 'functionality'::text, 'experience'::text, 'data_processing'::text]))),
    CONSTRAINT consent_records_source_check CHECK ((source = ANY (ARRAY['form'::text, 'link'::text, 'api'::text])))
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.consent_records FORCE ROW LEVEL SECURITY;

ALTER TABLE public.consent_records OWNER TO canvass_owner;

COMMENT ON COLUMN public.consent_records.lead_id IS 'alone where a visitor gave no address';

COMMENT ON COLUMN public.consent_records.consent_text IS 'what the person read';

COMMENT ON COLUMN public.consent_records.text_version_id IS 'the version of the form that it stood in';

CREATE TABLE public.contact_bulk_operations (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    list_id uuid,
    filter jsonb,
    changes jsonb,
    matched bigint NOT NULL,
    changed bigint NOT NULL,
    unchanged bigint NOT NULL,
    refused bigint NOT NULL,
    status text NOT NULL,
    error text,
    finished_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    CONSTRAINT contact_bulk_operations_kind_check CHECK ((kind = ANY (ARRAY['delete'::text, 'update'::text, 'add_to_list'::text, 'remove_from_list'::text]))),
    CONSTRAINT contact_bulk_operations_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'cancelled'::text, 'failed'::text]))),
    CONSTRAINT nothing_personal_is_kept CHECK (((status = ANY (ARRAY['pending'::text, 'running'::text])) OR ((filter IS NULL) AND (changes IS NULL)))),
    CONSTRAINT outcomes_sum_up CHECK ((matched = ((changed + unchanged) + refused)))
);

ALTER TABLE ONLY public.contact_bulk_operations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_bulk_operations OWNER TO canvass_owner;

COMMENT ON COLUMN public.contact_bulk_operations.id IS 'also the id of its job';

COMMENT ON COLUMN public.contact_bulk_operations.filter IS 'which contacts are meant; personal, null once it has ended';

COMMENT ON COLUMN public.contact_bulk_operations.changes IS 'what changes about them; personal, null once it has ended';

CREATE TABLE public.contact_event_days (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    event_type text NOT NULL,
    is_machine boolean NOT NULL,
    date date NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.contact_event_days FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_event_days OWNER TO canvass_owner;

CREATE TABLE public.contact_import_chunks (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    "position" integer NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.contact_import_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.contact_import_chunks FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_chunks OWNER TO canvass_owner;

CREATE TABLE public.contact_import_left (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    reason text NOT NULL,
    fields jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT contact_import_left_fields_check CHECK ((jsonb_typeof(fields) = 'array'::text)),
    CONSTRAINT contact_import_left_reason_check CHECK ((reason = ANY (ARRAY['changed'::text, 'on_other_lists'::text, 'deleted'::text])))
);

ALTER TABLE ONLY public.contact_import_left FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_left OWNER TO canvass_owner;

COMMENT ON COLUMN public.contact_import_left.fields IS 'names of the fields that were left, where they are not all';

CREATE TABLE public.contact_import_rejections (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    column_name text,
    code text NOT NULL,
    original text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.contact_import_rejections FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_rejections OWNER TO canvass_owner;

COMMENT ON COLUMN public.contact_import_rejections.line IS 'the line of the file in which the row begins, from 1, as an editor counts';

CREATE TABLE public.contact_import_seen (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    address_hash bytea NOT NULL,
    stopped boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT contact_import_seen_address_hash_check CHECK ((octet_length(address_hash) = 17))
);

ALTER TABLE ONLY public.contact_import_seen FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_seen OWNER TO canvass_owner;

COMMENT ON COLUMN public.contact_import_seen.stopped IS 'whether a row that was refused would have kept mail from it';

CREATE TABLE public.contact_import_touches (
    organization_id uuid NOT NULL,
    import_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    outcome text NOT NULL,
    changes jsonb,
    joined boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT contact_import_touches_outcome_check CHECK ((outcome = ANY (ARRAY['updated'::text, 'unchanged'::text, 'suppressed'::text])))
);

ALTER TABLE ONLY public.contact_import_touches FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_touches OWNER TO canvass_owner;

COMMENT ON COLUMN public.contact_import_touches.changes IS 'old and new value of each field that was changed';

COMMENT ON COLUMN public.contact_import_touches.joined IS 'whether the import put the contact on its list';

CREATE TABLE public.contact_imports (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    list_id uuid NOT NULL,
    file_name text NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 bytea,
    status text NOT NULL,
    format jsonb,
    mapping jsonb,
    on_duplicate text NOT NULL,
    invalid text NOT NULL,
    dry_run boolean NOT NULL,
    rows_read bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    duplicate_in_file bigint NOT NULL,
    rejected bigint NOT NULL,
    suppressed bigint NOT NULL,
    undo jsonb,
    job_id uuid,
    error text,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    CONSTRAINT contact_imports_invalid_check CHECK ((invalid = ANY (ARRAY['keep'::text, 'reject'::text]))),
    CONSTRAINT contact_imports_on_duplicate_check CHECK ((on_duplicate = ANY (ARRAY['skip'::text, 'update'::text, 'fill_empty'::text]))),
    CONSTRAINT contact_imports_sha256_check CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT contact_imports_status_check CHECK ((status = ANY (ARRAY['uploading'::text, 'needs_mapping'::text, 'pending'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text, 'undoing'::text, 'undone'::text]))),
    CONSTRAINT outcomes_sum_up CHECK ((rows_read = (((((created + updated) + unchanged) + duplicate_in_file) + rejected) + suppressed)))
);

ALTER TABLE ONLY public.contact_imports FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_imports OWNER TO canvass_owner;

COMMENT ON COLUMN public.contact_imports.undo IS 'counts of what an undo removed, restored and left';

CREATE TABLE public.contact_list_counts (
    organization_id uuid NOT NULL,
    list_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    pending integer NOT NULL,
    valid integer NOT NULL,
    invalid integer NOT NULL,
    risky integer NOT NULL,
    nonexistent integer NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.contact_list_counts FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_list_counts OWNER TO canvass_owner;

CREATE TABLE public.contact_list_members (
    organization_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    list_id uuid NOT NULL,
    validation_status text NOT NULL,
    import_id uuid,
    created_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT contact_list_members_validation_status_check CHECK ((validation_status = ANY (ARRAY['pending'::text, 'valid'::text, 'invalid'::text, 'risky'::text, 'nonexistent'::text])))
)
WITH (autovacuum_analyze_scale_factor='0', autovacuum_analyze_threshold='20000');

ALTER TABLE ONLY public.contact_list_members FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_list_members OWNER TO canvass_owner;

COMMENT ON COLUMN public.contact_list_members.deleted_at IS 'that of the contact, with which the row comes back';

CREATE TABLE public.contact_lists (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    description text NOT NULL,
    source text NOT NULL,
    status text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT contact_lists_source_check CHECK ((source = ANY (ARRAY['upload'::text, 'import'::text, 'api'::text, 'manual'::text, 'form'::text]))),
    CONSTRAINT contact_lists_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'validating'::text, 'validated'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.contact_lists FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_lists OWNER TO canvass_owner;

CREATE TABLE public.contact_words (
    organization_id uuid NOT NULL,
    word text NOT NULL COLLATE pg_catalog."C",
    reversed text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    noted_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.contact_words FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contact_words OWNER TO canvass_owner;

COMMENT ON COLUMN public.contact_words.noted_at IS 'when a living contact had it';

CREATE TABLE public.contacts (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    email text COLLATE pg_catalog."C",
    email_normalized text NOT NULL COLLATE pg_catalog."C",
    email_hash bytea NOT NULL,
    first_name text,
    last_name text,
    display_name text,
    phone text,
    company text,
    job_title text,
    locale text,
    timezone text,
    attributes jsonb NOT NULL,
    source text NOT NULL,
    import_id uuid,
    validation_status text NOT NULL,
    classification text NOT NULL,
    syntax_ok boolean,
    domain_exists boolean,
    mx_found boolean,
    risk_score smallint NOT NULL,
    reasons text[],
    suggestion text,
    last_validated_at timestamp with time zone,
    search_text text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    edited_at timestamp with time zone,
    CONSTRAINT contacts_attributes_check CHECK ((jsonb_typeof(attributes) = 'object'::text)),
    CONSTRAINT contacts_classification_check CHECK ((classification = ANY (ARRAY['personal'::text, 'business'::text, 'role'::text, 'disposable'::text, 'unknown'::text]))),
    CONSTRAINT contacts_email_check CHECK ((octet_length(email) <= 320)),
    CONSTRAINT contacts_email_hash_check CHECK ((octet_length(email_hash) = 17)),
    CONSTRAINT contacts_risk_score_check CHECK (((risk_score >= 0) AND (risk_score <= 100))),
    CONSTRAINT contacts_source_check CHECK ((source = ANY (ARRAY['upload'::text, 'import'::text, 'api'::text, 'manual'::text, 'form'::text]))),
    CONSTRAINT contacts_validation_status_check CHECK ((validation_status = ANY (ARRAY['pending'::text, 'valid'::text, 'invalid'::text, 'risky'::text, 'nonexistent'::text])))
)
WITH (autovacuum_analyze_scale_factor='0', autovacuum_analyze_threshold='20000');

ALTER TABLE ONLY public.contacts FORCE ROW LEVEL SECURITY;

ALTER TABLE public.contacts OWNER TO canvass_owner;

COMMENT ON COLUMN public.contacts.email IS 'as it was given; null where that is email_normalized';

COMMENT ON COLUMN public.contacts.email_hash IS 'the id of the key, and HMAC-SHA-256 of email_normalized cut to 128 bits, as in suppressions';

COMMENT ON COLUMN public.contacts.search_text IS 'folded words of name, address and company, one space between them and around the whole';

COMMENT ON COLUMN public.contacts.updated_by IS 'of the first version null: who made it';

COMMENT ON COLUMN public.contacts.edited_at IS 'when it was last changed other than by a new judgement of its address, or its deletion';

CREATE TABLE public.credentials (
    kind text NOT NULL,
    hash bytea NOT NULL,
    organization_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT credentials_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT credentials_kind_check CHECK ((kind = ANY (ARRAY['api_key'::text, 'invitation'::text, 'request'::text])))
);

ALTER TABLE public.credentials OWNER TO canvass_owner;

COMMENT ON COLUMN public.credentials.kind IS 'request: an idempotency key of a request that makes an organization';

CREATE TABLE public.domain_facts (
    domain text NOT NULL COLLATE pg_catalog."C",
    fact text NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT domain_facts_fact_check CHECK ((fact = ANY (ARRAY['mx'::text, 'address_only'::text, 'null_mx'::text, 'not_found'::text, 'no_mail_server'::text, 'timeout'::text])))
);

ALTER TABLE ONLY public.domain_facts FORCE ROW LEVEL SECURITY;

ALTER TABLE public.domain_facts OWNER TO canvass_owner;

CREATE TABLE public.email_send_simulations (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    job_id uuid NOT NULL,
    simulation_config jsonb NOT NULL,
    config_version smallint NOT NULL,
    seed bigint NOT NULL,
    start_at timestamp with time zone NOT NULL,
    pace double precision,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT email_send_simulations_config_version_check CHECK ((config_version > 0)),
    CONSTRAINT email_send_simulations_pace_check CHECK ((pace >= (1)::double precision)),
    CONSTRAINT email_send_simulations_seed_check CHECK ((seed >= 0)),
    CONSTRAINT email_send_simulations_simulation_config_check CHECK ((jsonb_typeof(simulation_config) = 'object'::text))
);

ALTER TABLE ONLY public.email_send_simulations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.email_send_simulations OWNER TO canvass_owner;

COMMENT ON COLUMN public.email_send_simulations.simulation_config IS 'whole: what was not asked for is as it was usual then';

COMMENT ON COLUMN public.email_send_simulations.config_version IS 'which words the configuration is written in';

COMMENT ON COLUMN public.email_send_simulations.start_at IS 'when the first mail goes out in the life that is played';

COMMENT ON COLUMN public.email_send_simulations.pace IS 'how many times as fast as life; null: all at once, in the past';

CREATE TABLE public.email_template_versions (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    template_id uuid NOT NULL,
    version_number integer NOT NULL,
    subject text NOT NULL,
    html_content text NOT NULL,
    text_content text NOT NULL,
    variables jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by uuid,
    CONSTRAINT email_template_versions_variables_check CHECK ((jsonb_typeof(variables) = 'array'::text)),
    CONSTRAINT email_template_versions_version_number_check CHECK ((version_number > 0))
);

ALTER TABLE ONLY public.email_template_versions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.email_template_versions OWNER TO canvass_owner;

CREATE TABLE public.email_templates (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    active_version_id uuid NOT NULL,
    versions integer NOT NULL,
    template_key text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT email_templates_versions_check CHECK ((versions > 0))
);

ALTER TABLE ONLY public.email_templates FORCE ROW LEVEL SECURITY;

ALTER TABLE public.email_templates OWNER TO canvass_owner;

COMMENT ON COLUMN public.email_templates.active_version_id IS 'one of its versions, which come after it and point to it';

COMMENT ON COLUMN public.email_templates.versions IS 'how many it has, which is the number of the last one';

CREATE TABLE public.error_logs (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    service text NOT NULL,
    level text NOT NULL,
    message text NOT NULL,
    stack text,
    context jsonb NOT NULL,
    CONSTRAINT error_logs_level_check CHECK ((level = ANY (ARRAY['warn'::text, 'error'::text, 'fatal'::text])))
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.error_logs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.error_logs OWNER TO canvass_owner;

CREATE TABLE public.event_aggregations (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    event_type text NOT NULL,
    is_machine boolean NOT NULL,
    date date NOT NULL,
    count bigint NOT NULL,
    unique_contacts bigint NOT NULL,
    late_count bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT event_aggregations_check CHECK (((unique_contacts >= 0) AND (unique_contacts <= count))),
    CONSTRAINT event_aggregations_count_check CHECK ((count >= 0)),
    CONSTRAINT event_aggregations_event_type_check CHECK ((event_type = ANY (ARRAY['SENT'::text, 'OPEN'::text, 'CLICK'::text, 'BOUNCE'::text, 'UNSUBSCRIBE'::text, 'FORM_VIEW'::text, 'FORM_SUBMIT'::text]))),
    CONSTRAINT event_aggregations_late_count_check CHECK ((late_count >= 0))
);

ALTER TABLE ONLY public.event_aggregations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.event_aggregations OWNER TO canvass_owner;

COMMENT ON COLUMN public.event_aggregations.is_machine IS 'what machines did; of mails sent and come back, which only machines do, false';

COMMENT ON COLUMN public.event_aggregations.date IS 'a day in the time zone that campaign_aggregations names';

COMMENT ON COLUMN public.event_aggregations.late_count IS 'events that came when the day was final, and are not in count';

CREATE TABLE public.event_changes (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    date date NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    created_at timestamp with time zone NOT NULL,
    event_type text NOT NULL,
    is_machine boolean NOT NULL,
    contacts uuid[] NOT NULL,
    times timestamp with time zone[] NOT NULL
);
ALTER TABLE ONLY public.event_changes ALTER COLUMN contacts SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.event_changes ALTER COLUMN times SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.event_changes FORCE ROW LEVEL SECURITY;

ALTER TABLE public.event_changes OWNER TO canvass_owner;

COMMENT ON COLUMN public.event_changes.date IS 'the day (in UTC) of all of these events';

COMMENT ON COLUMN public.event_changes.contacts IS 'to whom each of them happened; null for a visitor without a mail';

COMMENT ON COLUMN public.event_changes.times IS 'when each of them happened';

CREATE TABLE public.event_recurrences (
    organization_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    event_type text NOT NULL,
    is_machine boolean NOT NULL,
    date date NOT NULL,
    previous_date date NOT NULL,
    contacts bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.event_recurrences FORCE ROW LEVEL SECURITY;

ALTER TABLE public.event_recurrences OWNER TO canvass_owner;

COMMENT ON COLUMN public.event_recurrences.previous_date IS '-infinity: never before';

CREATE TABLE public.events (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    event_type text NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid,
    event_data jsonb,
    user_agent text,
    ip_address inet,
    session_id uuid,
    origin text NOT NULL,
    actor_verdict text NOT NULL,
    actor_reason text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT events_actor_verdict_check CHECK ((actor_verdict = ANY (ARRAY['human'::text, 'machine'::text, 'unknown'::text]))),
    CONSTRAINT events_event_type_check CHECK ((event_type = ANY (ARRAY['SENT'::text, 'OPEN'::text, 'CLICK'::text, 'BOUNCE'::text, 'UNSUBSCRIBE'::text, 'FORM_VIEW'::text, 'FORM_SUBMIT'::text]))),
    CONSTRAINT events_origin_check CHECK ((origin = ANY (ARRAY['tracking'::text, 'api'::text, 'simulation'::text])))
)
PARTITION BY RANGE ("timestamp");

ALTER TABLE ONLY public.events FORCE ROW LEVEL SECURITY;

ALTER TABLE public.events OWNER TO canvass_owner;

COMMENT ON COLUMN public.events.id IS 'a UUIDv7 whose time is that of the event to the millisecond';

COMMENT ON COLUMN public.events."timestamp" IS 'when it happened; created_at is when it was recorded';

CREATE TABLE public.form_fields (
    organization_id uuid NOT NULL,
    form_version_id uuid NOT NULL,
    field_key text NOT NULL COLLATE pg_catalog."C",
    "position" smallint NOT NULL,
    field_label text NOT NULL,
    field_type text NOT NULL,
    required boolean NOT NULL,
    is_indexed boolean NOT NULL,
    validation_rules jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT form_fields_field_type_check CHECK ((field_type = ANY (ARRAY['text'::text, 'textarea'::text, 'email'::text, 'phone'::text, 'number'::text, 'date'::text, 'select'::text, 'multiselect'::text, 'checkbox'::text, 'hidden'::text, 'consent'::text]))),
    CONSTRAINT form_fields_position_check CHECK (("position" >= 0)),
    CONSTRAINT form_fields_validation_rules_check CHECK ((jsonb_typeof(validation_rules) = 'object'::text))
);

ALTER TABLE ONLY public.form_fields FORCE ROW LEVEL SECURITY;

ALTER TABLE public.form_fields OWNER TO canvass_owner;

CREATE TABLE public.form_responses (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    form_version_id uuid NOT NULL,
    response_data jsonb NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    user_agent text,
    ip inet,
    session_id uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT form_responses_response_data_check CHECK ((jsonb_typeof(response_data) = 'object'::text))
);

ALTER TABLE ONLY public.form_responses FORCE ROW LEVEL SECURITY;

ALTER TABLE public.form_responses OWNER TO canvass_owner;

CREATE TABLE public.form_versions (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    form_id uuid NOT NULL,
    version_number integer NOT NULL,
    thank_you_message text NOT NULL,
    redirect_url text,
    created_at timestamp with time zone NOT NULL,
    created_by uuid,
    CONSTRAINT form_versions_version_number_check CHECK ((version_number > 0))
);

ALTER TABLE ONLY public.form_versions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.form_versions OWNER TO canvass_owner;

CREATE TABLE public.forms (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    current_version_id uuid NOT NULL,
    versions integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT forms_versions_check CHECK ((versions > 0))
);

ALTER TABLE ONLY public.forms FORCE ROW LEVEL SECURITY;

ALTER TABLE public.forms OWNER TO canvass_owner;

COMMENT ON COLUMN public.forms.current_version_id IS 'its last version, which comes after it and points to it';

COMMENT ON COLUMN public.forms.versions IS 'how many it has, which is the number of the last one';

CREATE TABLE public.idempotency_keys (
    organization_id uuid NOT NULL,
    key bytea NOT NULL,
    fingerprint bytea NOT NULL,
    answer jsonb,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK ((octet_length(key) = 32))
);

ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys OWNER TO canvass_owner;

CREATE TABLE public.invitations (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    email_folded text NOT NULL,
    role_id uuid NOT NULL,
    status text NOT NULL,
    token_generation integer NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    accepted_by uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    CONSTRAINT invitations_email_check CHECK ((octet_length(email) <= 320)),
    CONSTRAINT invitations_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'revoked'::text, 'expired'::text])))
);

ALTER TABLE ONLY public.invitations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.invitations OWNER TO canvass_owner;

CREATE TABLE public.job_queue (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    status text NOT NULL,
    run_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    max_attempts integer NOT NULL,
    worker uuid,
    lease_until timestamp with time zone,
    last_error text,
    finished_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    checkpoint jsonb,
    progress_done bigint DEFAULT 0 NOT NULL,
    progress_total bigint,
    progress_counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    progress_rate double precision,
    progress_at timestamp with time zone,
    result jsonb,
    started_at timestamp with time zone,
    cancel_requested_at timestamp with time zone,
    revision bigint DEFAULT 0 NOT NULL,
    wind_ups_left integer DEFAULT 0 NOT NULL,
    CONSTRAINT job_queue_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.job_queue FORCE ROW LEVEL SECURITY;

ALTER TABLE public.job_queue OWNER TO canvass_owner;

COMMENT ON COLUMN public.job_queue.wind_ups_left IS 'how often a worker may still try to wind up what the job left when it ended before its time; 0 where nothing is left';

CREATE TABLE public.lead_field_values (
    organization_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    field_key text NOT NULL COLLATE pg_catalog."C",
    "position" smallint NOT NULL,
    value_text text,
    value_folded text COLLATE pg_catalog."C",
    value_number bigint,
    value_date date,
    value_bool boolean,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT lead_field_values_check CHECK ((num_nonnulls(value_folded, value_number, value_date, value_bool) = 1)),
    CONSTRAINT lead_field_values_check1 CHECK (((value_text IS NULL) = (value_folded IS NULL))),
    CONSTRAINT lead_field_values_position_check CHECK (("position" >= 0))
);

ALTER TABLE ONLY public.lead_field_values FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lead_field_values OWNER TO canvass_owner;

CREATE TABLE public.lead_status_changes (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    lead_id uuid NOT NULL,
    from_status text,
    to_status text NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by uuid,
    CONSTRAINT lead_status_changes_from_status_check CHECK ((from_status = ANY (ARRAY['new'::text, 'qualified'::text, 'disqualified'::text, 'contacted'::text, 'converted'::text]))),
    CONSTRAINT lead_status_changes_to_status_check CHECK ((to_status = ANY (ARRAY['new'::text, 'qualified'::text, 'disqualified'::text, 'contacted'::text, 'converted'::text])))
);

ALTER TABLE ONLY public.lead_status_changes FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lead_status_changes OWNER TO canvass_owner;

CREATE TABLE public.lead_views (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    owner_user_id uuid NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    query text NOT NULL,
    is_shared boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT lead_views_query_check CHECK ((octet_length(query) <= 4000))
);

ALTER TABLE ONLY public.lead_views FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lead_views OWNER TO canvass_owner;

COMMENT ON COLUMN public.lead_views.query IS 'the parameters of an address, as the listing of leads takes them';

CREATE TABLE public.leads (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid,
    contact_id uuid,
    person text COLLATE pg_catalog."C",
    status text NOT NULL,
    source text NOT NULL,
    assigned_user_id uuid,
    assigned_team_id uuid,
    latest_response_id uuid,
    responses integer NOT NULL,
    notes text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    came_at timestamp with time zone NOT NULL,
    CONSTRAINT leads_check CHECK (((assigned_user_id IS NULL) OR (assigned_team_id IS NULL))),
    CONSTRAINT leads_responses_check CHECK ((responses >= 0)),
    CONSTRAINT leads_source_check CHECK ((source = ANY (ARRAY['email_campaign'::text, 'direct_form'::text, 'api'::text, 'import'::text]))),
    CONSTRAINT leads_status_check CHECK ((status = ANY (ARRAY['new'::text, 'qualified'::text, 'disqualified'::text, 'contacted'::text, 'converted'::text])))
);

ALTER TABLE ONLY public.leads FORCE ROW LEVEL SECURITY;

ALTER TABLE public.leads OWNER TO canvass_owner;

COMMENT ON COLUMN public.leads.contact_id IS 'the contact that it is, which may be purged before the lead';

COMMENT ON COLUMN public.leads.person IS 'what tells one person from another: a contact or an address, in up to 400 bytes';

COMMENT ON COLUMN public.leads.latest_response_id IS 'one of its responses, which come after it and point to it';

COMMENT ON COLUMN public.leads.came_at IS 'when the person showed interest first';

CREATE TABLE public.memberships (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    role_id uuid NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    invitation_state text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT memberships_invitation_state_check CHECK ((invitation_state = ANY (ARRAY['direct'::text, 'accepted'::text])))
);

ALTER TABLE ONLY public.memberships FORCE ROW LEVEL SECURITY;

ALTER TABLE public.memberships OWNER TO canvass_owner;

CREATE TABLE public.organizations (
    organization_id uuid NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    domain text,
    owner_id uuid NOT NULL,
    subscription_level text NOT NULL,
    settings jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    time_zone text GENERATED ALWAYS AS ((settings ->> 'timezone'::text)) STORED,
    CONSTRAINT organizations_organization_id_check CHECK ((organization_id <> '00000000-0000-0000-0000-000000000000'::uuid)),
    CONSTRAINT organizations_subscription_level_check CHECK ((subscription_level = ANY (ARRAY['free'::text, 'starter'::text, 'professional'::text, 'enterprise'::text])))
);

ALTER TABLE ONLY public.organizations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.organizations OWNER TO canvass_owner;

CREATE TABLE public.permissions (
    key text NOT NULL,
    description text NOT NULL,
    category text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE public.permissions OWNER TO canvass_owner;

CREATE TABLE public.purged_contacts (
    organization_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    address_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT purged_contacts_address_hash_check CHECK ((octet_length(address_hash) = 17))
);

ALTER TABLE ONLY public.purged_contacts FORCE ROW LEVEL SECURITY;

ALTER TABLE public.purged_contacts OWNER TO canvass_owner;

COMMENT ON TABLE public.purged_contacts IS 'contacts that a campaign was addressed to, without anything that tells who they were';

COMMENT ON COLUMN public.purged_contacts.address_hash IS 'as in suppressions';

CREATE TABLE public.rate_limits (
    key bytea NOT NULL,
    next_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT rate_limits_key_check CHECK ((octet_length(key) = 32))
);

ALTER TABLE ONLY public.rate_limits FORCE ROW LEVEL SECURITY;

ALTER TABLE public.rate_limits OWNER TO canvass_owner;

CREATE TABLE public.role_permissions (
    organization_id uuid NOT NULL,
    role_id uuid NOT NULL,
    permission_key text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.role_permissions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.role_permissions OWNER TO canvass_owner;

CREATE TABLE public.roles (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    template_key text,
    name text NOT NULL,
    name_folded text NOT NULL,
    description text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone
);

ALTER TABLE ONLY public.roles FORCE ROW LEVEL SECURITY;

ALTER TABLE public.roles OWNER TO canvass_owner;

CREATE TABLE public.scheduled_runs (
    id uuid NOT NULL,
    name text NOT NULL,
    trigger text NOT NULL,
    turn timestamp with time zone,
    tries integer NOT NULL,
    scheduler uuid,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    counts jsonb,
    error text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT scheduled_runs_check CHECK (((trigger = 'schedule'::text) = (turn IS NOT NULL))),
    CONSTRAINT scheduled_runs_trigger_check CHECK ((trigger = ANY (ARRAY['schedule'::text, 'start'::text, 'manual'::text])))
);

ALTER TABLE ONLY public.scheduled_runs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.scheduled_runs OWNER TO canvass_owner;

COMMENT ON COLUMN public.scheduled_runs.turn IS 'the instant at which the job was to run; none where it was asked for besides';

COMMENT ON COLUMN public.scheduled_runs.scheduler IS 'which scheduler began it last';

CREATE TABLE public.scheduler_leases (
    name text NOT NULL,
    scheduler uuid NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT scheduler_leases_name_check CHECK ((name = 'scheduler'::text))
);

ALTER TABLE ONLY public.scheduler_leases FORCE ROW LEVEL SECURITY;

ALTER TABLE public.scheduler_leases OWNER TO canvass_owner;

CREATE TABLE public.seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);

ALTER TABLE public.seaql_migrations OWNER TO canvass_owner;

CREATE TABLE public.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    generation integer NOT NULL,
    key_id smallint NOT NULL,
    refresh_hash bytea NOT NULL,
    access_hash bytea NOT NULL,
    access_expires_at timestamp with time zone NOT NULL,
    previous_access_hash bytea,
    previous_access_expires_at timestamp with time zone,
    rotated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    ip inet,
    user_agent text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.sessions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sessions OWNER TO canvass_owner;

CREATE TABLE public.slugs (
    kind text NOT NULL,
    slug text NOT NULL,
    organization_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT slugs_kind_check CHECK ((kind = ANY (ARRAY['organization'::text, 'domain'::text, 'landing'::text])))
);

ALTER TABLE public.slugs OWNER TO canvass_owner;

CREATE TABLE public.suppressions (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    address_hash bytea NOT NULL,
    reason text NOT NULL,
    source text NOT NULL,
    source_id uuid,
    created_at timestamp with time zone NOT NULL,
    created_by uuid,
    CONSTRAINT suppressions_address_hash_check CHECK ((octet_length(address_hash) = 17)),
    CONSTRAINT suppressions_reason_check CHECK ((reason = ANY (ARRAY['unsubscribed'::text, 'bounced'::text, 'complained'::text, 'manual'::text, 'erased'::text]))),
    CONSTRAINT suppressions_source_check CHECK ((source = ANY (ARRAY['manual'::text, 'api'::text, 'import'::text, 'link'::text, 'campaign'::text, 'simulation'::text, 'erasure'::text])))
);

ALTER TABLE ONLY public.suppressions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.suppressions OWNER TO canvass_owner;

COMMENT ON COLUMN public.suppressions.source_id IS 'the import, campaign or simulation that it came from';

CREATE TABLE public.team_members (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    team_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone
);

ALTER TABLE ONLY public.team_members FORCE ROW LEVEL SECURITY;

ALTER TABLE public.team_members OWNER TO canvass_owner;

CREATE TABLE public.teams (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    description text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone
);

ALTER TABLE ONLY public.teams FORCE ROW LEVEL SECURITY;

ALTER TABLE public.teams OWNER TO canvass_owner;

CREATE TABLE public.user_organizations (
    user_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE public.user_organizations OWNER TO canvass_owner;

CREATE TABLE public.user_preferences (
    user_id uuid NOT NULL,
    timezone text NOT NULL,
    locale text NOT NULL,
    preferences jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL
);

ALTER TABLE ONLY public.user_preferences FORCE ROW LEVEL SECURITY;

ALTER TABLE public.user_preferences OWNER TO canvass_owner;

CREATE TABLE public.user_roles (
    user_id uuid NOT NULL,
    role text NOT NULL,
    granted_at timestamp with time zone NOT NULL,
    granted_by uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT user_roles_role_check CHECK ((role = ANY (ARRAY['platform_admin'::text, 'system'::text])))
);

ALTER TABLE ONLY public.user_roles FORCE ROW LEVEL SECURITY;

ALTER TABLE public.user_roles OWNER TO canvass_owner;

CREATE TABLE public.users (
    id uuid NOT NULL,
    email text NOT NULL,
    email_folded text NOT NULL,
    display_name text NOT NULL,
    password_hash text,
    status text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT users_email_check CHECK ((octet_length(email) <= 320)),
    CONSTRAINT users_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'inactive'::text, 'suspended'::text])))
);

ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;

ALTER TABLE public.users OWNER TO canvass_owner;

CREATE TABLE public.validation_logs (
    organization_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    syntax_version smallint,
    domain_version smallint,
    classification_version smallint,
    syntax_result text,
    domain_result text,
    classification_result text,
    details jsonb,
    validated_by uuid,
    CONSTRAINT validation_logs_classification_result_check CHECK ((classification_result = ANY (ARRAY['pass'::text, 'fail'::text, 'unknown'::text]))),
    CONSTRAINT validation_logs_domain_result_check CHECK ((domain_result = ANY (ARRAY['pass'::text, 'fail'::text, 'unknown'::text]))),
    CONSTRAINT validation_logs_syntax_result_check CHECK ((syntax_result = ANY (ARRAY['pass'::text, 'fail'::text, 'unknown'::text])))
)
PARTITION BY RANGE (created_at);

ALTER TABLE ONLY public.validation_logs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.validation_logs OWNER TO canvass_owner;

COMMENT ON COLUMN public.validation_logs.syntax_version IS 'null: 1';

COMMENT ON COLUMN public.validation_logs.domain_version IS 'null: 1';

COMMENT ON COLUMN public.validation_logs.classification_version IS 'null: 1';

COMMENT ON COLUMN public.validation_logs.syntax_result IS 'null: pass';

COMMENT ON COLUMN public.validation_logs.domain_result IS 'null: pass';

COMMENT ON COLUMN public.validation_logs.classification_result IS 'null: pass';

COMMENT ON COLUMN public.validation_logs.details IS 'status, score and reasons, where there is more to tell than that all is well; no part of the address';

COMMENT ON COLUMN public.validation_logs.validated_by IS 'the user who had it judged; nobody where the system did';

CREATE TABLE public.validation_rules (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    rule_type text NOT NULL,
    rule_version smallint NOT NULL,
    rule_config jsonb NOT NULL,
    enabled boolean NOT NULL,
    template_key text,
    created_at timestamp with time zone NOT NULL,
    created_by uuid,
    CONSTRAINT validation_rules_rule_config_check CHECK ((jsonb_typeof(rule_config) = 'object'::text)),
    CONSTRAINT validation_rules_rule_type_check CHECK ((rule_type = ANY (ARRAY['syntax'::text, 'domain'::text, 'classification'::text]))),
    CONSTRAINT validation_rules_rule_version_check CHECK ((rule_version > 0))
);

ALTER TABLE ONLY public.validation_rules FORCE ROW LEVEL SECURITY;

ALTER TABLE public.validation_rules OWNER TO canvass_owner;

ALTER TABLE ONLY public.access_logs
    ADD CONSTRAINT access_logs_pkey PRIMARY KEY (id, created_at);

ALTER TABLE ONLY public.api_key_addresses
    ADD CONSTRAINT api_key_addresses_pkey PRIMARY KEY (organization_id, api_key_id, address_hash);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.audit_logs
    ADD CONSTRAINT audit_logs_pkey PRIMARY KEY (organization_id, id, created_at);

ALTER TABLE ONLY public.audit_payloads
    ADD CONSTRAINT audit_payloads_pkey PRIMARY KEY (organization_id, id, created_at);

ALTER TABLE ONLY public.campaign_aggregations
    ADD CONSTRAINT campaign_aggregations_pkey PRIMARY KEY (organization_id, campaign_id);

ALTER TABLE ONLY public.campaign_contact_assignments
    ADD CONSTRAINT campaign_contact_assignments_pkey PRIMARY KEY (organization_id, campaign_id, contact_id);

ALTER TABLE ONLY public.campaign_counts
    ADD CONSTRAINT campaign_counts_pkey PRIMARY KEY (organization_id, campaign_id, id);

ALTER TABLE ONLY public.campaign_lists
    ADD CONSTRAINT campaign_lists_pkey PRIMARY KEY (organization_id, campaign_id, list_id);

ALTER TABLE ONLY public.campaigns
    ADD CONSTRAINT campaigns_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.consent_records
    ADD CONSTRAINT consent_records_pkey PRIMARY KEY (organization_id, id, created_at);

ALTER TABLE ONLY public.contact_bulk_operations
    ADD CONSTRAINT contact_bulk_operations_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.contact_event_days
    ADD CONSTRAINT contact_event_days_pkey PRIMARY KEY (organization_id, campaign_id, contact_id, event_type, is_machine, date);

ALTER TABLE ONLY public.contact_import_chunks
    ADD CONSTRAINT contact_import_chunks_pkey PRIMARY KEY (organization_id, import_id, "position");

ALTER TABLE ONLY public.contact_import_left
    ADD CONSTRAINT contact_import_left_pkey PRIMARY KEY (organization_id, import_id, contact_id);

ALTER TABLE ONLY public.contact_import_rejections
    ADD CONSTRAINT contact_import_rejections_pkey PRIMARY KEY (organization_id, import_id, line);

ALTER TABLE ONLY public.contact_import_seen
    ADD CONSTRAINT contact_import_seen_pkey PRIMARY KEY (organization_id, import_id, address_hash, stopped);

ALTER TABLE ONLY public.contact_import_touches
    ADD CONSTRAINT contact_import_touches_pkey PRIMARY KEY (organization_id, import_id, contact_id);

ALTER TABLE ONLY public.contact_imports
    ADD CONSTRAINT contact_imports_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.contact_list_counts
    ADD CONSTRAINT contact_list_counts_pkey PRIMARY KEY (organization_id, list_id, id);

ALTER TABLE ONLY public.contact_list_members
    ADD CONSTRAINT contact_list_members_pkey PRIMARY KEY (organization_id, contact_id, list_id) WITH (fillfactor='100');

ALTER TABLE ONLY public.contact_lists
    ADD CONSTRAINT contact_lists_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.contact_words
    ADD CONSTRAINT contact_words_pkey PRIMARY KEY (organization_id, word);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (kind, hash);

ALTER TABLE ONLY public.domain_facts
    ADD CONSTRAINT domain_facts_pkey PRIMARY KEY (domain);

ALTER TABLE ONLY public.email_send_simulations
    ADD CONSTRAINT email_send_simulations_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.email_template_versions
    ADD CONSTRAINT email_template_versions_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.email_templates
    ADD CONSTRAINT email_templates_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.error_logs
    ADD CONSTRAINT error_logs_pkey PRIMARY KEY (id, created_at);

ALTER TABLE ONLY public.event_aggregations
    ADD CONSTRAINT event_aggregations_pkey PRIMARY KEY (organization_id, campaign_id, event_type, is_machine, date);

ALTER TABLE ONLY public.event_changes
    ADD CONSTRAINT event_changes_pkey PRIMARY KEY (organization_id, campaign_id, date, id);

ALTER TABLE ONLY public.event_recurrences
    ADD CONSTRAINT event_recurrences_pkey PRIMARY KEY (organization_id, campaign_id, event_type, is_machine, date, previous_date);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (organization_id, "timestamp", id) WITH (fillfactor='100');

ALTER TABLE ONLY public.form_fields
    ADD CONSTRAINT form_fields_pkey PRIMARY KEY (organization_id, form_version_id, field_key);

ALTER TABLE ONLY public.form_responses
    ADD CONSTRAINT form_responses_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.form_versions
    ADD CONSTRAINT form_versions_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, key);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.job_queue
    ADD CONSTRAINT job_queue_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.lead_field_values
    ADD CONSTRAINT lead_field_values_pkey PRIMARY KEY (organization_id, lead_id, field_key, "position");

ALTER TABLE ONLY public.lead_status_changes
    ADD CONSTRAINT lead_status_changes_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.lead_views
    ADD CONSTRAINT lead_views_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY public.permissions
    ADD CONSTRAINT permissions_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.purged_contacts
    ADD CONSTRAINT purged_contacts_pkey PRIMARY KEY (organization_id, contact_id);

ALTER TABLE ONLY public.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.role_permissions
    ADD CONSTRAINT role_permissions_pkey PRIMARY KEY (organization_id, role_id, permission_key);

ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.scheduled_runs
    ADD CONSTRAINT scheduled_runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scheduler_leases
    ADD CONSTRAINT scheduler_leases_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.seaql_migrations
    ADD CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.slugs
    ADD CONSTRAINT slugs_pkey PRIMARY KEY (kind, slug);

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY public.user_organizations
    ADD CONSTRAINT user_organizations_pkey PRIMARY KEY (user_id, organization_id);

ALTER TABLE ONLY public.user_preferences
    ADD CONSTRAINT user_preferences_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.validation_logs
    ADD CONSTRAINT validation_logs_pkey PRIMARY KEY (organization_id, contact_id, created_at) WITH (fillfactor='100');

ALTER TABLE ONLY public.validation_rules
    ADD CONSTRAINT validation_rules_pkey PRIMARY KEY (organization_id, id);

CREATE INDEX api_keys_user_idx ON public.api_keys USING btree (organization_id, user_id);

CREATE INDEX audit_logs_actor_idx ON ONLY public.audit_logs USING btree (organization_id, user_id, created_at, id);

CREATE INDEX audit_logs_entity_idx ON ONLY public.audit_logs USING btree (organization_id, entity_id, created_at DESC, id DESC);

CREATE INDEX audit_logs_time_idx ON ONLY public.audit_logs USING btree (organization_id, created_at, id);

CREATE INDEX campaign_aggregations_zone_idx ON public.campaign_aggregations USING btree (organization_id, time_zone);

CREATE INDEX campaign_contact_assignments_contact_idx ON public.campaign_contact_assignments USING btree (organization_id, contact_id);

CREATE INDEX campaign_contact_assignments_listing_idx ON public.campaign_contact_assignments USING btree (organization_id, campaign_id, status, contact_id);

CREATE INDEX campaign_contact_assignments_status_idx ON public.campaign_contact_assignments USING btree (organization_id, campaign_id, status, scheduled_send_time, contact_id);

CREATE INDEX campaign_lists_list_idx ON public.campaign_lists USING btree (organization_id, list_id);

CREATE UNIQUE INDEX campaigns_landing_page_key ON public.campaigns USING btree (organization_id, landing_page_slug) WHERE (deleted_at IS NULL);

CREATE INDEX campaigns_status_idx ON public.campaigns USING btree (organization_id, status, id) WHERE (deleted_at IS NULL);

CREATE INDEX consent_records_contact_idx ON ONLY public.consent_records USING btree (organization_id, contact_id, created_at DESC, id DESC);

CREATE INDEX contact_bulk_operations_open_idx ON public.contact_bulk_operations USING btree (organization_id, id) WHERE (status = ANY (ARRAY['pending'::text, 'running'::text]));

CREATE INDEX contact_import_left_contact_idx ON public.contact_import_left USING btree (organization_id, contact_id);

CREATE INDEX contact_import_touches_contact_idx ON public.contact_import_touches USING btree (organization_id, contact_id);

CREATE INDEX contact_imports_file_idx ON public.contact_imports USING btree (organization_id, sha256, list_id);

CREATE INDEX contact_imports_list_idx ON public.contact_imports USING btree (organization_id, list_id, id);

CREATE INDEX contact_list_members_status_idx ON public.contact_list_members USING btree (organization_id, list_id, validation_status, contact_id) WITH (fillfactor='100') WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX contact_lists_name_key ON public.contact_lists USING btree (organization_id, name_folded) WHERE (deleted_at IS NULL);

CREATE INDEX contact_words_noted_idx ON public.contact_words USING btree (noted_at);

CREATE INDEX contact_words_reversed_idx ON public.contact_words USING btree (organization_id, reversed);

CREATE INDEX contacts_deleted_idx ON public.contacts USING btree (organization_id, id) WHERE (deleted_at IS NOT NULL);

CREATE UNIQUE INDEX contacts_email_key ON public.contacts USING btree (organization_id, email_normalized) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_import_idx ON public.contacts USING btree (organization_id, import_id) WHERE (import_id IS NOT NULL);

CREATE INDEX contacts_search_idx ON public.contacts USING gin (public.contact_lexemes(organization_id, search_text, attributes)) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_status_idx ON public.contacts USING btree (organization_id, validation_status, id) WHERE ((deleted_at IS NULL) AND (validation_status IS NOT NULL));

CREATE INDEX credentials_age_idx ON public.credentials USING btree (kind, created_at) WHERE (kind = ANY (ARRAY['invitation'::text, 'request'::text]));

CREATE INDEX credentials_subject_idx ON public.credentials USING btree (organization_id, subject_id);

CREATE INDEX domain_facts_expiry_idx ON public.domain_facts USING btree (expires_at);

CREATE UNIQUE INDEX email_send_simulations_campaign_key ON public.email_send_simulations USING btree (organization_id, campaign_id);

CREATE UNIQUE INDEX email_template_versions_number_key ON public.email_template_versions USING btree (organization_id, template_id, version_number);

CREATE UNIQUE INDEX email_templates_key_key ON public.email_templates USING btree (organization_id, template_key);

CREATE INDEX error_logs_time_idx ON ONLY public.error_logs USING btree (created_at DESC);

CREATE INDEX events_campaign_idx ON ONLY public.events USING btree (organization_id, campaign_id, event_type, "timestamp") WITH (fillfactor='100');

CREATE INDEX form_fields_key_idx ON public.form_fields USING btree (organization_id, field_key, form_version_id);

CREATE UNIQUE INDEX form_fields_position_key ON public.form_fields USING btree (organization_id, form_version_id, "position");

CREATE INDEX form_responses_lead_idx ON public.form_responses USING btree (organization_id, lead_id, id);

CREATE UNIQUE INDEX form_versions_number_key ON public.form_versions USING btree (organization_id, form_id, version_number);

CREATE INDEX idempotency_keys_expiry_idx ON public.idempotency_keys USING btree (expires_at);

CREATE INDEX invitations_expiry_idx ON public.invitations USING btree (expires_at) WHERE (status <> 'accepted'::text);

CREATE UNIQUE INDEX invitations_pending_key ON public.invitations USING btree (organization_id, email_folded) WHERE (status = 'pending'::text);

CREATE INDEX invitations_role_idx ON public.invitations USING btree (organization_id, role_id);

CREATE INDEX job_queue_due_idx ON public.job_queue USING btree (organization_id, run_at, id) WHERE (status = 'pending'::text);

CREATE INDEX job_queue_id_idx ON public.job_queue USING btree (id);

CREATE INDEX job_queue_lease_idx ON public.job_queue USING btree (lease_until) WHERE (status = 'running'::text);

CREATE INDEX job_queue_wind_up_idx ON public.job_queue USING btree (organization_id, run_at, id) WHERE (wind_ups_left > 0);

CREATE INDEX lead_field_values_bool_idx ON public.lead_field_values USING btree (organization_id, field_key, value_bool, lead_id) WHERE (value_bool IS NOT NULL);

CREATE INDEX lead_field_values_date_idx ON public.lead_field_values USING btree (organization_id, field_key, value_date, lead_id) WHERE (value_date IS NOT NULL);

CREATE INDEX lead_field_values_fragment_idx ON public.lead_field_values USING gin (organization_id, field_key, value_folded public.gin_trgm_ops) WHERE (value_folded IS NOT NULL);

CREATE INDEX lead_field_values_number_idx ON public.lead_field_values USING btree (organization_id, field_key, value_number, lead_id) WHERE (value_number IS NOT NULL);

CREATE INDEX lead_field_values_text_idx ON public.lead_field_values USING btree (organization_id, field_key, value_folded, lead_id) WHERE (value_folded IS NOT NULL);

CREATE INDEX lead_status_changes_lead_idx ON public.lead_status_changes USING btree (organization_id, lead_id, id);

CREATE INDEX lead_status_changes_stage_idx ON public.lead_status_changes USING btree (organization_id, to_status, lead_id) WHERE (from_status IS NOT NULL);

CREATE UNIQUE INDEX lead_views_name_key ON public.lead_views USING btree (organization_id, owner_user_id, name_folded) WHERE (deleted_at IS NULL);

CREATE INDEX leads_came_idx ON public.leads USING btree (organization_id, campaign_id, came_at) INCLUDE (source, status) WHERE (deleted_at IS NULL);

CREATE INDEX leads_campaign_idx ON public.leads USING btree (organization_id, campaign_id, status, id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_campaign_order_idx ON public.leads USING btree (organization_id, campaign_id, id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_contact_idx ON public.leads USING btree (organization_id, contact_id, id) WHERE (contact_id IS NOT NULL);

CREATE INDEX leads_created_idx ON public.leads USING btree (organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_deleted_idx ON public.leads USING btree (organization_id, id) WHERE (deleted_at IS NOT NULL);

CREATE UNIQUE INDEX leads_person_key ON public.leads USING btree (organization_id, campaign_id, person) NULLS NOT DISTINCT WHERE ((deleted_at IS NULL) AND (person IS NOT NULL));

CREATE INDEX leads_status_idx ON public.leads USING btree (organization_id, status, id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_team_idx ON public.leads USING btree (organization_id, assigned_team_id, id) WHERE ((deleted_at IS NULL) AND (assigned_team_id IS NOT NULL));

CREATE INDEX leads_user_idx ON public.leads USING btree (organization_id, assigned_user_id, id) WHERE ((deleted_at IS NULL) AND (assigned_user_id IS NOT NULL));

CREATE INDEX memberships_role_idx ON public.memberships USING btree (organization_id, role_id) WHERE (deleted_at IS NULL);

CREATE INDEX memberships_user_idx ON public.memberships USING btree (organization_id, user_id);

CREATE UNIQUE INDEX memberships_user_key ON public.memberships USING btree (organization_id, user_id) WHERE (deleted_at IS NULL);

CREATE INDEX rate_limits_next_idx ON public.rate_limits USING btree (next_at);

CREATE UNIQUE INDEX roles_name_key ON public.roles USING btree (organization_id, name_folded) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX roles_template_key ON public.roles USING btree (organization_id, template_key) WHERE (template_key IS NOT NULL);

CREATE INDEX scheduled_runs_name_idx ON public.scheduled_runs USING btree (name, id DESC);

CREATE UNIQUE INDEX scheduled_runs_open_idx ON public.scheduled_runs USING btree (name) WHERE (finished_at IS NULL);

CREATE UNIQUE INDEX scheduled_runs_turn_idx ON public.scheduled_runs USING btree (name, turn) WHERE (turn IS NOT NULL);

CREATE INDEX sessions_expiry_idx ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_user_idx ON public.sessions USING btree (user_id, id);

CREATE INDEX slugs_organization_idx ON public.slugs USING btree (organization_id);

CREATE UNIQUE INDEX suppressions_address_key ON public.suppressions USING btree (organization_id, address_hash, reason, source);

CREATE INDEX suppressions_simulation_idx ON public.suppressions USING btree (organization_id, source_id, id) WHERE (source = 'simulation'::text);

CREATE UNIQUE INDEX team_members_key ON public.team_members USING btree (organization_id, team_id, membership_id) WHERE (deleted_at IS NULL);

CREATE INDEX team_members_membership_idx ON public.team_members USING btree (organization_id, membership_id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX teams_name_key ON public.teams USING btree (organization_id, name_folded) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX users_email_key ON public.users USING btree (email_folded) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX validation_rules_version_key ON public.validation_rules USING btree (organization_id, rule_type, rule_version);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.access_logs FOR EACH ROW EXECUTE FUNCTION public.allow_only_nulling('ip');

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_logs FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_payloads FOR EACH ROW EXECUTE FUNCTION public.allow_only_nulling('changes', 'ip', 'user_agent', 'reason', 'salt');

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.consent_records FOR EACH ROW EXECUTE FUNCTION public.allow_only_nulling('ip_address', 'user_agent');

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.error_logs FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION public.allow_only_nulling('event_data', 'user_agent', 'ip_address', 'session_id');

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.validation_logs FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER note_changes AFTER INSERT ON public.events REFERENCING NEW TABLE AS recorded FOR EACH STATEMENT EXECUTE FUNCTION public.note_event_changes();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.access_logs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.api_key_addresses FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.api_keys FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.audit_payloads FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.campaign_aggregations FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.campaign_contact_assignments FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.campaign_counts FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.campaign_lists FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.campaigns FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.consent_records FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_bulk_operations FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_event_days FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_import_chunks FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_import_left FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_import_rejections FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_import_seen FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_import_touches FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_imports FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_list_counts FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_list_members FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_lists FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contact_words FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.contacts FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.credentials FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.domain_facts FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.email_send_simulations FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.email_template_versions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.email_templates FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.error_logs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.event_aggregations FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.event_changes FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.event_recurrences FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.form_fields FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.form_responses FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.form_versions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.forms FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.idempotency_keys FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.invitations FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.job_queue FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.lead_field_values FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.lead_status_changes FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.lead_views FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.leads FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.memberships FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.organizations FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.permissions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.purged_contacts FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.rate_limits FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.role_permissions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.roles FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.scheduled_runs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.scheduler_leases FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.sessions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.slugs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.suppressions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.team_members FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.teams FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.user_organizations FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.user_preferences FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.user_roles FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.users FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.validation_logs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.validation_rules FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

ALTER TABLE ONLY public.api_key_addresses
    ADD CONSTRAINT api_key_addresses_organization_id_api_key_id_fkey FOREIGN KEY (organization_id, api_key_id) REFERENCES public.api_keys(organization_id, id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.campaign_contact_assignments
    ADD CONSTRAINT campaign_contact_assignments_organization_id_campaign_id_fkey FOREIGN KEY (organization_id, campaign_id) REFERENCES public.campaigns(organization_id, id);

ALTER TABLE ONLY public.campaign_counts
    ADD CONSTRAINT campaign_counts_organization_id_campaign_id_fkey FOREIGN KEY (organization_id, campaign_id) REFERENCES public.campaigns(organization_id, id);

ALTER TABLE ONLY public.campaign_lists
    ADD CONSTRAINT campaign_lists_organization_id_campaign_id_fkey FOREIGN KEY (organization_id, campaign_id) REFERENCES public.campaigns(organization_id, id);

ALTER TABLE ONLY public.campaign_lists
    ADD CONSTRAINT campaign_lists_organization_id_list_id_fkey FOREIGN KEY (organization_id, list_id) REFERENCES public.contact_lists(organization_id, id);

ALTER TABLE ONLY public.campaigns
    ADD CONSTRAINT campaigns_organization_id_email_template_version_id_fkey FOREIGN KEY (organization_id, email_template_version_id) REFERENCES public.email_template_versions(organization_id, id);

ALTER TABLE ONLY public.campaigns
    ADD CONSTRAINT campaigns_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.campaigns
    ADD CONSTRAINT campaigns_organization_id_form_version_id_fkey FOREIGN KEY (organization_id, form_version_id) REFERENCES public.form_versions(organization_id, id);

ALTER TABLE ONLY public.contact_bulk_operations
    ADD CONSTRAINT contact_bulk_operations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.contact_bulk_operations
    ADD CONSTRAINT contact_bulk_operations_organization_id_list_id_fkey FOREIGN KEY (organization_id, list_id) REFERENCES public.contact_lists(organization_id, id);

ALTER TABLE ONLY public.contact_import_chunks
    ADD CONSTRAINT contact_import_chunks_organization_id_import_id_fkey FOREIGN KEY (organization_id, import_id) REFERENCES public.contact_imports(organization_id, id);

ALTER TABLE ONLY public.contact_import_left
    ADD CONSTRAINT contact_import_left_organization_id_contact_id_fkey FOREIGN KEY (organization_id, contact_id) REFERENCES public.contacts(organization_id, id);

ALTER TABLE ONLY public.contact_import_left
    ADD CONSTRAINT contact_import_left_organization_id_import_id_fkey FOREIGN KEY (organization_id, import_id) REFERENCES public.contact_imports(organization_id, id);

ALTER TABLE ONLY public.contact_import_rejections
    ADD CONSTRAINT contact_import_rejections_organization_id_import_id_fkey FOREIGN KEY (organization_id, import_id) REFERENCES public.contact_imports(organization_id, id);

ALTER TABLE ONLY public.contact_import_seen
    ADD CONSTRAINT contact_import_seen_organization_id_import_id_fkey FOREIGN KEY (organization_id, import_id) REFERENCES public.contact_imports(organization_id, id);

ALTER TABLE ONLY public.contact_import_touches
    ADD CONSTRAINT contact_import_touches_organization_id_contact_id_fkey FOREIGN KEY (organization_id, contact_id) REFERENCES public.contacts(organization_id, id);

ALTER TABLE ONLY public.contact_import_touches
    ADD CONSTRAINT contact_import_touches_organization_id_import_id_fkey FOREIGN KEY (organization_id, import_id) REFERENCES public.contact_imports(organization_id, id);

ALTER TABLE ONLY public.contact_imports
    ADD CONSTRAINT contact_imports_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.contact_imports
    ADD CONSTRAINT contact_imports_organization_id_list_id_fkey FOREIGN KEY (organization_id, list_id) REFERENCES public.contact_lists(organization_id, id);

ALTER TABLE ONLY public.contact_list_counts
    ADD CONSTRAINT contact_list_counts_organization_id_list_id_fkey FOREIGN KEY (organization_id, list_id) REFERENCES public.contact_lists(organization_id, id);

ALTER TABLE ONLY public.contact_list_members
    ADD CONSTRAINT contact_list_members_organization_id_contact_id_fkey FOREIGN KEY (organization_id, contact_id) REFERENCES public.contacts(organization_id, id);

ALTER TABLE ONLY public.contact_list_members
    ADD CONSTRAINT contact_list_members_organization_id_list_id_fkey FOREIGN KEY (organization_id, list_id) REFERENCES public.contact_lists(organization_id, id);

ALTER TABLE ONLY public.contact_lists
    ADD CONSTRAINT contact_lists_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.contact_words
    ADD CONSTRAINT contact_words_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.email_send_simulations
    ADD CONSTRAINT email_send_simulations_organization_id_campaign_id_fkey FOREIGN KEY (organization_id, campaign_id) REFERENCES public.campaigns(organization_id, id);

ALTER TABLE ONLY public.email_template_versions
    ADD CONSTRAINT email_template_versions_organization_id_template_id_fkey FOREIGN KEY (organization_id, template_id) REFERENCES public.email_templates(organization_id, id);

ALTER TABLE ONLY public.email_templates
    ADD CONSTRAINT email_templates_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.form_fields
    ADD CONSTRAINT form_fields_organization_id_form_version_id_fkey FOREIGN KEY (organization_id, form_version_id) REFERENCES public.form_versions(organization_id, id);

ALTER TABLE ONLY public.form_responses
    ADD CONSTRAINT form_responses_organization_id_form_version_id_fkey FOREIGN KEY (organization_id, form_version_id) REFERENCES public.form_versions(organization_id, id);

ALTER TABLE ONLY public.form_responses
    ADD CONSTRAINT form_responses_organization_id_lead_id_fkey FOREIGN KEY (organization_id, lead_id) REFERENCES public.leads(organization_id, id);

ALTER TABLE ONLY public.form_versions
    ADD CONSTRAINT form_versions_organization_id_form_id_fkey FOREIGN KEY (organization_id, form_id) REFERENCES public.forms(organization_id, id);

ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_organization_id_role_id_fkey FOREIGN KEY (organization_id, role_id) REFERENCES public.roles(organization_id, id);

ALTER TABLE ONLY public.lead_field_values
    ADD CONSTRAINT lead_field_values_organization_id_lead_id_fkey FOREIGN KEY (organization_id, lead_id) REFERENCES public.leads(organization_id, id);

ALTER TABLE ONLY public.lead_status_changes
    ADD CONSTRAINT lead_status_changes_organization_id_lead_id_fkey FOREIGN KEY (organization_id, lead_id) REFERENCES public.leads(organization_id, id);

ALTER TABLE ONLY public.lead_views
    ADD CONSTRAINT lead_views_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_organization_id_assigned_team_id_fkey FOREIGN KEY (organization_id, assigned_team_id) REFERENCES public.teams(organization_id, id);

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_organization_id_campaign_id_fkey FOREIGN KEY (organization_id, campaign_id) REFERENCES public.campaigns(organization_id, id);

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_organization_id_role_id_fkey FOREIGN KEY (organization_id, role_id) REFERENCES public.roles(organization_id, id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.purged_contacts
    ADD CONSTRAINT purged_contacts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.role_permissions
    ADD CONSTRAINT role_permissions_organization_id_role_id_fkey FOREIGN KEY (organization_id, role_id) REFERENCES public.roles(organization_id, id);

ALTER TABLE ONLY public.role_permissions
    ADD CONSTRAINT role_permissions_permission_key_fkey FOREIGN KEY (permission_key) REFERENCES public.permissions(key);

ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_organization_id_membership_id_fkey FOREIGN KEY (organization_id, membership_id) REFERENCES public.memberships(organization_id, id);

ALTER TABLE ONLY public.team_members
    ADD CONSTRAINT team_members_organization_id_team_id_fkey FOREIGN KEY (organization_id, team_id) REFERENCES public.teams(organization_id, id);

ALTER TABLE ONLY public.teams
    ADD CONSTRAINT teams_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE ONLY public.user_preferences
    ADD CONSTRAINT user_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.user_roles
    ADD CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.validation_rules
    ADD CONSTRAINT validation_rules_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(organization_id);

ALTER TABLE public.access_logs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_key_addresses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_logs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_payloads ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.campaign_aggregations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.campaign_contact_assignments ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.campaign_counts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.campaign_lists ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.campaigns ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.consent_records ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_bulk_operations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_event_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_chunks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_left ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_rejections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_seen ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_import_touches ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_imports ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_list_counts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_list_members ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_lists ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_words ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contacts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.domain_facts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.email_send_simulations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.email_template_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.email_templates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.error_logs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event_aggregations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event_recurrences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.form_fields ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.form_responses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.form_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.forms ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.job_queue ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lead_field_values ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lead_status_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lead_views ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.leads ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.memberships ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.organizations ENABLE ROW LEVEL SECURITY;

CREATE POLICY platform ON public.access_logs TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.audit_logs TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (action = 'purge'::text)));

CREATE POLICY platform ON public.audit_payloads TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY platform ON public.campaign_aggregations TO canvass_platform USING (true) WITH CHECK (false);

CREATE POLICY platform ON public.campaign_contact_assignments TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.campaign_counts TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.campaign_lists TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.campaigns TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.contact_bulk_operations TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.contact_import_chunks TO canvass_platform USING (true) WITH CHECK (false);

CREATE POLICY platform ON public.contact_import_left TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.contact_import_rejections TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.contact_import_seen TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.contact_import_touches TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.contact_imports TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.contact_list_counts TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.contact_list_members TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.contact_lists TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.contacts TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.domain_facts TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.email_send_simulations TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.email_template_versions TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.email_templates TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.error_logs TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.event_changes TO canvass_platform USING (true) WITH CHECK (false);

CREATE POLICY platform ON public.form_fields TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.form_responses TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.form_versions TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.forms TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.idempotency_keys TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.invitations TO canvass_platform USING (true) WITH CHECK (false);

CREATE POLICY platform ON public.job_queue TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.lead_field_values TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.lead_status_changes TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.lead_views TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.leads TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.memberships TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.organizations TO canvass_platform USING (true) WITH CHECK (false);

CREATE POLICY platform ON public.rate_limits TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.role_permissions TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.roles TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform ON public.scheduled_runs TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.scheduler_leases TO canvass_platform USING (true) WITH CHECK (true);

CREATE POLICY platform ON public.sessions TO canvass_platform USING (true) WITH CHECK (false);

CREATE POLICY platform ON public.team_members TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK (false);

CREATE POLICY platform ON public.teams TO canvass_platform USING (((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (deleted_at IS NOT NULL))) WITH CHECK (false);

CREATE POLICY platform_delete ON public.contact_bulk_operations AS RESTRICTIVE FOR DELETE TO canvass_platform USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY platform_scope ON public.scheduled_runs TO canvass_app USING (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid)) WITH CHECK (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid));

CREATE POLICY platform_scope ON public.sessions TO canvass_app USING (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid)) WITH CHECK (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid));

CREATE POLICY platform_scope ON public.user_preferences TO canvass_app USING (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid)) WITH CHECK (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid));

CREATE POLICY platform_scope ON public.user_roles TO canvass_app USING (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid)) WITH CHECK (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid));

CREATE POLICY platform_scope ON public.users TO canvass_app USING ((((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid) OR (EXISTS ( SELECT
   FROM public.memberships m
  WHERE ((m.organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid) AND (m.user_id = users.id)))))) WITH CHECK (((NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid));

ALTER TABLE public.purged_contacts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rate_limits ENABLE ROW LEVEL SECURITY;

CREATE POLICY retention ON public.access_logs TO canvass_retention USING (true) WITH CHECK (true);

CREATE POLICY retention ON public.audit_payloads TO canvass_retention USING (true) WITH CHECK (true);

CREATE POLICY retention ON public.consent_records TO canvass_retention USING (true) WITH CHECK (true);

CREATE POLICY retention ON public.events TO canvass_retention USING (true) WITH CHECK (true);

ALTER TABLE public.role_permissions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.roles ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.scheduled_runs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.scheduler_leases ENABLE ROW LEVEL SECURITY;

CREATE POLICY search ON public.contact_words TO canvass_search USING (true) WITH CHECK (true);

CREATE POLICY search ON public.contacts TO canvass_search USING (true) WITH CHECK (false);

CREATE POLICY search ON public.lead_field_values TO canvass_search USING (true) WITH CHECK (false);

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.suppressions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.team_members ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.teams ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON public.api_key_addresses TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.api_keys TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.audit_logs TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.audit_payloads TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.campaign_aggregations TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.campaign_contact_assignments TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.campaign_counts TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.campaign_lists TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.campaigns TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.consent_records TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_bulk_operations TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_event_days TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_import_chunks TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_import_left TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_import_rejections TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_import_seen TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_import_touches TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_imports TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_list_counts TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_list_members TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_lists TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contact_words TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.contacts TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.email_send_simulations TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.email_template_versions TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.email_templates TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.event_aggregations TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.event_changes TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.event_recurrences TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.events TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.form_fields TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.form_responses TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.form_versions TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.forms TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.idempotency_keys TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.invitations TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.job_queue TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.lead_field_values TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.lead_status_changes TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.lead_views TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.leads TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.memberships TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.organizations TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.purged_contacts TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.role_permissions TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.roles TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.suppressions TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.team_members TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.teams TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.validation_logs TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON public.validation_rules TO canvass_app USING ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)) WITH CHECK ((organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid));

ALTER TABLE public.user_preferences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_roles ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.validation_logs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.validation_rules ENABLE ROW LEVEL SECURITY;

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO canvass_app;
GRANT USAGE ON SCHEMA public TO canvass_platform;
GRANT USAGE ON SCHEMA public TO canvass_search;
GRANT USAGE ON SCHEMA public TO canvass_retention;
GRANT USAGE ON SCHEMA public TO canvass_login;

REVOKE ALL ON FUNCTION public.add_credential(organization uuid, new_kind text, new_hash bytea, subject uuid, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.add_credential(organization uuid, new_kind text, new_hash bytea, subject uuid, at timestamp with time zone) TO canvass_app;

REVOKE ALL ON FUNCTION public.add_user_organization(organization uuid, member uuid, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.add_user_organization(organization uuid, member uuid, at timestamp with time zone) TO canvass_app;

REVOKE ALL ON FUNCTION public.allow_only_nulling() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.claim_slug(organization uuid, new_kind text, new_slug text, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_slug(organization uuid, new_kind text, new_slug text, at timestamp with time zone) TO canvass_app;

REVOKE ALL ON FUNCTION public.contact_attribute(organization uuid, name text, value text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.contact_attribute(organization uuid, name text, value text) TO canvass_app;

REVOKE ALL ON FUNCTION public.contact_lexemes(organization uuid, search_text text, attributes jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.contact_lexemes(organization uuid, search_text text, attributes jsonb) TO canvass_app;
GRANT ALL ON FUNCTION public.contact_lexemes(organization uuid, search_text text, attributes jsonb) TO canvass_search;

REVOKE ALL ON FUNCTION public.end_bulk_operations() FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_bulk_operations() TO canvass_platform;

REVOKE ALL ON FUNCTION public.find_credential(wanted_kind text, wanted_hash bytea, OUT organization_id uuid, OUT subject_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_credential(wanted_kind text, wanted_hash bytea, OUT organization_id uuid, OUT subject_id uuid) TO canvass_app;

REVOKE ALL ON FUNCTION public.find_organizations_of_user(wanted_user uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_organizations_of_user(wanted_user uuid) TO canvass_app;

REVOKE ALL ON FUNCTION public.find_slug(wanted_kind text, wanted_slug text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_slug(wanted_kind text, wanted_slug text) TO canvass_app;

REVOKE ALL ON FUNCTION public.force_row_security(relation regclass, forced boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.is_by_machine(event_type text, actor_verdict text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.is_by_machine(event_type text, actor_verdict text) TO canvass_app;

REVOKE ALL ON FUNCTION public.is_trapped(event_type text, actor_verdict text, actor_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.is_trapped(event_type text, actor_verdict text, actor_reason text) TO canvass_app;

REVOKE ALL ON FUNCTION public.make_partition(parent text, month date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.make_partition(parent text, month date) TO canvass_platform;

REVOKE ALL ON FUNCTION public.note_event_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.protect_tenant_table(relation regclass) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.purge_contact_words(unnoted timestamp with time zone, at timestamp with time zone, most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_contact_words(unnoted timestamp with time zone, at timestamp with time zone, most bigint) TO canvass_platform;

REVOKE ALL ON FUNCTION public.purge_credentials(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_credentials(at timestamp with time zone) TO canvass_platform;

REVOKE ALL ON FUNCTION public.purge_expired(at timestamp with time zone, OUT sessions_purged bigint, OUT keys_purged bigint, OUT limits_purged bigint, OUT invitations_purged bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_expired(at timestamp with time zone, OUT sessions_purged bigint, OUT keys_purged bigint, OUT limits_purged bigint, OUT invitations_purged bigint) TO canvass_platform;

REVOKE ALL ON FUNCTION public.purge_import_files(untouched timestamp with time zone, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_import_files(untouched timestamp with time zone, at timestamp with time zone) TO canvass_platform;

REVOKE ALL ON FUNCTION public.purge_uploads(begun timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_uploads(begun timestamp with time zone) TO canvass_platform;

REVOKE ALL ON FUNCTION public.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.refuse_truncate() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.release_slug(organization uuid, old_kind text, old_slug text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_slug(organization uuid, old_kind text, old_slug text) TO canvass_app;

REVOKE ALL ON FUNCTION public.remove_credentials(organization uuid, old_kind text, subject uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.remove_credentials(organization uuid, old_kind text, subject uuid) TO canvass_app;

REVOKE ALL ON FUNCTION public.remove_user_organization(organization uuid, member uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.remove_user_organization(organization uuid, member uuid) TO canvass_app;

REVOKE ALL ON FUNCTION public.require_tenant(organization uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.require_tenant(organization uuid) TO canvass_app;
GRANT ALL ON FUNCTION public.require_tenant(organization uuid) TO canvass_search;

REVOKE ALL ON FUNCTION public.search_contacts(organization uuid, wanted tsquery, statuses text[], behind uuid, most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.search_contacts(organization uuid, wanted tsquery, statuses text[], behind uuid, most bigint) TO canvass_app;

REVOKE ALL ON FUNCTION public.search_lead_values(organization uuid, wanted_key text, fragment text, most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.search_lead_values(organization uuid, wanted_key text, fragment text, most bigint) TO canvass_app;

REVOKE ALL ON FUNCTION public.unit(role_name text, organization uuid, timeout_ms integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.unit(role_name text, organization uuid, timeout_ms integer) TO canvass_login;

GRANT SELECT,INSERT ON TABLE public.access_logs TO canvass_platform;

GRANT SELECT(id) ON TABLE public.access_logs TO canvass_retention;

GRANT SELECT(created_at) ON TABLE public.access_logs TO canvass_retention;

GRANT UPDATE(ip) ON TABLE public.access_logs TO canvass_retention;

GRANT SELECT,INSERT ON TABLE public.api_key_addresses TO canvass_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.api_keys TO canvass_app;

GRANT SELECT,INSERT ON TABLE public.audit_logs TO canvass_app;
GRANT INSERT ON TABLE public.audit_logs TO canvass_platform;

GRANT SELECT(id) ON TABLE public.audit_logs TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.audit_payloads TO canvass_app;
GRANT INSERT ON TABLE public.audit_payloads TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.audit_payloads TO canvass_retention;

GRANT SELECT(id) ON TABLE public.audit_payloads TO canvass_retention;
GRANT SELECT(id) ON TABLE public.audit_payloads TO canvass_platform;

GRANT SELECT(created_at) ON TABLE public.audit_payloads TO canvass_retention;

GRANT UPDATE(changes) ON TABLE public.audit_payloads TO canvass_retention;

GRANT UPDATE(ip) ON TABLE public.audit_payloads TO canvass_retention;

GRANT UPDATE(user_agent) ON TABLE public.audit_payloads TO canvass_retention;

GRANT UPDATE(reason) ON TABLE public.audit_payloads TO canvass_retention;

GRANT UPDATE(salt) ON TABLE public.audit_payloads TO canvass_retention;

GRANT SELECT,INSERT,UPDATE ON TABLE public.campaign_aggregations TO canvass_app;

GRANT SELECT(organization_id) ON TABLE public.campaign_aggregations TO canvass_platform;

GRANT SELECT(time_zone) ON TABLE public.campaign_aggregations TO canvass_platform;

GRANT SELECT(final_until) ON TABLE public.campaign_aggregations TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.campaign_contact_assignments TO canvass_app;
GRANT DELETE ON TABLE public.campaign_contact_assignments TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.campaign_contact_assignments TO canvass_platform;

GRANT SELECT(campaign_id) ON TABLE public.campaign_contact_assignments TO canvass_platform;

GRANT SELECT(contact_id) ON TABLE public.campaign_contact_assignments TO canvass_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.campaign_counts TO canvass_app;
GRANT DELETE ON TABLE public.campaign_counts TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.campaign_counts TO canvass_platform;

GRANT SELECT(campaign_id) ON TABLE public.campaign_counts TO canvass_platform;

GRANT SELECT,INSERT,DELETE ON TABLE public.campaign_lists TO canvass_app;
GRANT DELETE ON TABLE public.campaign_lists TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.campaign_lists TO canvass_platform;

GRANT SELECT(campaign_id) ON TABLE public.campaign_lists TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.campaigns TO canvass_app;
GRANT DELETE ON TABLE public.campaigns TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.campaigns TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.campaigns TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.campaigns TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.consent_records TO canvass_app;

GRANT SELECT(organization_id) ON TABLE public.consent_records TO canvass_retention;

GRANT SELECT(id) ON TABLE public.consent_records TO canvass_retention;

GRANT SELECT(created_at) ON TABLE public.consent_records TO canvass_retention;

GRANT UPDATE(ip_address) ON TABLE public.consent_records TO canvass_retention;

GRANT UPDATE(user_agent) ON TABLE public.consent_records TO canvass_retention;

GRANT SELECT,INSERT,UPDATE ON TABLE public.contact_bulk_operations TO canvass_app;
GRANT DELETE ON TABLE public.contact_bulk_operations TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_bulk_operations TO canvass_platform;

GRANT SELECT(id) ON TABLE public.contact_bulk_operations TO canvass_platform;

GRANT SELECT(list_id) ON TABLE public.contact_bulk_operations TO canvass_platform;

GRANT UPDATE(filter) ON TABLE public.contact_bulk_operations TO canvass_platform;

GRANT UPDATE(changes) ON TABLE public.contact_bulk_operations TO canvass_platform;

GRANT SELECT(status),UPDATE(status) ON TABLE public.contact_bulk_operations TO canvass_platform;

GRANT UPDATE(finished_at) ON TABLE public.contact_bulk_operations TO canvass_platform;

GRANT SELECT,INSERT,DELETE ON TABLE public.contact_event_days TO canvass_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.contact_import_chunks TO canvass_app;
GRANT DELETE ON TABLE public.contact_import_chunks TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_import_chunks TO canvass_platform;

GRANT SELECT(import_id) ON TABLE public.contact_import_chunks TO canvass_platform;

GRANT SELECT(created_at) ON TABLE public.contact_import_chunks TO canvass_platform;

GRANT SELECT,INSERT,DELETE ON TABLE public.contact_import_left TO canvass_app;
GRANT DELETE ON TABLE public.contact_import_left TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_import_left TO canvass_platform;

GRANT SELECT(import_id) ON TABLE public.contact_import_left TO canvass_platform;

GRANT SELECT(contact_id) ON TABLE public.contact_import_left TO canvass_platform;

GRANT SELECT,INSERT,DELETE ON TABLE public.contact_import_rejections TO canvass_app;
GRANT DELETE ON TABLE public.contact_import_rejections TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_import_rejections TO canvass_platform;

GRANT SELECT(import_id) ON TABLE public.contact_import_rejections TO canvass_platform;

GRANT SELECT(line) ON TABLE public.contact_import_rejections TO canvass_platform;

GRANT SELECT,INSERT,DELETE ON TABLE public.contact_import_seen TO canvass_app;
GRANT DELETE ON TABLE public.contact_import_seen TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_import_seen TO canvass_platform;

GRANT SELECT(import_id) ON TABLE public.contact_import_seen TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.contact_import_touches TO canvass_app;
GRANT DELETE ON TABLE public.contact_import_touches TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_import_touches TO canvass_platform;

GRANT SELECT(import_id) ON TABLE public.contact_import_touches TO canvass_platform;

GRANT SELECT(contact_id) ON TABLE public.contact_import_touches TO canvass_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contact_imports TO canvass_app;
GRANT DELETE ON TABLE public.contact_imports TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_imports TO canvass_platform;

GRANT SELECT(id) ON TABLE public.contact_imports TO canvass_platform;

GRANT SELECT(list_id) ON TABLE public.contact_imports TO canvass_platform;

GRANT SELECT(status),UPDATE(status) ON TABLE public.contact_imports TO canvass_platform;

GRANT UPDATE(error) ON TABLE public.contact_imports TO canvass_platform;

GRANT UPDATE(finished_at) ON TABLE public.contact_imports TO canvass_platform;

GRANT SELECT(created_at) ON TABLE public.contact_imports TO canvass_platform;

GRANT SELECT(updated_at),UPDATE(updated_at) ON TABLE public.contact_imports TO canvass_platform;

GRANT SELECT(version),UPDATE(version) ON TABLE public.contact_imports TO canvass_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contact_list_counts TO canvass_app;
GRANT DELETE ON TABLE public.contact_list_counts TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_list_counts TO canvass_platform;

GRANT SELECT(list_id) ON TABLE public.contact_list_counts TO canvass_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contact_list_members TO canvass_app;
GRANT DELETE ON TABLE public.contact_list_members TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_list_members TO canvass_platform;

GRANT SELECT(contact_id) ON TABLE public.contact_list_members TO canvass_platform;

GRANT SELECT(list_id) ON TABLE public.contact_list_members TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.contact_lists TO canvass_app;
GRANT DELETE ON TABLE public.contact_lists TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contact_lists TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.contact_lists TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.contact_lists TO canvass_platform;

GRANT SELECT,INSERT,DELETE ON TABLE public.contact_words TO canvass_app;
GRANT DELETE ON TABLE public.contact_words TO canvass_search;

GRANT SELECT(organization_id) ON TABLE public.contact_words TO canvass_search;

GRANT SELECT(word) ON TABLE public.contact_words TO canvass_search;

GRANT UPDATE(noted_at) ON TABLE public.contact_words TO canvass_app;
GRANT SELECT(noted_at),UPDATE(noted_at) ON TABLE public.contact_words TO canvass_search;

GRANT SELECT,INSERT,UPDATE ON TABLE public.contacts TO canvass_app;
GRANT DELETE ON TABLE public.contacts TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.contacts TO canvass_search;
GRANT SELECT(organization_id) ON TABLE public.contacts TO canvass_platform;

GRANT SELECT(id) ON TABLE public.contacts TO canvass_search;
GRANT SELECT(id),UPDATE(id) ON TABLE public.contacts TO canvass_platform;

GRANT SELECT(attributes) ON TABLE public.contacts TO canvass_search;

GRANT SELECT(validation_status) ON TABLE public.contacts TO canvass_search;

GRANT SELECT(search_text) ON TABLE public.contacts TO canvass_search;

GRANT SELECT(deleted_at) ON TABLE public.contacts TO canvass_search;
GRANT SELECT(deleted_at) ON TABLE public.contacts TO canvass_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.domain_facts TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.email_send_simulations TO canvass_app;
GRANT DELETE ON TABLE public.email_send_simulations TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.email_send_simulations TO canvass_platform;

GRANT SELECT(campaign_id) ON TABLE public.email_send_simulations TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.email_template_versions TO canvass_app;
GRANT DELETE ON TABLE public.email_template_versions TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.email_template_versions TO canvass_platform;

GRANT SELECT(template_id) ON TABLE public.email_template_versions TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.email_templates TO canvass_app;
GRANT DELETE ON TABLE public.email_templates TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.email_templates TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.email_templates TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.email_templates TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.error_logs TO canvass_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.event_aggregations TO canvass_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.event_changes TO canvass_app;

GRANT SELECT(organization_id) ON TABLE public.event_changes TO canvass_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.event_recurrences TO canvass_app;

GRANT SELECT,INSERT ON TABLE public.events TO canvass_app;

GRANT SELECT(organization_id) ON TABLE public.events TO canvass_retention;

GRANT SELECT(id) ON TABLE public.events TO canvass_retention;

GRANT SELECT("timestamp") ON TABLE public.events TO canvass_retention;

GRANT UPDATE(event_data) ON TABLE public.events TO canvass_retention;

GRANT UPDATE(user_agent) ON TABLE public.events TO canvass_retention;

GRANT UPDATE(ip_address) ON TABLE public.events TO canvass_retention;

GRANT UPDATE(session_id) ON TABLE public.events TO canvass_retention;

GRANT SELECT,INSERT ON TABLE public.form_fields TO canvass_app;
GRANT DELETE ON TABLE public.form_fields TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.form_fields TO canvass_platform;

GRANT SELECT(form_version_id) ON TABLE public.form_fields TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.form_responses TO canvass_app;
GRANT DELETE ON TABLE public.form_responses TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.form_responses TO canvass_platform;

GRANT SELECT(lead_id) ON TABLE public.form_responses TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.form_versions TO canvass_app;
GRANT DELETE ON TABLE public.form_versions TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.form_versions TO canvass_platform;

GRANT SELECT(id) ON TABLE public.form_versions TO canvass_platform;

GRANT SELECT(form_id) ON TABLE public.form_versions TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.forms TO canvass_app;
GRANT DELETE ON TABLE public.forms TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.forms TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.forms TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.forms TO canvass_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO canvass_app;
GRANT DELETE ON TABLE public.idempotency_keys TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.idempotency_keys TO canvass_platform;

GRANT SELECT(key) ON TABLE public.idempotency_keys TO canvass_platform;

GRANT SELECT(expires_at) ON TABLE public.idempotency_keys TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.invitations TO canvass_app;
GRANT DELETE ON TABLE public.invitations TO canvass_platform;

GRANT SELECT(status) ON TABLE public.invitations TO canvass_platform;

GRANT SELECT(expires_at) ON TABLE public.invitations TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.job_queue TO canvass_app;
GRANT SELECT,DELETE,UPDATE ON TABLE public.job_queue TO canvass_platform;

GRANT UPDATE(status) ON TABLE public.job_queue TO canvass_app;

GRANT UPDATE(run_at) ON TABLE public.job_queue TO canvass_app;

GRANT UPDATE(attempts) ON TABLE public.job_queue TO canvass_app;

GRANT UPDATE(finished_at) ON TABLE public.job_queue TO canvass_app;

GRANT UPDATE(updated_at) ON TABLE public.job_queue TO canvass_app;

GRANT UPDATE(checkpoint) ON TABLE public.job_queue TO canvass_app;

GRANT UPDATE(cancel_requested_at) ON TABLE public.job_queue TO canvass_app;

GRANT UPDATE(revision) ON TABLE public.job_queue TO canvass_app;

GRANT UPDATE(wind_ups_left) ON TABLE public.job_queue TO canvass_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.lead_field_values TO canvass_app;
GRANT DELETE ON TABLE public.lead_field_values TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.lead_field_values TO canvass_search;
GRANT SELECT(organization_id) ON TABLE public.lead_field_values TO canvass_platform;

GRANT SELECT(lead_id) ON TABLE public.lead_field_values TO canvass_search;
GRANT SELECT(lead_id) ON TABLE public.lead_field_values TO canvass_platform;

GRANT SELECT(field_key) ON TABLE public.lead_field_values TO canvass_search;

GRANT SELECT(value_folded) ON TABLE public.lead_field_values TO canvass_search;

GRANT SELECT,INSERT ON TABLE public.lead_status_changes TO canvass_app;
GRANT DELETE ON TABLE public.lead_status_changes TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.lead_status_changes TO canvass_platform;

GRANT SELECT(lead_id) ON TABLE public.lead_status_changes TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.lead_views TO canvass_app;
GRANT DELETE ON TABLE public.lead_views TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.lead_views TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.lead_views TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.lead_views TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.leads TO canvass_app;
GRANT DELETE ON TABLE public.leads TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.leads TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.leads TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.leads TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.memberships TO canvass_app;
GRANT DELETE ON TABLE public.memberships TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.memberships TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.memberships TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.memberships TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.organizations TO canvass_app;

GRANT SELECT(organization_id) ON TABLE public.organizations TO canvass_platform;

GRANT SELECT(time_zone) ON TABLE public.organizations TO canvass_platform;

GRANT SELECT ON TABLE public.permissions TO canvass_app;

GRANT SELECT,INSERT ON TABLE public.purged_contacts TO canvass_app;

GRANT UPDATE(address_hash) ON TABLE public.purged_contacts TO canvass_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rate_limits TO canvass_platform;

GRANT SELECT,INSERT,DELETE ON TABLE public.role_permissions TO canvass_app;
GRANT DELETE ON TABLE public.role_permissions TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.role_permissions TO canvass_platform;

GRANT SELECT(role_id) ON TABLE public.role_permissions TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.roles TO canvass_app;
GRANT DELETE ON TABLE public.roles TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.roles TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.roles TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.roles TO canvass_platform;

GRANT SELECT,INSERT ON TABLE public.scheduled_runs TO canvass_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.scheduled_runs TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.scheduler_leases TO canvass_platform;

GRANT SELECT ON TABLE public.seaql_migrations TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.sessions TO canvass_app;
GRANT DELETE ON TABLE public.sessions TO canvass_platform;

GRANT SELECT(id) ON TABLE public.sessions TO canvass_platform;

GRANT SELECT(expires_at) ON TABLE public.sessions TO canvass_platform;

GRANT SELECT,INSERT,DELETE ON TABLE public.suppressions TO canvass_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.team_members TO canvass_app;
GRANT DELETE ON TABLE public.team_members TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.team_members TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.team_members TO canvass_platform;

GRANT SELECT(team_id) ON TABLE public.team_members TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.team_members TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.teams TO canvass_app;
GRANT DELETE ON TABLE public.teams TO canvass_platform;

GRANT SELECT(organization_id) ON TABLE public.teams TO canvass_platform;

GRANT SELECT(id),UPDATE(id) ON TABLE public.teams TO canvass_platform;

GRANT SELECT(deleted_at) ON TABLE public.teams TO canvass_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.user_preferences TO canvass_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.user_roles TO canvass_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.users TO canvass_app;

GRANT SELECT,INSERT ON TABLE public.validation_logs TO canvass_app;

GRANT SELECT,INSERT ON TABLE public.validation_rules TO canvass_app;

ALTER DEFAULT PRIVILEGES FOR ROLE canvass_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;
