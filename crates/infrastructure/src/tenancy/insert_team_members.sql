WITH living AS (
    -- Whoever ends a membership waits for this, or is waited for here.
    SELECT m.id
    FROM memberships m
    WHERE m.organization_id = $1 AND m.id = ANY ($4) AND m.deleted_at IS NULL
    ORDER BY m.id
    FOR SHARE
), added AS (
    INSERT INTO team_members (
        organization_id, id, team_id, membership_id, joined_at,
        created_at, updated_at, created_by, updated_by, version)
    SELECT $1, w.id, $2, w.membership_id, $5, $6, $7, $8, $9, $10
    FROM unnest($3::uuid[], $4::uuid[]) AS w (id, membership_id)
    JOIN living l ON l.id = w.membership_id
    ORDER BY w.membership_id, w.id
    ON CONFLICT (organization_id, team_id, membership_id) WHERE deleted_at IS NULL DO NOTHING
    RETURNING id
)
SELECT
    w.id,
    w.membership_id IN (SELECT l.id FROM living l) AS is_living,
    w.id IN (SELECT a.id FROM added a) AS is_added
FROM unnest($3::uuid[], $4::uuid[]) AS w (id, membership_id)
