WITH standing AS MATERIALIZED (
    SELECT w.final_until
    FROM campaign_aggregations w
    WHERE w.organization_id = $1 AND w.campaign_id = $2
),
-- Of days that are final nobody is told apart: what comes to them is late. In the order of the key of the people, so that what
-- follows finds them sorted.
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
    ORDER BY 5, 1, 2, 3
),
-- What was known of those people before this statement, and what happened, day by day: who did it on a day on which they were
-- not known to have done it is new there. On the same day what is known comes first, so that whoever is known stands right
-- after themselves, and is not new.
history AS MATERIALIZED (
    SELECT
        seen.contact_id, seen.event_type, seen.is_machine, seen.date, seen.is_known,
        lag(seen.date, 1, '-infinity'::date) OVER person AS previous_date,
        max(seen.date) FILTER (WHERE seen.is_known) OVER (person ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            AS previous_known
    FROM (
        SELECT h.contact_id, h.event_type, h.is_machine, h.date, false AS is_known
        FROM happened h
        WHERE h.contact_id IS NOT NULL
        UNION ALL
        SELECT had.contact_id, had.event_type, had.is_machine, had.date, true
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
    ) AS seen
    WINDOW person AS (
        PARTITION BY seen.contact_id, seen.event_type, seen.is_machine ORDER BY seen.date, seen.is_known DESC)
),
counted AS (
    INSERT INTO event_aggregations AS a (
        organization_id, campaign_id, event_type, is_machine, date, count, unique_contacts, late_count, created_at,
        updated_at)
    SELECT
        $1, $2, found.event_type, found.is_machine, found.date,
        sum(found.events), sum(found.people), sum(found.late), $7::timestamptz, $7::timestamptz
    FROM (
        SELECT
            h.event_type, h.is_machine, h.date, coalesce(sum(h.events) FILTER (WHERE NOT h.is_final), 0) AS events,
            0 AS people, coalesce(sum(h.events) FILTER (WHERE h.is_final), 0) AS late
        FROM happened h
        GROUP BY h.event_type, h.is_machine, h.date
        UNION ALL
        SELECT n.event_type, n.is_machine, n.date, 0, count(*), 0
        FROM history n
        WHERE NOT n.is_known AND n.previous_date < n.date
        GROUP BY n.event_type, n.is_machine, n.date
    ) AS found
    GROUP BY found.event_type, found.is_machine, found.date
    ON CONFLICT (organization_id, campaign_id, event_type, is_machine, date) DO UPDATE
    SET
        count = a.count + excluded.count, unique_contacts = a.unique_contacts + excluded.unique_contacts,
        late_count = a.late_count + excluded.late_count, updated_at = excluded.updated_at
),
-- In the order of the key, so that neighbours are written together. Whoever counts has the campaign, or the type, in hand, so
-- that nobody else writes them.
written AS (
    INSERT INTO contact_event_days AS d (
        organization_id, campaign_id, contact_id, event_type, is_machine, date, created_at)
    SELECT $1, $2, n.contact_id, n.event_type, n.is_machine, n.date, $7::timestamptz
    FROM history n
    WHERE NOT n.is_known AND n.previous_date < n.date
    ORDER BY n.contact_id, n.event_type, n.is_machine, n.date
    RETURNING d.date
)
-- Who is new on a day comes between two others: what they were to each other is taken back.
INSERT INTO event_recurrences AS r (
    organization_id, campaign_id, event_type, is_machine, date, previous_date, contacts, created_at, updated_at)
SELECT
    $1, $2, step.event_type, step.is_machine, step.date, step.previous_date, sum(step.contacts), $7::timestamptz,
    $7::timestamptz
FROM (
    SELECT h.event_type, h.is_machine, h.date, h.previous_date, count(*) AS contacts
    FROM history h
    WHERE h.previous_date < h.date
    GROUP BY h.event_type, h.is_machine, h.date, h.previous_date
    UNION ALL
    SELECT h.event_type, h.is_machine, h.date, coalesce(h.previous_known, '-infinity'), -count(*)
    FROM history h
    WHERE h.is_known
    GROUP BY h.event_type, h.is_machine, h.date, h.previous_known
) AS step
GROUP BY step.event_type, step.is_machine, step.date, step.previous_date
HAVING sum(step.contacts) <> 0
ON CONFLICT (organization_id, campaign_id, event_type, is_machine, date, previous_date) DO UPDATE
SET contacts = r.contacts + excluded.contacts, updated_at = excluded.updated_at
