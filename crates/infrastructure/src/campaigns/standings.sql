SELECT wanted.contact_id, person.email, person.validation_status, stop.has_left
-- The organization comes from a row: of a value that statistics do not know yet, the planner believes that any index will do.
FROM (SELECT $1::uuid AS organization_id, n.contact_id FROM unnest($2::uuid[]) AS n (contact_id) OFFSET 0) AS wanted
CROSS JOIN LATERAL (
    -- By its id, whatever the planner believes of a table that has just begun to grow: an index of the living contacts would
    -- seem as good.
    SELECT coalesce(c.email, c.email_normalized) AS email, c.validation_status, c.email_hash, c.deleted_at
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
WHERE person.deleted_at IS NULL
ORDER BY wanted.contact_id
