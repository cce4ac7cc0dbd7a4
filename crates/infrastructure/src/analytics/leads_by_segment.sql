SELECT
    l.campaign_id, l.source, a.validation_status AS segment, count(*) AS leads,
    count(*) FILTER (WHERE l.status = 'converted') AS converted
FROM leads l
LEFT JOIN campaign_contact_assignments a
    ON a.organization_id = $1 AND a.campaign_id = l.campaign_id AND a.contact_id = l.contact_id
WHERE l.organization_id = $1 AND l.campaign_id = ANY ($2) AND l.deleted_at IS NULL
    AND l.came_at >= $3 AND l.came_at < $4
GROUP BY l.campaign_id, l.source, a.validation_status
