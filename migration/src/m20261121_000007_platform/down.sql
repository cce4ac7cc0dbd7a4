REVOKE ALL ON seaql_migrations FROM canvass_platform;
REVOKE ALL ON sessions FROM canvass_platform;
DROP POLICY platform ON sessions;
DROP FUNCTION purge_expired(timestamptz);
DROP TABLE error_logs;
DROP TABLE access_logs;
DROP TABLE rate_limits;
DROP TABLE idempotency_keys;
DROP TABLE job_queue;
