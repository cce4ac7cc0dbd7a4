WITH done AS (
    SELECT
        deed.campaign_id, deed.contact_id,
        count(*) FILTER (WHERE deed.kind = 'open')::integer AS opens,
        min(deed.at) FILTER (WHERE deed.kind = 'open') AS first_opened,
        max(deed.at) FILTER (WHERE deed.kind = 'open') AS last_opened,
        count(*) FILTER (WHERE deed.kind = 'click')::integer AS clicks,
        min(deed.at) FILTER (WHERE deed.kind = 'click') AS first_clicked,
        max(deed.at) FILTER (WHERE deed.kind = 'click') AS last_clicked,
        count(*) FILTER (WHERE deed.kind = 'view')::integer AS views,
        min(deed.at) FILTER (WHERE deed.kind = 'view') AS first_viewed,
        max(deed.at) FILTER (WHERE deed.kind = 'view') AS last_viewed,
        count(*) FILTER (WHERE deed.kind = 'submit')::integer AS submits,
        min(deed.at) FILTER (WHERE deed.kind = 'submit') AS first_submitted,
        max(deed.at) FILTER (WHERE deed.kind = 'submit') AS last_submitted
    FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[]) AS deed (campaign_id, contact_id, kind, at)
    GROUP BY deed.campaign_id, deed.contact_id
)
UPDATE campaign_contact_assignments a
SET
    open_count = a.open_count + done.opens,
    first_opened_at = least(a.first_opened_at, done.first_opened),
    last_opened_at = greatest(a.last_opened_at, done.last_opened),
    click_count = a.click_count + done.clicks,
    first_clicked_at = least(a.first_clicked_at, done.first_clicked),
    last_clicked_at = greatest(a.last_clicked_at, done.last_clicked),
    view_count = a.view_count + done.views,
    first_viewed_at = least(a.first_viewed_at, done.first_viewed),
    last_viewed_at = greatest(a.last_viewed_at, done.last_viewed),
    submit_count = a.submit_count + done.submits,
    first_submitted_at = least(a.first_submitted_at, done.first_submitted),
    last_submitted_at = greatest(a.last_submitted_at, done.last_submitted),
    updated_at = $6
FROM done
WHERE a.organization_id = $1 AND a.campaign_id = done.campaign_id AND a.contact_id = done.contact_id
