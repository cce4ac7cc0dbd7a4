SELECT wanted.contact_id, person.validation_status, stop.has_left
FROM unnest($2::uuid[]) AS wanted (contact_id)
CROSS JOIN LATERAL (
    SELECT c.validation_status, c.email_hash
    FROM contacts c
    WHERE c.organization_id = $1 AND c.id = wanted.contact_id AND c.deleted_at IS NULL
    OFFSET 0
) AS person
CROSS JOIN LATERAL (
    SELECT bool_or(s.reason = 'unsubscribed') AS has_left
    FROM suppressions s
    WHERE s.organization_id = $1 AND s.address_hash = person.email_hash
    OFFSET 0
) AS stop
ORDER BY wanted.contact_id
