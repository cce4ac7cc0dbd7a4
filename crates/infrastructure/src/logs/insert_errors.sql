INSERT INTO error_logs (id, created_at, service, level, message, stack, context)
SELECT id, created_at, service, level, message, stack, context
FROM jsonb_to_recordset($1) AS line (
    id uuid, created_at timestamptz, service text, level text, message text, stack text, context jsonb)
ON CONFLICT (id, created_at) DO NOTHING
