WITH known AS (
    SELECT told.campaign_id, told.contact_id, min(told.kind) AS kind
    FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS told (campaign_id, contact_id, kind)
    GROUP BY told.campaign_id, told.contact_id
), changed AS (
    UPDATE campaign_contact_assignments a
    SET status = 'bounced', reason = known.kind, updated_at = $5
    FROM known
    WHERE a.organization_id = $1 AND a.campaign_id = known.campaign_id AND a.contact_id = known.contact_id
        AND a.status IN ('sent', 'delivered')
    RETURNING a.campaign_id, a.contact_id
), counted AS (
    INSERT INTO campaign_counts (organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at)
    SELECT $1, changed.campaign_id, 0, 0, 0, count(*), 0, $5
    FROM changed
    GROUP BY changed.campaign_id
    RETURNING campaign_id
)
SELECT changed.campaign_id, changed.contact_id
FROM changed
