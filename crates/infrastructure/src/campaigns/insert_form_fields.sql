INSERT INTO form_fields (organization_id, form_version_id, field_key, position, field_label, field_type, required, is_indexed,
    validation_rules, created_at)
SELECT $1, $2, f.field_key, f.position, f.field_label, f.field_type, f.required, f.is_indexed, f.validation_rules, $3
FROM jsonb_to_recordset($4) AS f (field_key text, position smallint, field_label text, field_type text, required boolean,
    is_indexed boolean, validation_rules jsonb)
RETURNING field_key
