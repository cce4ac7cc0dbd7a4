WITH taken AS (
    -- In the order in which whoever changes these contacts takes them.
    -- Each is looked up by itself, whatever the planner believes of a table that has just begun to grow, and by its id: an
    -- index of the living contacts would seem as good.
    SELECT c.id
    FROM (SELECT DISTINCT n.id FROM unnest($3::uuid[]) AS n (id) ORDER BY n.id) AS wanted
    CROSS JOIN LATERAL (
        SELECT c.id, c.deleted_at
        FROM contacts c
        WHERE c.organization_id = $1 AND c.id = wanted.id
        OFFSET 0
        FOR SHARE
    ) AS c
    WHERE c.deleted_at IS NULL
), removed AS (
    DELETE FROM contact_list_members m
    WHERE m.organization_id = $1 AND m.list_id = $2 AND m.contact_id IN (SELECT t.id FROM taken t)
        AND ($5::uuid IS NULL OR m.import_id = $5)
    RETURNING m.contact_id, m.validation_status
), counted AS (
    INSERT INTO contact_list_counts (
        organization_id, list_id, pending, valid, invalid, risky, nonexistent, created_at)
    SELECT
        $1, $2,
        -count(*) FILTER (WHERE r.validation_status = 'pending'),
        -count(*) FILTER (WHERE r.validation_status = 'valid'),
        -count(*) FILTER (WHERE r.validation_status = 'invalid'),
        -count(*) FILTER (WHERE r.validation_status = 'risky'),
        -count(*) FILTER (WHERE r.validation_status = 'nonexistent'),
        $4
    FROM removed r
    HAVING count(*) > 0
    RETURNING id
)
SELECT r.contact_id FROM removed r
