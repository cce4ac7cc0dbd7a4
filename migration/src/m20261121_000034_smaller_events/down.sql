DROP INDEX audit_logs_actor_idx;
DROP INDEX audit_logs_time_idx;
CREATE INDEX audit_logs_time_idx ON audit_logs (organization_id, created_at DESC, id DESC);
CREATE INDEX audit_logs_actor_idx ON audit_logs (organization_id, user_id, created_at DESC, id DESC);

DROP INDEX events_campaign_idx;
ALTER TABLE events DROP CONSTRAINT events_pkey;
ALTER TABLE events ADD PRIMARY KEY (organization_id, id, "timestamp");
CREATE INDEX events_campaign_idx ON events (organization_id, campaign_id, event_type, "timestamp" DESC);
CREATE INDEX events_time_idx ON events (organization_id, "timestamp" DESC);
