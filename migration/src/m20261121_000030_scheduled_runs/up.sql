-- The runs of periodic jobs, and who carries them out. A run is asked for by its row; of one job one run is open at a
-- time, and a turn has one run, whoever asks.

CREATE TABLE scheduled_runs (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    trigger text NOT NULL CHECK (trigger IN ('schedule', 'start', 'manual')),
    turn timestamptz,
    tries integer NOT NULL,
    scheduler uuid,
    started_at timestamptz,
    finished_at timestamptz,
    counts jsonb,
    error text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((trigger = 'schedule') = (turn IS NOT NULL))
);
COMMENT ON COLUMN scheduled_runs.turn IS 'the instant at which the job was to run; none where it was asked for besides';
COMMENT ON COLUMN scheduled_runs.scheduler IS 'which scheduler began it last';
CREATE UNIQUE INDEX scheduled_runs_turn_idx ON scheduled_runs (name, turn) WHERE turn IS NOT NULL;
CREATE UNIQUE INDEX scheduled_runs_open_idx ON scheduled_runs (name) WHERE finished_at IS NULL;
CREATE INDEX scheduled_runs_name_idx ON scheduled_runs (name, id DESC);

-- One row: the scheduler that acts, for as long as it prolongs its lease. Its time is the database's, so that the clock of
-- no process ends it early.
CREATE TABLE scheduler_leases (
    name text PRIMARY KEY CHECK (name = 'scheduler'),
    scheduler uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['scheduled_runs', 'scheduler_leases'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY platform ON %I FOR ALL TO canvass_platform USING (true) WITH CHECK (true)', name);
        EXECUTE format(
            'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()',
            name);
    END LOOP;
END
$$;
CREATE POLICY platform_scope ON scheduled_runs FOR ALL TO canvass_app
USING (nullif(current_setting('app.organization_id', true), '')::uuid = '00000000-0000-0000-0000-000000000000')
WITH CHECK (nullif(current_setting('app.organization_id', true), '')::uuid = '00000000-0000-0000-0000-000000000000');
GRANT SELECT, INSERT ON scheduled_runs TO canvass_app;
GRANT SELECT, INSERT, UPDATE ON scheduled_runs, scheduler_leases TO canvass_platform;
