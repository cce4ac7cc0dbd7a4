WITH day AS MATERIALIZED (
    SELECT given.date, given.starts, given.ends
    FROM unnest($3::date[], $4::timestamptz[], $5::timestamptz[]) AS given (date, starts, ends)
),
happened AS (
    SELECT a.validation_status AS segment, day.date, found.event_type, found.is_machine, found.contact_id
    FROM day
    CROSS JOIN unnest(ARRAY['SENT', 'BOUNCE', 'OPEN', 'CLICK', 'UNSUBSCRIBE', 'FORM_VIEW', 'FORM_SUBMIT']) AS kind (event_type)
    CROSS JOIN LATERAL (
        SELECT
            e.event_type, e.contact_id,
            is_by_machine(e.event_type, e.actor_verdict) AS is_machine
        FROM events e
        WHERE e.organization_id = $1 AND e.campaign_id = $2 AND e.event_type = kind.event_type
            AND e."timestamp" >= day.starts AND e."timestamp" < day.ends
            AND NOT is_trapped(e.event_type, e.actor_verdict, e.actor_reason)
        OFFSET 0
    ) AS found
    JOIN campaign_contact_assignments a
        ON a.organization_id = $1 AND a.campaign_id = $2 AND a.contact_id = found.contact_id
)
SELECT
    h.segment, h.date, h.event_type, h.is_machine, count(*) AS events, count(DISTINCT h.contact_id) AS people
FROM happened h
GROUP BY GROUPING SETS ((h.segment, h.date, h.event_type, h.is_machine), (h.segment, h.event_type, h.is_machine))
