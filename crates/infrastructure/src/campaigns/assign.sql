WITH added AS (
    INSERT INTO campaign_contact_assignments (
        organization_id, campaign_id, contact_id, status, reason, validation_status, scheduled_send_time,
        created_at, updated_at)
    SELECT
        $1, $2, decided.contact_id, CASE decided.reason WHEN '' THEN 'pending' ELSE 'skipped' END,
        nullif(decided.reason, ''), decided.validation_status,
        CASE decided.reason WHEN '' THEN decided.send_time END, $7, $7
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::timestamptz[])
        AS decided (contact_id, reason, validation_status, send_time)
    ON CONFLICT (organization_id, campaign_id, contact_id) DO NOTHING
    RETURNING status
)
INSERT INTO campaign_counts (organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at)
SELECT $1, $2, count(*), count(*) FILTER (WHERE added.status = 'skipped'), 0, 0, 0, $7
FROM added
HAVING count(*) > 0
RETURNING assigned::bigint AS number
