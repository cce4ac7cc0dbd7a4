INSERT INTO lead_status_changes (
    organization_id, id, lead_id, from_status, to_status, reason, created_at, created_by)
SELECT $1, n.id, n.lead_id, n.from_status, n.to_status, n.reason, n.created_at, n.created_by
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::uuid[]) AS n (
    id, lead_id, from_status, to_status, reason, created_at, created_by)
ON CONFLICT (organization_id, id) DO NOTHING
