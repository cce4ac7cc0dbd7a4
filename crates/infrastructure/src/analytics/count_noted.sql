WITH standing AS MATERIALIZED (
    SELECT w.final_until
    FROM campaign_aggregations w
    WHERE w.organization_id = $1 AND w.campaign_id = $2
),
-- Of days that are final nobody is told apart: what comes to them is late.
happened AS MATERIALIZED (
    SELECT
        placed.event_type, placed.is_machine, placed.date, placed.is_final,
        CASE WHEN NOT placed.is_final THEN placed.contact_id END AS contact_id, count(*) AS events
    FROM (
        SELECT
            dated.event_type, dated.is_machine, dated.date, dated.contact_id,
            coalesce(dated.date <= standing.final_until, false) AS is_final
        FROM standing
        CROSS JOIN (
            SELECT
                c.event_type, c.is_machine, noted.contact_id,
                ($5::date[])[width_bucket(noted.at, $6::timestamptz[])] AS date
            FROM unnest($3::date[], $4::uuid[]) AS chosen (date, id)
            JOIN event_changes c
                ON c.organization_id = $1 AND c.campaign_id = $2 AND c.date = chosen.date AND c.id = chosen.id
            CROSS JOIN unnest(c.contacts, c.times) AS noted (contact_id, at)
            OFFSET 0
        ) AS dated
    ) AS placed
    GROUP BY 1, 2, 3, 4, 5
),
-- What was known of those people before this statement.
known AS MATERIALIZED (
    SELECT had.contact_id, had.event_type, had.is_machine, had.date
    FROM (
        SELECT DISTINCT h.contact_id, h.event_type, h.is_machine
        FROM happened h
        WHERE h.contact_id IS NOT NULL
        ORDER BY h.contact_id, h.event_type, h.is_machine
    ) AS somebody
    CROSS JOIN LATERAL (
        SELECT d.contact_id, d.event_type, d.is_machine, d.date
        FROM contact_event_days d
        WHERE d.organization_id = $1 AND d.campaign_id = $2 AND d.contact_id = somebody.contact_id
            AND d.event_type = somebody.event_type AND d.is_machine = somebody.is_machine
        OFFSET 0
    ) AS had
),
newcomer AS MATERIALIZED (
    SELECT h.contact_id, h.event_type, h.is_machine, h.date FROM happened h WHERE h.contact_id IS NOT NULL
    EXCEPT
    SELECT known.contact_id, known.event_type, known.is_machine, known.date FROM known
),
counted AS (
    INSERT INTO event_aggregations AS a (
        organization_id, campaign_id, event_type, is_machine, date, count, unique_contacts, late_count, created_at,
        updated_at)
    SELECT
        $1, $2, found.event_type, found.is_machine, found.date,
        sum(CASE WHEN found.is_final THEN 0 ELSE found.events END), sum(found.people),
        sum(CASE WHEN found.is_final THEN found.events ELSE 0 END), $7::timestamptz, $7::timestamptz
    FROM (
        SELECT h.event_type, h.is_machine, h.date, h.is_final, h.events, 0 AS people
        FROM happened h
        UNION ALL
        SELECT n.event_type, n.is_machine, n.date, false, 0, 1
        FROM newcomer n
    ) AS found
    GROUP BY found.event_type, found.is_machine, found.date
    ON CONFLICT (organization_id, campaign_id, event_type, is_machine, date) DO UPDATE
    SET
        count = a.count + excluded.count, unique_contacts = a.unique_contacts + excluded.unique_contacts,
        late_count = a.late_count + excluded.late_count, updated_at = excluded.updated_at
),
-- In the order of the key, so that neighbours are written together. Whoever counts has the campaign in hand, so that nobody
-- else writes them.
written AS (
    INSERT INTO contact_event_days AS d (
        organization_id, campaign_id, contact_id, event_type, is_machine, date, created_at)
    SELECT $1, $2, n.contact_id, n.event_type, n.is_machine, n.date, $7::timestamptz
    FROM newcomer n
    ORDER BY n.contact_id, n.event_type, n.is_machine, n.date
    RETURNING d.date
),
history AS (
    SELECT known.contact_id, known.event_type, known.is_machine, known.date FROM known
    UNION ALL
    SELECT n.contact_id, n.event_type, n.is_machine, n.date FROM newcomer n
),
-- Who is new on a day comes between two others: what they were to each other is taken back.
step AS (
    SELECT
        history.event_type, history.is_machine, history.date, 1 AS contacts,
        lag(history.date, 1, '-infinity'::date) OVER (
            PARTITION BY history.contact_id, history.event_type, history.is_machine ORDER BY history.date
        ) AS previous_date
    FROM history
    UNION ALL
    SELECT
        known.event_type, known.is_machine, known.date, -1,
        lag(known.date, 1, '-infinity'::date) OVER (
            PARTITION BY known.contact_id, known.event_type, known.is_machine ORDER BY known.date
        )
    FROM known
)
INSERT INTO event_recurrences AS r (
    organization_id, campaign_id, event_type, is_machine, date, previous_date, contacts, created_at, updated_at)
SELECT
    $1, $2, step.event_type, step.is_machine, step.date, step.previous_date, sum(step.contacts), $7::timestamptz,
    $7::timestamptz
FROM step
GROUP BY step.event_type, step.is_machine, step.date, step.previous_date
HAVING sum(step.contacts) <> 0
ON CONFLICT (organization_id, campaign_id, event_type, is_machine, date, previous_date) DO UPDATE
SET contacts = r.contacts + excluded.contacts, updated_at = excluded.updated_at
