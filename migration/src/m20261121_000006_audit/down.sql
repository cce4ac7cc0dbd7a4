DROP TABLE audit_payloads;
DROP TABLE audit_logs;
DROP FUNCTION allow_only_nulling();
DROP FUNCTION refuse_change();
