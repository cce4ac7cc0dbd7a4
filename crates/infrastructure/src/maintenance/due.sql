SELECT due.plural FROM (
    SELECT 'leads' AS plural,
        EXISTS (SELECT FROM leads t WHERE t.organization_id = $1 AND t.deleted_at < $2) AS is_due
    UNION ALL
    SELECT 'lead_views',
        EXISTS (SELECT FROM lead_views t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'contacts',
        EXISTS (SELECT FROM contacts t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'campaigns',
        EXISTS (SELECT FROM campaigns t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'contact_lists',
        EXISTS (SELECT FROM contact_lists t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'email_templates',
        EXISTS (SELECT FROM email_templates t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'forms',
        EXISTS (SELECT FROM forms t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'team_members',
        EXISTS (SELECT FROM team_members t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'teams',
        EXISTS (SELECT FROM teams t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'memberships',
        EXISTS (SELECT FROM memberships t WHERE t.organization_id = $1 AND t.deleted_at < $2)
    UNION ALL
    SELECT 'roles',
        EXISTS (SELECT FROM roles t WHERE t.organization_id = $1 AND t.deleted_at < $2)
) AS due WHERE due.is_due
