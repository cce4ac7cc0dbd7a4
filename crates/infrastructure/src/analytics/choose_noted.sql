SELECT chosen.date, chosen.id, chosen.events
FROM (
    SELECT
        noted.date, noted.id, noted.events,
        sum(noted.events) OVER (ORDER BY noted.date, noted.id) - noted.events AS events_before
    FROM (
        -- How many events there are is told by how much room their times take: they are stored as they are, behind 20 bytes,
        -- and need not be read for it.
        SELECT c.date, c.id, greatest((pg_column_size(c.times) - 20) / 8, 1)::bigint AS events
        FROM event_changes c
        WHERE c.organization_id = $1 AND c.campaign_id = $2 AND c.event_type = ANY ($4)
        ORDER BY c.date, c.id
        LIMIT $3
    ) AS noted
) AS chosen
WHERE chosen.events_before < $3
ORDER BY chosen.date, chosen.id
