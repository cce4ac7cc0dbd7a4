WITH living AS (
    -- Whoever changes the status of a contact, or deletes it, waits for this, or is waited for here.
    -- Each is looked up by itself, whatever the planner believes of a table that has just begun to grow, and by its id:
    -- an index of the living contacts would seem as good.
    SELECT c.id, c.validation_status
    FROM (SELECT DISTINCT n.id FROM unnest($3::uuid[]) AS n (id) ORDER BY n.id) AS wanted
    CROSS JOIN LATERAL (
        SELECT c.id, c.validation_status, c.deleted_at
        FROM contacts c
        WHERE c.organization_id = $1 AND c.id = wanted.id
        OFFSET 0
        FOR SHARE
    ) AS c
    WHERE c.deleted_at IS NULL
), added AS (
    INSERT INTO contact_list_members (
        organization_id, contact_id, list_id, validation_status, import_id, created_at)
    SELECT $1, l.id, $2, l.validation_status, $5, $4
    FROM living l
    ON CONFLICT (organization_id, contact_id, list_id) DO NOTHING
    RETURNING contact_id, validation_status
), counted AS (
    INSERT INTO contact_list_counts (
        organization_id, list_id, pending, valid, invalid, risky, nonexistent, created_at)
    SELECT
        $1, $2,
        count(*) FILTER (WHERE a.validation_status = 'pending'),
        count(*) FILTER (WHERE a.validation_status = 'valid'),
        count(*) FILTER (WHERE a.validation_status = 'invalid'),
        count(*) FILTER (WHERE a.validation_status = 'risky'),
        count(*) FILTER (WHERE a.validation_status = 'nonexistent'),
        $4
    FROM added a
    HAVING count(*) > 0
    RETURNING id
)
SELECT a.contact_id FROM added a
