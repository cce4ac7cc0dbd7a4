DELETE FROM contact_event_days d
WHERE d.organization_id = $1 AND d.campaign_id = $2
    -- The first ones, and all of what the last of them did.
    AND d.contact_id <= coalesce(
        (
            SELECT k.contact_id
            FROM contact_event_days k
            WHERE k.organization_id = $1 AND k.campaign_id = $2
            ORDER BY k.contact_id, k.event_type, k.is_machine, k.date
            LIMIT 1
            OFFSET $3
        ),
        'ffffffff-ffff-ffff-ffff-ffffffffffff')
