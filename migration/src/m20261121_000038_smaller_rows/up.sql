-- Contacts, and the log of how their addresses were judged, take less room: what is so of next to all of them is not written
-- down. Rows that are there stay as they are; they say the same.

COMMENT ON COLUMN contacts.updated_by IS 'of the first version null: who made it';

ALTER TABLE validation_logs
    ALTER COLUMN syntax_version DROP NOT NULL,
    ALTER COLUMN domain_version DROP NOT NULL,
    ALTER COLUMN classification_version DROP NOT NULL,
    ALTER COLUMN syntax_result DROP NOT NULL,
    ALTER COLUMN domain_result DROP NOT NULL,
    ALTER COLUMN classification_result DROP NOT NULL;
COMMENT ON COLUMN validation_logs.syntax_version IS 'null: 1';
COMMENT ON COLUMN validation_logs.domain_version IS 'null: 1';
COMMENT ON COLUMN validation_logs.classification_version IS 'null: 1';
COMMENT ON COLUMN validation_logs.syntax_result IS 'null: pass';
COMMENT ON COLUMN validation_logs.domain_result IS 'null: pass';
COMMENT ON COLUMN validation_logs.classification_result IS 'null: pass';

-- Contacts are judged in the order of their ids: pages are left full.
ALTER TABLE validation_logs DROP CONSTRAINT validation_logs_pkey;
ALTER TABLE validation_logs ADD CONSTRAINT validation_logs_pkey PRIMARY KEY (organization_id, contact_id, created_at) WITH (fillfactor = 100);
