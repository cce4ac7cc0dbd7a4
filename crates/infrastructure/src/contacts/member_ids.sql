SELECT found.contact_id
-- The index has the members of a list by status: the first of each are merged.
FROM unnest($5::text[]) AS wanted (status)
CROSS JOIN LATERAL (
    SELECT m.contact_id
    FROM contact_list_members m
    WHERE m.organization_id = $1 AND m.list_id = $2 AND m.validation_status = wanted.status
        AND m.deleted_at IS NULL AND m.contact_id > $3
    ORDER BY m.contact_id
    LIMIT $4
) AS found
ORDER BY found.contact_id
LIMIT $4
