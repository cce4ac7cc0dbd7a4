ALTER TABLE validation_logs DROP CONSTRAINT validation_logs_pkey;
ALTER TABLE validation_logs ADD PRIMARY KEY (organization_id, contact_id, created_at);

-- Nobody changes the log but whoever writes it in other words.
DROP TRIGGER append_only ON validation_logs;
SELECT force_row_security('validation_logs', false);
UPDATE validation_logs
SET syntax_version = coalesce(syntax_version, 1), domain_version = coalesce(domain_version, 1),
    classification_version = coalesce(classification_version, 1), syntax_result = coalesce(syntax_result, 'pass'),
    domain_result = coalesce(domain_result, 'pass'), classification_result = coalesce(classification_result, 'pass');
SELECT force_row_security('validation_logs', true);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON validation_logs FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON COLUMN validation_logs.syntax_version IS NULL;
COMMENT ON COLUMN validation_logs.domain_version IS NULL;
COMMENT ON COLUMN validation_logs.classification_version IS NULL;
COMMENT ON COLUMN validation_logs.syntax_result IS NULL;
COMMENT ON COLUMN validation_logs.domain_result IS NULL;
COMMENT ON COLUMN validation_logs.classification_result IS NULL;
ALTER TABLE validation_logs
    ALTER COLUMN syntax_version SET NOT NULL,
    ALTER COLUMN domain_version SET NOT NULL,
    ALTER COLUMN classification_version SET NOT NULL,
    ALTER COLUMN syntax_result SET NOT NULL,
    ALTER COLUMN domain_result SET NOT NULL,
    ALTER COLUMN classification_result SET NOT NULL;

SELECT force_row_security('contacts', false);
UPDATE contacts SET updated_by = created_by WHERE version = 1;
SELECT force_row_security('contacts', true);
COMMENT ON COLUMN contacts.updated_by IS NULL;
