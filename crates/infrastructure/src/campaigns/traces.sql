SELECT wanted.campaign_id, wanted.contact_id, known.sent_at, known.first_opened_at, known.last_at
FROM (
    SELECT DISTINCT told.campaign_id, told.contact_id
    FROM unnest($2::uuid[], $3::uuid[]) AS told (campaign_id, contact_id)
    ORDER BY told.campaign_id, told.contact_id
) AS wanted
-- Each is looked up by itself and locked, in one order, so that units do not wait for each other.
CROSS JOIN LATERAL (
    SELECT
        a.sent_at, a.first_opened_at,
        greatest(a.last_opened_at, a.last_clicked_at, a.last_viewed_at, a.last_submitted_at) AS last_at
    FROM campaign_contact_assignments a
    WHERE a.organization_id = $1 AND a.campaign_id = wanted.campaign_id AND a.contact_id = wanted.contact_id
    FOR NO KEY UPDATE
) AS known
