SELECT min(found.first) AS first, max(found.last) AS last
FROM (
    SELECT min(a.date) AS first, max(a.date) AS last
    FROM event_aggregations a
    WHERE a.organization_id = $1 AND a.campaign_id = $2
    UNION ALL
    SELECT min(r.date), max(r.date)
    FROM event_recurrences r
    WHERE r.organization_id = $1 AND r.campaign_id = $2
    UNION ALL
    SELECT min(d.date), max(d.date)
    FROM contact_event_days d
    WHERE d.organization_id = $1 AND d.campaign_id = $2
) AS found
