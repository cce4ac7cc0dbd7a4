-- Events and entries of the audit log come in the order of their time. An index that ends with a descending time has each
-- new row in front of the last one, so that its pages are split in the middle and stay half empty; one that ascends is
-- filled page by page, and is read backwards where the newest come first.

DROP INDEX events_time_idx;
DROP INDEX events_campaign_idx;
ALTER TABLE events DROP CONSTRAINT events_pkey;
-- It serves whoever looks at a time as well.
ALTER TABLE events ADD CONSTRAINT events_pkey PRIMARY KEY (organization_id, "timestamp", id) WITH (fillfactor = 100);
CREATE INDEX events_campaign_idx ON events (organization_id, campaign_id, event_type, "timestamp") WITH (fillfactor = 100);

DROP INDEX audit_logs_time_idx;
DROP INDEX audit_logs_actor_idx;
CREATE INDEX audit_logs_time_idx ON audit_logs (organization_id, created_at, id);
CREATE INDEX audit_logs_actor_idx ON audit_logs (organization_id, user_id, created_at, id);
