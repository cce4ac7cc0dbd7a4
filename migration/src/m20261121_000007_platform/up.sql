-- Tables of the installation itself, looked up without a tenant. Those that name an organization
-- are under row-level security all the same: a tenant's unit reaches its own rows only.

CREATE TABLE job_queue (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed')),
    run_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    max_attempts integer NOT NULL,
    worker uuid,
    lease_until timestamptz,
    last_error text,
    finished_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX job_queue_due_idx ON job_queue (run_at, id) WHERE status = 'pending';
CREATE INDEX job_queue_lease_idx ON job_queue (lease_until) WHERE status = 'running';
CREATE INDEX job_queue_id_idx ON job_queue (id);
SELECT protect_tenant_table('job_queue');
CREATE POLICY platform ON job_queue FOR ALL TO canvass_platform USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON job_queue TO canvass_app;
GRANT SELECT, UPDATE, DELETE ON job_queue TO canvass_platform;

CREATE TABLE idempotency_keys (
    organization_id uuid NOT NULL,
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    fingerprint bytea NOT NULL,
    answer jsonb,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, key)
);
CREATE INDEX idempotency_keys_expiry_idx ON idempotency_keys (expires_at);
SELECT protect_tenant_table('idempotency_keys');
CREATE POLICY platform ON idempotency_keys FOR ALL TO canvass_platform USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO canvass_app;
GRANT SELECT (organization_id, key, expires_at), DELETE ON idempotency_keys TO canvass_platform;

CREATE TABLE rate_limits (
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    next_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX rate_limits_next_idx ON rate_limits (next_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO canvass_platform;

CREATE TABLE access_logs (
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    user_id uuid,
    organization_id uuid,
    method text NOT NULL,
    route text NOT NULL,
    status integer NOT NULL,
    latency_ms double precision NOT NULL,
    ip inet,
    request_id uuid NOT NULL,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE TABLE error_logs (
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    service text NOT NULL,
    level text NOT NULL CHECK (level IN ('warn', 'error', 'fatal')),
    message text NOT NULL,
    stack text,
    context jsonb NOT NULL,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX error_logs_time_idx ON error_logs (created_at DESC);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['rate_limits', 'access_logs', 'error_logs'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY platform ON %I FOR ALL TO canvass_platform USING (true) WITH CHECK (true)', name);
        EXECUTE format(
            'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()',
            name);
    END LOOP;
END
$$;
GRANT SELECT, INSERT ON access_logs, error_logs TO canvass_platform;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON access_logs FOR EACH ROW EXECUTE FUNCTION allow_only_nulling('ip');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON error_logs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE POLICY retention ON access_logs FOR ALL TO canvass_retention USING (true) WITH CHECK (true);
GRANT SELECT (id, created_at), UPDATE (ip) ON access_logs TO canvass_retention;

-- Readiness tells whether the schema is up to date.
GRANT SELECT ON seaql_migrations TO canvass_platform;

-- Hourly: sessions and invitations that ended are no one's any more, keys and limits that ran out neither.
CREATE FUNCTION purge_expired(at timestamptz, OUT sessions_purged bigint, OUT keys_purged bigint, OUT limits_purged bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM idempotency_keys WHERE expires_at < at;
    GET DIAGNOSTICS keys_purged = ROW_COUNT;
    DELETE FROM rate_limits WHERE next_at < at;
    GET DIAGNOSTICS limits_purged = ROW_COUNT;
    DELETE FROM sessions WHERE expires_at < at - interval '30 days';
    GET DIAGNOSTICS sessions_purged = ROW_COUNT;
END
$$;
GRANT EXECUTE ON FUNCTION purge_expired(timestamptz) TO canvass_platform;
CREATE POLICY platform ON sessions FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
GRANT SELECT (id, expires_at), DELETE ON sessions TO canvass_platform;
