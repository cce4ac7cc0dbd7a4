UPDATE campaign_contact_assignments a
SET
    open_count = a.open_count + ($4::text = 'open')::integer,
    first_opened_at = CASE $4::text WHEN 'open' THEN least(a.first_opened_at, $5::timestamptz) ELSE a.first_opened_at END,
    last_opened_at = CASE $4::text WHEN 'open' THEN greatest(a.last_opened_at, $5::timestamptz) ELSE a.last_opened_at END,
    click_count = a.click_count + ($4::text = 'click')::integer,
    first_clicked_at = CASE $4::text WHEN 'click' THEN least(a.first_clicked_at, $5::timestamptz) ELSE a.first_clicked_at END,
    last_clicked_at = CASE $4::text WHEN 'click' THEN greatest(a.last_clicked_at, $5::timestamptz) ELSE a.last_clicked_at END,
    view_count = a.view_count + ($4::text = 'view')::integer,
    first_viewed_at = CASE $4::text WHEN 'view' THEN least(a.first_viewed_at, $5::timestamptz) ELSE a.first_viewed_at END,
    last_viewed_at = CASE $4::text WHEN 'view' THEN greatest(a.last_viewed_at, $5::timestamptz) ELSE a.last_viewed_at END,
    submit_count = a.submit_count + ($4::text = 'submit')::integer,
    first_submitted_at = CASE $4::text WHEN 'submit' THEN least(a.first_submitted_at, $5::timestamptz) ELSE a.first_submitted_at END,
    last_submitted_at = CASE $4::text WHEN 'submit' THEN greatest(a.last_submitted_at, $5::timestamptz) ELSE a.last_submitted_at END,
    updated_at = $5
WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.contact_id = $3
