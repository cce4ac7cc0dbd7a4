SELECT
    l.campaign_id, l.source, NULL::text AS segment, count(*) AS leads,
    count(*) FILTER (WHERE l.status = 'converted') AS converted
FROM leads l
WHERE l.organization_id = $1 AND l.campaign_id = ANY ($2) AND l.deleted_at IS NULL
    AND l.came_at >= $3 AND l.came_at < $4
GROUP BY l.campaign_id, l.source
