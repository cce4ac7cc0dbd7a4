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
-- What is not written down is so of most of them.
CROSS JOIN LATERAL (VALUES
    ('syntax', coalesce(j.syntax_version, 1::smallint), coalesce(j.syntax_result, 'pass')),
    ('domain', coalesce(j.domain_version, 1::smallint), coalesce(j.domain_result, 'pass')),
    (
        'classification', coalesce(j.classification_version, 1::smallint),
        coalesce(j.classification_result, 'pass')
    ))
    AS v (rule_type, rule_version, result)
GROUP BY 1, 2, 3
