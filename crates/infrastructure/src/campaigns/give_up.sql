WITH left_over AS (
    SELECT a.contact_id
    FROM campaign_contact_assignments a
    WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.status = 'pending'
    ORDER BY a.scheduled_send_time, a.contact_id
    LIMIT $5
    FOR UPDATE
),
changed AS (
    UPDATE campaign_contact_assignments a
    SET status = 'skipped', reason = $3, scheduled_send_time = NULL, updated_at = $4
    FROM left_over
    WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.contact_id = left_over.contact_id
    RETURNING a.contact_id
)
INSERT INTO campaign_counts (organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at)
SELECT $1, $2, 0, count(*), 0, 0, 0, $4
FROM changed
HAVING count(*) > 0
RETURNING skipped::bigint AS number
