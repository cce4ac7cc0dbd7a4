WITH changed AS (
    UPDATE campaign_contact_assignments a
    SET status = settled.status,
        reason = nullif(settled.reason, ''),
        validation_status = coalesce(nullif(settled.validation_status, ''), a.validation_status),
        scheduled_send_time = CASE settled.status WHEN 'skipped' THEN NULL ELSE a.scheduled_send_time END,
        sent_at = CASE WHEN settled.status IN ('failed', 'skipped') THEN NULL ELSE $7::timestamptz END,
        updated_at = $7
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[])
        AS settled (contact_id, status, reason, validation_status)
    WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.contact_id = settled.contact_id AND a.status = 'pending'
    RETURNING a.status
)
INSERT INTO campaign_counts (organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at)
SELECT
    $1, $2, 0, count(*) FILTER (WHERE changed.status = 'skipped'),
    count(*) FILTER (WHERE changed.status NOT IN ('failed', 'skipped')),
    count(*) FILTER (WHERE changed.status = 'bounced'), count(*) FILTER (WHERE changed.status = 'failed'), $7
FROM changed
HAVING count(*) > 0
RETURNING (skipped + sent + failed)::bigint AS number
