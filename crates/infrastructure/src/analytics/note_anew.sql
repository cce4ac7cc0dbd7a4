WITH gone AS (
    DELETE FROM event_changes c
    WHERE c.organization_id = $1 AND c.campaign_id = $2 AND c.date = $3::date
    RETURNING c.id
)
INSERT INTO event_changes (organization_id, campaign_id, date, event_type, is_machine, contacts, times, created_at)
SELECT
    $1, $2, $3::date, found.event_type, found.is_machine, array_agg(found.contact_id), array_agg(found.at), $6::timestamptz
FROM (
    SELECT
        e.event_type, is_by_machine(e.event_type, e.actor_verdict) AS is_machine, e.contact_id, e."timestamp" AS at,
        row_number() OVER (PARTITION BY e.event_type) / 1000 AS part
    FROM unnest(ARRAY['SENT', 'BOUNCE', 'OPEN', 'CLICK', 'UNSUBSCRIBE', 'FORM_VIEW', 'FORM_SUBMIT']) AS kind (event_type)
    JOIN events e
        ON e.organization_id = $1 AND e.campaign_id = $2 AND e.event_type = kind.event_type
        AND e."timestamp" >= $4::timestamptz AND e."timestamp" < $5::timestamptz
    WHERE NOT is_trapped(e.event_type, e.actor_verdict, e.actor_reason)
) AS found
GROUP BY found.event_type, found.is_machine, found.part
RETURNING cardinality(times) AS events
