UPDATE campaign_contact_assignments a
SET status = 'unsubscribed', updated_at = $4
FROM unnest($2::uuid[], $3::uuid[]) AS told (campaign_id, contact_id)
WHERE a.organization_id = $1 AND a.campaign_id = told.campaign_id AND a.contact_id = told.contact_id
    AND a.status IN ('sent', 'delivered')
RETURNING a.campaign_id, a.contact_id
