WITH day AS MATERIALIZED (
    SELECT given.date, given.starts, given.ends
    FROM unnest($3::date[], $4::timestamptz[], $5::timestamptz[]) AS given (date, starts, ends)
),
happened AS (
    SELECT
        wanted.campaign_id, a.validation_status AS segment, day.date, found.event_type, found.is_machine, found.contact_id
    FROM unnest($2::uuid[]) AS wanted (campaign_id)
    CROSS JOIN day
    CROSS JOIN unnest(ARRAY['SENT', 'BOUNCE', 'OPEN', 'CLICK', 'UNSUBSCRIBE', 'FORM_VIEW', 'FORM_SUBMIT']) AS kind (event_type)
    CROSS JOIN LATERAL (
        SELECT
            e.event_type, e.contact_id,
            is_by_machine(e.event_type, e.actor_verdict) AS is_machine
        FROM events e
        WHERE e.organization_id = $1 AND e.campaign_id = wanted.campaign_id AND e.event_type = kind.event_type
            AND e."timestamp" >= day.starts AND e."timestamp" < day.ends
            AND NOT is_trapped(e.event_type, e.actor_verdict, e.actor_reason)
        OFFSET 0
    ) AS found
    JOIN campaign_contact_assignments a
        ON a.organization_id = $1 AND a.campaign_id = wanted.campaign_id AND a.contact_id = found.contact_id
),
counted AS (
    SELECT
        h.campaign_id, h.segment, h.date, h.event_type, h.is_machine, count(*) AS events,
        count(DISTINCT h.contact_id) AS people
    FROM happened h
    GROUP BY GROUPING SETS (
        (h.campaign_id, h.segment, h.date, h.event_type, h.is_machine),
        (h.campaign_id, h.segment, h.event_type, h.is_machine))
)
-- Of each campaign on all days, and of each day of all campaigns.
SELECT
    told.campaign_id, told.segment, told.date, told.event_type, told.is_machine, sum(told.events)::bigint AS events,
    sum(told.people)::bigint AS people, 0::bigint AS late
FROM (
    SELECT
        CASE WHEN c.date IS NULL THEN c.campaign_id END AS campaign_id, c.segment, c.date, c.event_type, c.is_machine,
        c.events, c.people
    FROM counted c
) AS told
GROUP BY told.campaign_id, told.segment, told.date, told.event_type, told.is_machine
