INSERT INTO consent_records (
    organization_id, id, created_at, contact_id, lead_id, consent_type, granted, consent_text, text_version_id, source,
    campaign_id, ip_address, user_agent)
SELECT
    $1, given.id, given.at, given.contact_id, given.lead_id, given.consent_type, given.granted, given.consent_text,
    given.text_version_id, given.source, given.campaign_id, given.ip_address::inet, given.user_agent
FROM unnest(
    $2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::text[], $7::boolean[], $8::text[], $9::uuid[], $10::text[],
    $11::uuid[], $12::text[], $13::text[]) AS given (
    id, at, contact_id, lead_id, consent_type, granted, consent_text, text_version_id, source, campaign_id, ip_address,
    user_agent)
RETURNING id
