WITH people AS (
    SELECT DISTINCT m.contact_id
    FROM contact_list_members m
    WHERE m.organization_id = $1 AND m.list_id = ANY ($2) AND m.deleted_at IS NULL
), stops AS (
    SELECT s.address_hash, bool_or(s.reason = 'unsubscribed') AS has_left
    FROM suppressions s
    WHERE s.organization_id = $1
    GROUP BY s.address_hash
)
SELECT c.validation_status, stops.has_left, count(*) AS people
FROM people
JOIN contacts c ON c.organization_id = $1 AND c.id = people.contact_id
LEFT JOIN stops ON stops.address_hash = c.email_hash
GROUP BY c.validation_status, stops.has_left
ORDER BY c.validation_status, stops.has_left
