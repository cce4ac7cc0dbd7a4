SELECT wanted.campaign_id, wanted.contact_id, known.sent_at, known.first_opened_at, known.last_at
FROM (
    -- The organization stands in each row: of a value that statistics do not know yet, the planner believes that any index
    -- which begins with it will do, also one that has the status before the contact.
    SELECT DISTINCT $1::uuid AS organization_id, told.campaign_id, told.contact_id
    FROM unnest($2::uuid[], $3::uuid[]) AS told (campaign_id, contact_id)
    ORDER BY told.campaign_id, told.contact_id
) AS wanted
-- Each is looked up by itself and locked, in one order, so that units do not wait for each other.
CROSS JOIN LATERAL (
    SELECT
        a.sent_at, a.first_opened_at,
        greatest(a.last_opened_at, a.last_clicked_at, a.last_viewed_at, a.last_submitted_at) AS last_at
    FROM campaign_contact_assignments a
    WHERE a.organization_id = wanted.organization_id AND a.campaign_id = wanted.campaign_id AND a.contact_id = wanted.contact_id
    FOR NO KEY UPDATE
) AS known
