WITH RECURSIVE exhausted AS (
    -- A try whose worker died counts, or a job that kills its worker would do so for ever.
    SELECT j.organization_id, j.id
    FROM job_queue j
    WHERE j.status = 'running' AND j.lease_until <= $2 AND j.attempts >= j.max_attempts
    FOR UPDATE SKIP LOCKED
), failed AS (
    UPDATE job_queue j
    SET status = 'failed', worker = NULL, lease_until = NULL, last_error = 'worker-lost',
        finished_at = $2, updated_at = $2, revision = j.revision + 1, wind_ups_left = $6
    FROM exhausted
    WHERE j.organization_id = exhausted.organization_id AND j.id = exhausted.id
), queues AS (
    -- The organizations that have something waiting, from one to the next along the index.
    (SELECT j.organization_id FROM job_queue j WHERE j.status = 'pending' ORDER BY j.organization_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT j.organization_id FROM job_queue j
        WHERE j.status = 'pending' AND j.organization_id > queues.organization_id
        ORDER BY j.organization_id
        LIMIT 1
    )
    FROM queues
    WHERE queues.organization_id IS NOT NULL
), waiting AS (
    SELECT oldest.organization_id, oldest.id, oldest.run_at AS since
    FROM queues
    CROSS JOIN LATERAL (
        SELECT j.organization_id, j.id, j.run_at
        FROM job_queue j
        WHERE j.organization_id = queues.organization_id AND j.status = 'pending' AND j.run_at <= $2
        ORDER BY j.run_at, j.id
        -- Some more than wanted, for other workers may be taking the first ones just now.
        LIMIT $4 + 16
    ) oldest
    UNION ALL
    SELECT j.organization_id, j.id, j.lease_until AS since
    FROM job_queue j
    WHERE j.status = 'running' AND j.lease_until <= $2 AND j.attempts < j.max_attempts
    UNION ALL
    -- What ended before its time is to be wound up.
    SELECT j.organization_id, j.id, j.run_at AS since
    FROM job_queue j
    WHERE j.wind_ups_left > 0 AND j.run_at <= $2 AND (j.lease_until IS NULL OR j.lease_until <= $2)
), busy AS (
    SELECT j.organization_id, count(*) AS jobs
    FROM job_queue j
    WHERE j.status = 'running' AND j.lease_until > $2
    GROUP BY j.organization_id
), turns AS (
    SELECT w.organization_id, w.id, w.since,
        coalesce(b.jobs, 0) + row_number() OVER (PARTITION BY w.organization_id ORDER BY w.since, w.id) AS turn
    FROM waiting w
    LEFT JOIN busy b ON b.organization_id = w.organization_id
), places AS (
    SELECT t.organization_id, t.id, t.turn, row_number() OVER (ORDER BY t.turn, t.since, t.id) AS place
    FROM turns t
), picked AS (
    SELECT j.organization_id, j.id
    FROM job_queue j
    JOIN places p ON p.organization_id = j.organization_id AND p.id = j.id
    WHERE (p.turn = 1 OR p.place <= $4 - $5)
        AND (
            j.status = 'pending'
            OR (j.status = 'running' AND j.lease_until <= $2)
            OR (j.wind_ups_left > 0 AND j.run_at <= $2 AND (j.lease_until IS NULL OR j.lease_until <= $2)))
    ORDER BY p.place
    LIMIT $4
    FOR UPDATE OF j SKIP LOCKED
)
UPDATE job_queue j
SET worker = $1, lease_until = $3, updated_at = $2,
    status = CASE WHEN j.wind_ups_left > 0 THEN j.status ELSE 'running' END,
    attempts = CASE WHEN j.wind_ups_left > 0 THEN j.attempts ELSE j.attempts + 1 END,
    started_at = CASE WHEN j.wind_ups_left > 0 THEN j.started_at ELSE coalesce(j.started_at, $2) END,
    revision = CASE WHEN j.wind_ups_left > 0 THEN j.revision ELSE j.revision + 1 END,
    wind_ups_left = greatest(j.wind_ups_left - 1, 0)
FROM picked
WHERE j.organization_id = picked.organization_id AND j.id = picked.id
RETURNING j.organization_id, j.id, j.kind, j.payload, j.status, j.attempts, j.max_attempts, j.checkpoint,
    j.progress_done, j.progress_total, j.progress_counts, j.cancel_requested_at IS NOT NULL AS cancel_requested,
    j.last_error, j.wind_ups_left
