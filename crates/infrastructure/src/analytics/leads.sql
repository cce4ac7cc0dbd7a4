SELECT
    l.campaign_id, l.source, NULL::text AS segment, count(*) AS leads,
    count(*) FILTER (WHERE l.status = 'converted') AS converted
FROM leads l
LEFT JOIN LATERAL (
    SELECT min(r.submitted_at) AS submitted_at
    FROM form_responses r
    WHERE r.organization_id = $1 AND r.lead_id = l.id
) AS sent ON true
WHERE l.organization_id = $1 AND l.campaign_id = ANY ($2) AND l.deleted_at IS NULL
    -- Nobody was made after they were written down.
    AND l.created_at >= $3
    AND least(l.created_at, sent.submitted_at) >= $3 AND least(l.created_at, sent.submitted_at) < $4
GROUP BY l.campaign_id, l.source
