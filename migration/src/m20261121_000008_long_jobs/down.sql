REVOKE UPDATE (status, run_at, attempts, checkpoint, cancel_requested_at, finished_at, revision, updated_at)
    ON job_queue FROM canvass_app;

DROP INDEX job_queue_due_idx;
CREATE INDEX job_queue_due_idx ON job_queue (run_at, id) WHERE status = 'pending';

SELECT force_row_security('job_queue', false);
UPDATE job_queue SET status = 'failed', last_error = 'cancelled' WHERE status = 'cancelled';
SELECT force_row_security('job_queue', true);

ALTER TABLE job_queue
    DROP COLUMN checkpoint,
    DROP COLUMN progress_done,
    DROP COLUMN progress_total,
    DROP COLUMN progress_counts,
    DROP COLUMN progress_rate,
    DROP COLUMN progress_at,
    DROP COLUMN result,
    DROP COLUMN started_at,
    DROP COLUMN cancel_requested_at,
    DROP COLUMN revision,
    DROP CONSTRAINT job_queue_status_check,
    ADD CONSTRAINT job_queue_status_check CHECK (status IN ('pending', 'running', 'completed', 'failed'));
