WITH judged AS (
    -- What was judged last is what the contact says of itself.
    SELECT l.syntax_version, l.syntax_result, l.domain_version, l.domain_result, l.classification_version,
        l.classification_result, count(*) AS contacts
    FROM contact_list_members m
    JOIN contacts c ON c.organization_id = $1 AND c.id = m.contact_id
    JOIN validation_logs l
        ON l.organization_id = $1 AND l.contact_id = c.id AND l.created_at = c.last_validated_at
    WHERE m.organization_id = $1 AND m.list_id = $2 AND m.deleted_at IS NULL
    GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT v.rule_type, v.rule_version, v.result, sum(j.contacts)::bigint AS contacts
FROM judged j
CROSS JOIN LATERAL (VALUES
    ('syntax', j.syntax_version, j.syntax_result),
    ('domain', j.domain_version, j.domain_result),
    ('classification', j.classification_version, j.classification_result))
    AS v (rule_type, rule_version, result)
GROUP BY 1, 2, 3
