-- The log itself holds no personal data; what does sits in the payloads, where it can be nulled
-- without touching the log. No foreign key points from here to a row that may be purged.

CREATE TABLE audit_logs (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    user_id uuid,
    actor_kind text NOT NULL,
    entity_type text NOT NULL,
    entity_id uuid,
    action text NOT NULL,
    fields text[] NOT NULL,
    request_id uuid NOT NULL,
    batch_id uuid,
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
    PRIMARY KEY (organization_id, id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX audit_logs_time_idx ON audit_logs (organization_id, created_at DESC, id DESC);
CREATE INDEX audit_logs_actor_idx ON audit_logs (organization_id, user_id, created_at DESC, id DESC);
CREATE INDEX audit_logs_entity_idx ON audit_logs (organization_id, entity_id, created_at DESC, id DESC);

CREATE TABLE audit_payloads (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    changes jsonb,
    ip inet,
    user_agent text,
    reason text,
    salt bytea,
    PRIMARY KEY (organization_id, id, created_at)
) PARTITION BY RANGE (created_at);

SELECT protect_tenant_table('audit_logs');
SELECT protect_tenant_table('audit_payloads');
CREATE POLICY retention ON audit_payloads FOR ALL TO canvass_retention USING (true) WITH CHECK (true);

-- Whoever holds the rights, the log is append-only; of a payload, the retention role may null columns.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_payloads FOR EACH ROW
EXECUTE FUNCTION allow_only_nulling('changes', 'ip', 'user_agent', 'reason', 'salt');

GRANT SELECT, INSERT ON audit_logs, audit_payloads TO canvass_app;
GRANT SELECT (organization_id, id, created_at), UPDATE (changes, ip, user_agent, reason, salt) ON audit_payloads TO canvass_retention;
