INSERT INTO events (
    organization_id, id, "timestamp", event_type, campaign_id, contact_id, event_data, user_agent, ip_address,
    session_id, origin, actor_verdict, actor_reason, created_at)
SELECT
    $1, event.id, event.at, event.event_type, event.campaign_id, event.contact_id, event.event_data::jsonb,
    event.user_agent, event.ip_address::inet, event.session_id, event.origin, event.actor_verdict, event.actor_reason, $14
FROM unnest(
    $2::uuid[], $3::timestamptz[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::uuid[],
    $11::text[], $12::text[], $13::text[]) AS event (
    id, at, event_type, campaign_id, contact_id, event_data, user_agent, ip_address, session_id, origin, actor_verdict,
    actor_reason)
-- Half of the events first, and then those in between. PostgreSQL splits a full page of an index in halves, and what is
-- inserted in ascending order leaves each left half as it is; in this way the second half of a batch fills them. A bit of
-- its id tells to which half an event belongs, so that all batches insert events in one order, and none waits in a circle.
ORDER BY get_byte(uuid_send(event.id), 15) % 2, event.at, event.id
ON CONFLICT (organization_id, id, "timestamp") DO NOTHING
RETURNING id
