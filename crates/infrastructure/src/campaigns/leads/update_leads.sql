UPDATE leads l
SET contact_id = n.contact_id, status = n.status, assigned_user_id = n.assigned_user_id,
    assigned_team_id = n.assigned_team_id, latest_response_id = n.latest_response_id, responses = n.responses,
    notes = n.notes, updated_at = n.updated_at, updated_by = n.updated_by, version = n.version,
    deleted_at = n.deleted_at, came_at = n.came_at
FROM unnest(
    $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::integer[], $9::text[],
    $10::timestamptz[], $11::uuid[], $12::integer[], $13::timestamptz[], $14::timestamptz[]
) AS n (
    id, contact_id, status, assigned_user_id, assigned_team_id, latest_response_id, responses, notes, updated_at,
    updated_by, version, deleted_at, came_at)
WHERE l.organization_id = $1 AND l.id = n.id AND l.version = n.version - 1
RETURNING l.id
