WITH standing AS MATERIALIZED (
    SELECT w.final_until, coalesce(w.time_zone = $4, false) AS is_of_zone
    FROM campaign_aggregations w
    WHERE w.organization_id = $1 AND w.campaign_id = $2
),
day AS MATERIALIZED (
    SELECT given.date, given.starts, given.ends, coalesce(given.date <= standing.final_until, false) AS is_final
    FROM unnest($5::date[], $6::timestamptz[], $7::timestamptz[]) AS given (date, starts, ends)
    LEFT JOIN standing ON true
    WHERE coalesce(standing.is_of_zone, true)
),
span AS MATERIALIZED (
    SELECT min(day.starts) AS starts, max(day.ends) AS ends FROM day
),
happened AS MATERIALIZED (
    SELECT placed.date, placed.is_machine, placed.contact_id, count(*) AS events
    FROM (
        SELECT
            found.is_machine, found.contact_id, ($5::date[])[width_bucket(found.at, $6::timestamptz[])] AS date
        FROM span
        CROSS JOIN LATERAL (
            SELECT
                e.contact_id, e."timestamp" AS at,
                is_by_machine(e.event_type, e.actor_verdict) AS is_machine
            FROM events e
            WHERE e.organization_id = $1 AND e.campaign_id = $2 AND e.event_type = $3::text
                AND e."timestamp" >= span.starts AND e."timestamp" < span.ends
                AND NOT is_trapped(e.event_type, e.actor_verdict, e.actor_reason)
            OFFSET 0
        ) AS found
    ) AS placed
    GROUP BY 1, 2, 3
),
noted AS MATERIALIZED (
    SELECT placed.date, placed.is_machine, placed.contact_id, count(*) AS events
    FROM (
        SELECT c.is_machine, found.contact_id, ($5::date[])[width_bucket(found.at, $6::timestamptz[])] AS date
        FROM span
        JOIN event_changes c ON c.organization_id = $1 AND c.campaign_id = $2 AND c.event_type = $3::text
        CROSS JOIN unnest(c.contacts, c.times) AS found (contact_id, at)
        WHERE found.at >= span.starts AND found.at < span.ends
    ) AS placed
    GROUP BY 1, 2, 3
),
person AS MATERIALIZED (
    SELECT
        d.is_machine, d.contact_id, d.date,
        lag(d.date, 1, '-infinity'::date) OVER (PARTITION BY d.is_machine, d.contact_id ORDER BY d.date) AS previous_date
    FROM contact_event_days d
    WHERE d.organization_id = $1 AND d.campaign_id = $2 AND d.event_type = $3::text
),
-- Of those whose events are noted, who is not in the sums of that day.
newcomer AS (
    SELECT n.is_machine, n.contact_id, n.date FROM noted n WHERE n.contact_id IS NOT NULL
    EXCEPT
    SELECT person.is_machine, person.contact_id, person.date FROM person
),
summed AS (
    SELECT a.is_machine, a.date, a.count + a.late_count AS events, a.unique_contacts AS people
    FROM event_aggregations a
    JOIN day ON day.date = a.date
    WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.event_type = $3::text
),
counted AS (
    SELECT one.is_machine, one.date, sum(one.events)::bigint AS events, sum(one.people)::bigint AS people
    FROM (
        SELECT summed.is_machine, summed.date, summed.events, summed.people FROM summed
        UNION ALL
        SELECT n.is_machine, n.date, n.events, 0 FROM noted n
        UNION ALL
        SELECT newcomer.is_machine, newcomer.date, 0, 1
        FROM newcomer
        JOIN day ON day.date = newcomer.date
        WHERE NOT day.is_final
    ) AS one
    GROUP BY one.is_machine, one.date
),
-- Who was counted on a day that is final is known from nothing else.
found AS (
    SELECT one.is_machine, one.date, sum(one.events)::bigint AS events, sum(one.people)::bigint AS people
    FROM (
        SELECT
            h.is_machine, h.date, h.events,
            CASE WHEN h.contact_id IS NULL OR day.is_final THEN 0 ELSE 1 END AS people
        FROM happened h
        JOIN day ON day.date = h.date
        UNION ALL
        SELECT p.is_machine, p.date, 0, 1
        FROM person p
        JOIN day ON day.date = p.date
        WHERE day.is_final
    ) AS one
    GROUP BY one.is_machine, one.date
),
recurrence AS (
    SELECT r.is_machine, r.date, r.previous_date, r.contacts
    FROM event_recurrences r
    JOIN day ON day.date = r.date
    WHERE r.organization_id = $1 AND r.campaign_id = $2 AND r.event_type = $3::text AND r.contacts <> 0
),
recurred AS (
    SELECT p.is_machine, p.date, p.previous_date, count(*) AS contacts
    FROM person p
    JOIN day ON day.date = p.date
    GROUP BY p.is_machine, p.date, p.previous_date
),
compared AS (
    SELECT
        'events' AS of, is_machine, date, coalesce(counted.events, 0) AS counted, coalesce(found.events, 0) AS found
    FROM counted
    FULL JOIN found USING (is_machine, date)
    UNION ALL
    SELECT 'people', is_machine, date, coalesce(counted.people, 0), coalesce(found.people, 0)
    FROM counted
    FULL JOIN found USING (is_machine, date)
    UNION ALL
    SELECT 'recurrences', is_machine, date, coalesce(recurrence.contacts, 0), coalesce(recurred.contacts, 0)
    FROM recurrence
    FULL JOIN recurred USING (is_machine, date, previous_date)
)
SELECT compared.of, compared.is_machine, compared.date, compared.counted, compared.found
FROM compared
WHERE compared.counted <> compared.found
ORDER BY compared.date, compared.is_machine, compared.of
