INSERT INTO events (
    organization_id, id, "timestamp", event_type, campaign_id, contact_id, event_data, user_agent, ip_address,
    session_id, origin, actor_verdict, actor_reason, created_at)
SELECT
    $1, id, "timestamp", event_type, campaign_id, contact_id, nullif(event_data, 'null'), user_agent, ip_address,
    session_id, origin, actor_verdict, actor_reason, $3
FROM jsonb_to_recordset($2) AS event (
    id uuid, "timestamp" timestamptz, event_type text, campaign_id uuid, contact_id uuid, event_data jsonb,
    user_agent text, ip_address inet, session_id uuid, origin text, actor_verdict text, actor_reason text)
ON CONFLICT (organization_id, id, "timestamp") DO NOTHING
RETURNING id
