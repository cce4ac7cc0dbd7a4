WITH changed AS (
    UPDATE campaign_contact_assignments a
    SET status = settled.status,
        reason = nullif(settled.reason, ''),
        sent_at = CASE settled.status WHEN 'failed' THEN NULL ELSE $6::timestamptz END,
        updated_at = $6
    FROM unnest($3::uuid[], $4::text[], $5::text[]) AS settled (contact_id, status, reason)
    WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.contact_id = settled.contact_id AND a.status = 'pending'
    RETURNING a.status
)
INSERT INTO campaign_counts (organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at)
SELECT
    $1, $2, 0, 0, count(*) FILTER (WHERE changed.status <> 'failed'), count(*) FILTER (WHERE changed.status = 'bounced'),
    count(*) FILTER (WHERE changed.status = 'failed'), $6
FROM changed
HAVING count(*) > 0
RETURNING (sent + failed)::bigint AS number
