SELECT min(found.at) AS at
FROM unnest(ARRAY['SENT', 'BOUNCE', 'OPEN', 'CLICK', 'UNSUBSCRIBE', 'FORM_VIEW', 'FORM_SUBMIT']) AS kind (event_type)
CROSS JOIN LATERAL (
    SELECT e."timestamp" AS at
    FROM events e
    WHERE e.organization_id = $1 AND e.campaign_id = $2 AND e.event_type = kind.event_type
        AND e."timestamp" >= coalesce($3::timestamptz, '-infinity')
    ORDER BY e."timestamp"
    LIMIT 1
) AS found
