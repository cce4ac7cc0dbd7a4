WITH RECURSIVE noted AS (
    (SELECT c.organization_id AS id FROM event_changes c ORDER BY c.organization_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT c.organization_id
        FROM event_changes c
        WHERE c.organization_id > noted.id
        ORDER BY c.organization_id
        LIMIT 1
    )
    FROM noted
    WHERE noted.id IS NOT NULL
)
SELECT due.id
FROM (
    SELECT noted.id FROM noted WHERE noted.id IS NOT NULL
    UNION
    SELECT o.organization_id
    FROM organizations o
    CROSS JOIN LATERAL (
        (
            SELECT w.organization_id
            FROM campaign_aggregations w
            WHERE w.organization_id = o.organization_id AND w.time_zone IS NULL
            LIMIT 1
        )
        UNION ALL
        (
            SELECT w.organization_id
            FROM campaign_aggregations w
            WHERE w.organization_id = o.organization_id AND w.time_zone < o.time_zone
            LIMIT 1
        )
        UNION ALL
        (
            SELECT w.organization_id
            FROM campaign_aggregations w
            WHERE w.organization_id = o.organization_id AND w.time_zone > o.time_zone
            LIMIT 1
        )
    ) AS moved
) AS due
WHERE EXISTS (
    SELECT FROM scheduler_leases l
    WHERE l.name = 'scheduler' AND l.scheduler = $1 AND l.lease_until > clock_timestamp()
)
ORDER BY due.id
