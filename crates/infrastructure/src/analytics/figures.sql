WITH span AS MATERIALIZED (
    SELECT min(day.date) AS first, max(day.date) AS last, min(day.starts) AS starts, max(day.ends) AS ends
    FROM unnest($4::date[], $5::timestamptz[], $6::timestamptz[]) AS day (date, starts, ends)
),
campaign AS MATERIALIZED (
    SELECT wanted.id, w.final_until, w.campaign_id IS NOT NULL AND w.time_zone IS DISTINCT FROM $3 AS is_moved
    FROM unnest($2::uuid[]) AS wanted (id)
    LEFT JOIN campaign_aggregations w ON w.organization_id = $1 AND w.campaign_id = wanted.id
),
-- What was recorded and is not in the sums; of final days, where it is late, nobody is told apart.
noted AS MATERIALIZED (
    SELECT
        placed.campaign_id, placed.date, placed.is_final, placed.event_type, placed.is_machine,
        CASE WHEN NOT placed.is_final THEN placed.contact_id END AS contact_id, count(*) AS events
    FROM (
        SELECT
            dated.campaign_id, dated.date, dated.event_type, dated.is_machine, dated.contact_id,
            coalesce(dated.date <= dated.final_until, false) AS is_final
        FROM (
            SELECT
                c.campaign_id, c.event_type, c.is_machine, campaign.final_until, happened.contact_id,
                ($4::date[])[width_bucket(happened.at, $5::timestamptz[])] AS date
            FROM campaign
            CROSS JOIN span
            JOIN event_changes c
                ON c.organization_id = $1 AND c.campaign_id = campaign.id
                AND c.date BETWEEN (span.starts AT TIME ZONE 'UTC')::date AND (span.ends AT TIME ZONE 'UTC')::date
            CROSS JOIN unnest(c.contacts, c.times) AS happened (contact_id, at)
            WHERE NOT campaign.is_moved AND happened.at >= span.starts AND happened.at < span.ends
            OFFSET 0
        ) AS dated
    ) AS placed
    GROUP BY 1, 2, 3, 4, 5, 6
),
-- Whether those people are in the sums already: of that day, and of these days.
fresh AS MATERIALIZED (
    SELECT
        n.campaign_id, n.date, n.event_type, n.is_machine, n.contact_id, n.events,
        coalesce(known.on_day, false) AS on_day, known.in_span
    FROM noted n
    CROSS JOIN span
    CROSS JOIN LATERAL (
        SELECT bool_or(d.date = n.date) AS on_day, count(*) > 0 AS in_span
        FROM contact_event_days d
        WHERE d.organization_id = $1 AND d.campaign_id = n.campaign_id AND d.contact_id = n.contact_id
            AND d.event_type = n.event_type AND d.is_machine = n.is_machine AND d.date BETWEEN span.first AND span.last
    ) AS known
    WHERE NOT n.is_final
),
-- Of campaigns whose sums are of other days, the events themselves.
moved AS MATERIALIZED (
    SELECT
        found.campaign_id, found.date, found.event_type, found.is_machine, found.contact_id, count(*) AS events
    FROM (
        SELECT
            campaign.id AS campaign_id, happened.event_type, happened.is_machine, happened.contact_id,
            ($4::date[])[width_bucket(happened.at, $5::timestamptz[])] AS date
        FROM campaign
        CROSS JOIN span
        CROSS JOIN unnest(ARRAY['SENT', 'BOUNCE', 'OPEN', 'CLICK', 'UNSUBSCRIBE', 'FORM_VIEW', 'FORM_SUBMIT'])
            AS kind (event_type)
        CROSS JOIN LATERAL (
            SELECT
                e.event_type, e.contact_id, e."timestamp" AS at,
                is_by_machine(e.event_type, e.actor_verdict) AS is_machine
            FROM events e
            WHERE e.organization_id = $1 AND e.campaign_id = campaign.id AND e.event_type = kind.event_type
                AND e."timestamp" >= span.starts AND e."timestamp" < span.ends
                AND NOT is_trapped(e.event_type, e.actor_verdict, e.actor_reason)
            OFFSET 0
        ) AS happened
        WHERE campaign.is_moved
    ) AS found
    GROUP BY 1, 2, 3, 4, 5
),
daily AS MATERIALIZED (
    SELECT
        campaign.id AS campaign_id, kept.date, kept.event_type, kept.is_machine, kept.count::numeric AS events,
        kept.unique_contacts::numeric AS people, kept.late_count::numeric AS late
    FROM campaign
    CROSS JOIN span
    CROSS JOIN LATERAL (
        SELECT a.date, a.event_type, a.is_machine, a.count, a.unique_contacts, a.late_count
        FROM event_aggregations a
        WHERE a.organization_id = $1 AND a.campaign_id = campaign.id AND a.date BETWEEN span.first AND span.last
        OFFSET 0
    ) AS kept
    WHERE NOT campaign.is_moved
    UNION ALL
    SELECT
        f.campaign_id, f.date, f.event_type, f.is_machine, sum(f.events),
        count(f.contact_id) FILTER (WHERE NOT f.on_day), 0
    FROM fresh f
    GROUP BY f.campaign_id, f.date, f.event_type, f.is_machine
    UNION ALL
    SELECT n.campaign_id, n.date, n.event_type, n.is_machine, 0, 0, n.events
    FROM noted n
    WHERE n.is_final
    UNION ALL
    SELECT m.campaign_id, m.date, m.event_type, m.is_machine, sum(m.events), count(m.contact_id), 0
    FROM moved m
    GROUP BY m.campaign_id, m.date, m.event_type, m.is_machine
),
-- Those who had not done it in these days before: first as was counted, then of what was not.
newcomer AS (
    SELECT campaign.id AS campaign_id, kept.event_type, kept.is_machine, sum(kept.contacts) AS people
    FROM campaign
    CROSS JOIN span
    CROSS JOIN LATERAL (
        SELECT r.event_type, r.is_machine, r.contacts
        FROM event_recurrences r
        WHERE r.organization_id = $1 AND r.campaign_id = campaign.id
            AND r.date BETWEEN span.first AND span.last AND r.previous_date < span.first
        OFFSET 0
    ) AS kept
    WHERE NOT campaign.is_moved
    GROUP BY campaign.id, kept.event_type, kept.is_machine
    UNION ALL
    SELECT f.campaign_id, f.event_type, f.is_machine, count(DISTINCT f.contact_id)
    FROM fresh f
    WHERE NOT f.in_span
    GROUP BY f.campaign_id, f.event_type, f.is_machine
    UNION ALL
    SELECT m.campaign_id, m.event_type, m.is_machine, count(DISTINCT m.contact_id)
    FROM moved m
    GROUP BY m.campaign_id, m.event_type, m.is_machine
)
SELECT
    NULL::uuid AS campaign_id, daily.date, daily.event_type, daily.is_machine, sum(daily.events)::bigint AS events,
    sum(daily.people)::bigint AS people, sum(daily.late)::bigint AS late
FROM daily
GROUP BY daily.date, daily.event_type, daily.is_machine
UNION ALL
SELECT
    total.campaign_id, NULL, total.event_type, total.is_machine, sum(total.events)::bigint, sum(total.people)::bigint, 0
FROM (
    SELECT daily.campaign_id, daily.event_type, daily.is_machine, daily.events, 0 AS people
    FROM daily
    UNION ALL
    SELECT newcomer.campaign_id, newcomer.event_type, newcomer.is_machine, 0, newcomer.people
    FROM newcomer
) AS total
GROUP BY total.campaign_id, total.event_type, total.is_machine
