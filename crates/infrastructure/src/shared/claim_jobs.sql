WITH exhausted AS (
    -- A try whose worker died counts, or a job that kills its worker would do so for ever.
    SELECT j.organization_id, j.id
    FROM job_queue j
    WHERE j.status = 'running' AND j.lease_until <= $2 AND j.attempts >= j.max_attempts
    FOR UPDATE SKIP LOCKED
), failed AS (
    UPDATE job_queue j
    SET status = 'failed', worker = NULL, lease_until = NULL, last_error = 'worker-lost',
        finished_at = $2, updated_at = $2
    FROM exhausted
    WHERE j.organization_id = exhausted.organization_id AND j.id = exhausted.id
), lost AS (
    SELECT j.organization_id, j.id, j.lease_until AS since
    FROM job_queue j
    WHERE j.status = 'running' AND j.lease_until <= $2 AND j.attempts < j.max_attempts
    ORDER BY j.lease_until
    LIMIT $4
    FOR UPDATE SKIP LOCKED
), due AS (
    SELECT j.organization_id, j.id, j.run_at AS since
    FROM job_queue j
    WHERE j.status = 'pending' AND j.run_at <= $2
    ORDER BY j.run_at, j.id
    LIMIT $4
    FOR UPDATE SKIP LOCKED
), picked AS (
    SELECT * FROM lost UNION ALL SELECT * FROM due
    ORDER BY since, id
    LIMIT $4
)
UPDATE job_queue j
SET status = 'running', worker = $1, lease_until = $3, attempts = j.attempts + 1, updated_at = $2
FROM picked
WHERE j.organization_id = picked.organization_id AND j.id = picked.id
RETURNING j.organization_id, j.id, j.kind, j.payload, j.attempts, j.max_attempts
