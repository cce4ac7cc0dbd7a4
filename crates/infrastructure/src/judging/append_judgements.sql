INSERT INTO validation_logs (
    organization_id, contact_id, created_at, syntax_version, domain_version, classification_version, syntax_result,
    domain_result, classification_result, details, validated_by)
SELECT
    -- What is so of most of them is left out.
    $1, n.contact_id, n.created_at, nullif(n.syntax_version, 1), nullif(n.domain_version, 1),
    nullif(n.classification_version, 1), nullif(n.syntax_result, 'pass'), nullif(n.domain_result, 'pass'),
    nullif(n.classification_result, 'pass'), nullif(n.details, '')::jsonb, $11
FROM unnest(
    $2::uuid[], $3::timestamptz[], $4::smallint[], $5::smallint[], $6::smallint[], $7::text[], $8::text[], $9::text[],
    $10::text[])
    AS n (contact_id, created_at, syntax_version, domain_version, classification_version, syntax_result,
        domain_result, classification_result, details)
ON CONFLICT (organization_id, contact_id, created_at) DO NOTHING
