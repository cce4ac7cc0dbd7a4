WITH changed AS (
    UPDATE campaign_contact_assignments a
    SET
        status = coalesce(played.status, a.status),
        reason = CASE WHEN played.status IS NULL THEN a.reason ELSE played.reason END,
        sent_at = coalesce(a.sent_at, played.sent_at),
        open_count = a.open_count + played.opens,
        first_opened_at = least(a.first_opened_at, played.first_open),
        last_opened_at = greatest(a.last_opened_at, played.last_open),
        click_count = a.click_count + played.clicks,
        first_clicked_at = least(a.first_clicked_at, played.first_click),
        last_clicked_at = greatest(a.last_clicked_at, played.last_click),
        view_count = a.view_count + played.views,
        first_viewed_at = least(a.first_viewed_at, played.first_view),
        last_viewed_at = greatest(a.last_viewed_at, played.last_view),
        submit_count = a.submit_count + played.submits,
        first_submitted_at = least(a.first_submitted_at, played.first_submit),
        last_submitted_at = greatest(a.last_submitted_at, played.last_submit),
        updated_at = $4
    FROM jsonb_to_recordset($3) AS played (
        contact_id uuid, status text, reason text, sent_at timestamptz,
        opens integer, first_open timestamptz, last_open timestamptz,
        clicks integer, first_click timestamptz, last_click timestamptz,
        views integer, first_view timestamptz, last_view timestamptz,
        submits integer, first_submit timestamptz, last_submit timestamptz)
    WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.contact_id = played.contact_id
    RETURNING played.sent_at IS NOT NULL AS is_sent, played.status = 'bounced' AS is_bounced
)
INSERT INTO campaign_counts (organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at)
SELECT $1, $2, 0, 0, count(*) FILTER (WHERE changed.is_sent), count(*) FILTER (WHERE changed.is_bounced), 0, $4
FROM changed
HAVING count(*) FILTER (WHERE changed.is_sent OR changed.is_bounced) > 0
RETURNING sent::bigint AS number
