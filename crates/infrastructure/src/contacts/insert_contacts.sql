INSERT INTO contacts (
    organization_id, id, email, email_normalized, email_hash, first_name, last_name, display_name, phone, company,
    job_title, locale, timezone, attributes, source, import_id, validation_status, classification, syntax_ok,
    domain_exists, mx_found, risk_score, reasons, suggestion, last_validated_at, search_text,
    created_at, updated_at, created_by, updated_by, version, deleted_at, edited_at)
SELECT
    $1, n.id, nullif(n.email, n.email_normalized), n.email_normalized, n.email_hash, n.first_name, n.last_name, n.display_name, n.phone, n.company,
    n.job_title, n.locale, n.timezone, n.attributes::jsonb, n.source, n.import_id, n.validation_status,
    n.classification, n.syntax_ok, n.domain_exists, n.mx_found, n.risk_score, string_to_array(n.reasons, ','),
    n.suggestion, n.last_validated_at, n.search_text, $30, $30, $31::uuid,
    -- Whoever made it.
    CASE WHEN n.version > 1 THEN $31::uuid END, n.version, n.deleted_at,
    n.edited_at
FROM unnest(
    $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
    $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::uuid[], $17::text[], $18::text[],
    $19::boolean[], $20::boolean[], $21::boolean[], $22::smallint[], $23::text[], $24::text[], $25::timestamptz[],
    $26::text[], $27::integer[], $28::timestamptz[], $29::timestamptz[]
) AS n (
    id, email, email_normalized, email_hash, first_name, last_name, display_name, phone, company, job_title, locale,
    timezone, attributes, source, import_id, validation_status, classification, syntax_ok, domain_exists, mx_found,
    risk_score, reasons, suggestion, last_validated_at, search_text, version, deleted_at,
    edited_at)
-- The same order in every unit, so that units which add the same addresses wait in a row and never for each other.
ORDER BY n.email_normalized COLLATE "C", n.id
ON CONFLICT (organization_id, email_normalized) WHERE deleted_at IS NULL DO NOTHING
RETURNING id
