SELECT min(found.first) AS first, max(found.last) AS last
FROM unnest(ARRAY['SENT', 'BOUNCE', 'OPEN', 'CLICK', 'UNSUBSCRIBE', 'FORM_VIEW', 'FORM_SUBMIT']) AS kind (event_type)
CROSS JOIN LATERAL (
    SELECT
        (
            SELECT e."timestamp"
            FROM events e
            WHERE e.organization_id = $1 AND e.campaign_id = $2 AND e.event_type = kind.event_type
            ORDER BY e."timestamp"
            LIMIT 1
        ) AS first,
        (
            SELECT e."timestamp"
            FROM events e
            WHERE e.organization_id = $1 AND e.campaign_id = $2 AND e.event_type = kind.event_type
            ORDER BY e."timestamp" DESC
            LIMIT 1
        ) AS last
) AS found
