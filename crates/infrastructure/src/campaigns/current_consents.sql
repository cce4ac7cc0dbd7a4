SELECT latest.*
FROM unnest($2::uuid[]) AS wanted (contact_id)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (c.consent_type)
        c.id, c.created_at, c.contact_id, c.lead_id, c.consent_type, c.granted, c.consent_text, c.text_version_id,
        c.source, c.campaign_id, host(c.ip_address) AS ip, c.user_agent
    FROM consent_records c
    WHERE c.organization_id = $1 AND c.contact_id = wanted.contact_id
    ORDER BY c.consent_type, c.created_at DESC, c.id DESC
) AS latest
