WITH n AS (
    SELECT * FROM unnest(
        $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::uuid[], $17::text[],
        $18::text[], $19::boolean[], $20::boolean[], $21::boolean[], $22::smallint[], $23::text[], $24::text[],
        $25::timestamptz[], $26::text[], $27::integer[], $28::timestamptz[], $29::timestamptz[]
    ) AS n (
        id, email, email_normalized, email_hash, first_name, last_name, display_name, phone, company, job_title,
        locale, timezone, attributes, source, import_id, validation_status, classification, syntax_ok,
        domain_exists, mx_found, risk_score, reasons, suggestion, last_validated_at, search_text, version,
        deleted_at, edited_at)
), before AS (
    -- Each is looked up by itself, whatever the planner believes of a table that has just begun to grow, and once: the unit
    -- holds these rows, so that they stay where they are.
    SELECT n.id, c.validation_status, c.deleted_at, c.place
    FROM n
    CROSS JOIN LATERAL (
        SELECT c.ctid AS place, c.validation_status, c.deleted_at, c.version
        FROM contacts c
        WHERE c.organization_id = $1 AND c.id = n.id
        OFFSET 0
    ) AS c
    WHERE c.version = n.version - 1
), changed AS (
    UPDATE contacts c
    SET email = nullif(n.email, n.email_normalized), email_normalized = n.email_normalized, email_hash = n.email_hash,
        first_name = n.first_name, last_name = n.last_name, display_name = n.display_name, phone = n.phone,
        company = n.company, job_title = n.job_title, locale = n.locale, timezone = n.timezone,
        attributes = n.attributes::jsonb, validation_status = n.validation_status,
        classification = n.classification, syntax_ok = n.syntax_ok, domain_exists = n.domain_exists,
        mx_found = n.mx_found, risk_score = n.risk_score, reasons = string_to_array(n.reasons, ','),
        suggestion = n.suggestion, last_validated_at = n.last_validated_at, search_text = n.search_text,
        updated_at = $30, updated_by = $31, version = n.version, deleted_at = n.deleted_at,
        edited_at = n.edited_at
    FROM n
    JOIN before b ON b.id = n.id
    WHERE c.organization_id = $1 AND c.ctid = b.place
    RETURNING c.id
), concerned AS (
    SELECT n.id, n.validation_status, n.deleted_at, b.validation_status AS old_status, b.deleted_at AS old_deleted_at,
        m.place
    FROM n
    JOIN before b ON b.id = n.id
    CROSS JOIN LATERAL (
        SELECT m.ctid AS place
        FROM contact_list_members m
        WHERE m.organization_id = $1 AND m.contact_id = n.id
        OFFSET 0
    ) AS m
    WHERE (b.validation_status, b.deleted_at) IS DISTINCT FROM (n.validation_status, n.deleted_at)
), members AS (
    -- A membership repeats what the contact was, so what the contact was is what its lists have counted.
    UPDATE contact_list_members m
    SET validation_status = n.validation_status, deleted_at = n.deleted_at
    FROM concerned n
    WHERE m.organization_id = $1 AND m.ctid = n.place
    RETURNING m.list_id, n.old_status, n.old_deleted_at, n.validation_status, n.deleted_at
), deltas AS (
    SELECT list_id, old_status AS status, -1 AS change FROM members WHERE old_deleted_at IS NULL
    UNION ALL
    SELECT list_id, validation_status, 1 FROM members WHERE deleted_at IS NULL
), counted AS (
    INSERT INTO contact_list_counts (
        organization_id, list_id, pending, valid, invalid, risky, nonexistent, created_at)
    SELECT
        $1, d.list_id,
        coalesce(sum(d.change) FILTER (WHERE d.status = 'pending'), 0),
        coalesce(sum(d.change) FILTER (WHERE d.status = 'valid'), 0),
        coalesce(sum(d.change) FILTER (WHERE d.status = 'invalid'), 0),
        coalesce(sum(d.change) FILTER (WHERE d.status = 'risky'), 0),
        coalesce(sum(d.change) FILTER (WHERE d.status = 'nonexistent'), 0),
        $30
    FROM deltas d
    GROUP BY d.list_id
    RETURNING list_id
)
SELECT c.id AS contact_id, NULL::uuid AS list_id FROM changed c
UNION ALL
SELECT NULL, d.list_id FROM counted d
