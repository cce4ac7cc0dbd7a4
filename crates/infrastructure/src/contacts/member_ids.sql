SELECT found.contact_id
FROM (
    -- The index has the members of a list by status: the first of each are merged.
    (SELECT m.contact_id
    FROM contact_list_members m
    WHERE m.organization_id = $1 AND m.list_id = $2 AND m.validation_status = 'pending' AND $5 IN ('', 'pending')
        AND m.deleted_at IS NULL AND m.contact_id > $3
    ORDER BY m.contact_id
    LIMIT $4)
    UNION ALL
    (SELECT m.contact_id
    FROM contact_list_members m
    WHERE m.organization_id = $1 AND m.list_id = $2 AND m.validation_status = 'valid' AND $5 IN ('', 'valid')
        AND m.deleted_at IS NULL AND m.contact_id > $3
    ORDER BY m.contact_id
    LIMIT $4)
    UNION ALL
    (SELECT m.contact_id
    FROM contact_list_members m
    WHERE m.organization_id = $1 AND m.list_id = $2 AND m.validation_status = 'invalid' AND $5 IN ('', 'invalid')
        AND m.deleted_at IS NULL AND m.contact_id > $3
    ORDER BY m.contact_id
    LIMIT $4)
    UNION ALL
    (SELECT m.contact_id
    FROM contact_list_members m
    WHERE m.organization_id = $1 AND m.list_id = $2 AND m.validation_status = 'risky' AND $5 IN ('', 'risky')
        AND m.deleted_at IS NULL AND m.contact_id > $3
    ORDER BY m.contact_id
    LIMIT $4)
    UNION ALL
    (SELECT m.contact_id
    FROM contact_list_members m
    WHERE m.organization_id = $1 AND m.list_id = $2 AND m.validation_status = 'nonexistent' AND $5 IN ('', 'nonexistent')
        AND m.deleted_at IS NULL AND m.contact_id > $3
    ORDER BY m.contact_id
    LIMIT $4)
) AS found
ORDER BY found.contact_id
LIMIT $4
