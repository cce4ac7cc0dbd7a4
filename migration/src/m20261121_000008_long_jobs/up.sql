-- Long work: how far a job is, where it goes on after its worker was killed, its result, and its
-- cancellation. Workers of the version before go on working beside this.

ALTER TABLE job_queue
    DROP CONSTRAINT job_queue_status_check,
    ADD CONSTRAINT job_queue_status_check
        CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    ADD COLUMN checkpoint jsonb,
    ADD COLUMN progress_done bigint NOT NULL DEFAULT 0,
    ADD COLUMN progress_total bigint,
    ADD COLUMN progress_counts jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN progress_rate double precision,
    ADD COLUMN progress_at timestamptz,
    ADD COLUMN result jsonb,
    ADD COLUMN started_at timestamptz,
    ADD COLUMN cancel_requested_at timestamptz,
    ADD COLUMN revision bigint NOT NULL DEFAULT 0;

-- Organizations take turns: each one's oldest waiting jobs are found without reading all of them.
DROP INDEX job_queue_due_idx;
CREATE INDEX job_queue_due_idx ON job_queue (organization_id, run_at, id) WHERE status = 'pending';

-- A tenant's unit keeps a checkpoint with the effect of a batch, and asks for cancellation.
GRANT UPDATE (status, run_at, attempts, checkpoint, cancel_requested_at, finished_at, revision, updated_at)
    ON job_queue TO canvass_app;
