WITH found AS (
    -- The index has the members of a list by status: the first of each list and status are merged.
    SELECT DISTINCT first.contact_id
    FROM unnest($2::uuid[]) AS wanted (list_id)
    CROSS JOIN unnest($3::text[]) AS known (status)
    CROSS JOIN LATERAL (
        SELECT m.contact_id
        FROM contact_list_members m
        WHERE m.organization_id = $1 AND m.list_id = wanted.list_id AND m.validation_status = known.status
            AND m.deleted_at IS NULL AND m.contact_id > $4
        ORDER BY m.contact_id
        LIMIT $5
    ) AS first
    ORDER BY first.contact_id
    LIMIT $5
)
SELECT wanted.contact_id, person.validation_status, stop.has_left
-- The organization comes from a row: of a value that statistics do not know yet, the planner believes that any index will do.
FROM (SELECT $1::uuid AS organization_id, found.contact_id FROM found OFFSET 0) AS wanted
CROSS JOIN LATERAL (
    SELECT c.validation_status, c.email_hash
    FROM contacts c
    WHERE c.organization_id = wanted.organization_id AND c.id = wanted.contact_id
    OFFSET 0
) AS person
CROSS JOIN LATERAL (
    SELECT bool_or(s.reason = 'unsubscribed') AS has_left
    FROM suppressions s
    WHERE s.organization_id = wanted.organization_id AND s.address_hash = person.email_hash
    OFFSET 0
) AS stop
ORDER BY wanted.contact_id
