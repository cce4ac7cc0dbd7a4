SELECT window_of.campaign_id, click.contact_id, click."timestamp" AS at, click.target
FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS window_of (campaign_id, since, until)
CROSS JOIN LATERAL (
    SELECT e.contact_id, e."timestamp", e.event_data ->> 'target' AS target
    FROM events e
    WHERE e.organization_id = $1 AND e.campaign_id = window_of.campaign_id AND e.event_type = 'CLICK'
        AND e."timestamp" >= window_of.since AND e."timestamp" <= window_of.until AND e.contact_id = ANY ($5::uuid[])
    OFFSET 0
) AS click
