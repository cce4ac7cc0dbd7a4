INSERT INTO access_logs (
    id, created_at, user_id, organization_id, method, route, status, latency_ms, ip, request_id)
SELECT id, created_at, user_id, organization_id, method, route, status, latency_ms, ip, request_id
FROM jsonb_to_recordset($1) AS line (
    id uuid, created_at timestamptz, user_id uuid, organization_id uuid, method text, route text,
    status integer, latency_ms double precision, ip inet, request_id uuid)
ON CONFLICT (id, created_at) DO NOTHING
