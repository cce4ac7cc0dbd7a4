WITH entries AS (
    SELECT *
    FROM jsonb_to_recordset($2) AS entry (
        id uuid, created_at timestamptz, user_id uuid, actor_kind text, entity_type text, entity_id uuid,
        action text, fields jsonb, request_id uuid, batch_id uuid, commitment text,
        changes jsonb, ip inet, user_agent text, reason text, salt text)
), payloads AS (
    INSERT INTO audit_payloads (organization_id, id, created_at, changes, ip, user_agent, reason, salt)
    SELECT $1, id, created_at, changes, ip, user_agent, reason, decode(salt, 'hex') FROM entries
    RETURNING id
)
INSERT INTO audit_logs (
    organization_id, id, created_at, user_id, actor_kind, entity_type, entity_id, action, fields,
    request_id, batch_id, commitment)
SELECT
    $1, id, created_at, user_id, actor_kind, entity_type, entity_id, action,
    ARRAY(SELECT jsonb_array_elements_text(fields)), request_id, batch_id, decode(commitment, 'hex')
FROM entries
RETURNING id
