WITH added AS (
    -- The unit has made these contacts: nobody else sees them, so that none is on the list, and their statuses are what it says.
    INSERT INTO contact_list_members (
        organization_id, contact_id, list_id, validation_status, import_id, created_at)
    SELECT $1, n.id, $2, n.status, $6, $5
    FROM unnest($3::uuid[], $4::text[]) AS n (id, status)
    RETURNING validation_status
)
INSERT INTO contact_list_counts (
    organization_id, list_id, pending, valid, invalid, risky, nonexistent, created_at)
SELECT
    $1, $2,
    count(*) FILTER (WHERE a.validation_status = 'pending'),
    count(*) FILTER (WHERE a.validation_status = 'valid'),
    count(*) FILTER (WHERE a.validation_status = 'invalid'),
    count(*) FILTER (WHERE a.validation_status = 'risky'),
    count(*) FILTER (WHERE a.validation_status = 'nonexistent'),
    $5
FROM added a
HAVING count(*) > 0
RETURNING id
