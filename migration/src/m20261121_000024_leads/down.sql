DROP FUNCTION search_lead_values(uuid, text, text, bigint);
DROP INDEX form_fields_key_idx;
DROP TABLE lead_field_values, form_responses, lead_status_changes, leads;
