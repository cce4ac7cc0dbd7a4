//! Recipients as they are read from `campaign_contact_assignments`

use campaigns::{Engagement, PlannedMail, Recipient, Trace};
use kernel::{CampaignId, ContactId, StorageError};
use sea_orm::FromQueryResult;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;

#[derive(FromQueryResult)]
pub(super) struct PlannedRow {
    contact_id: Uuid,
    status: String,
    validation_status: String,
    scheduled_send_time: OffsetDateTime,
}

#[derive(FromQueryResult)]
pub(super) struct TraceRow {
    campaign_id: Uuid,
    contact_id: Uuid,
    sent_at: Option<OffsetDateTime>,
    first_opened_at: Option<OffsetDateTime>,
    last_at: Option<OffsetDateTime>,
}

#[derive(FromQueryResult)]
pub(super) struct RecipientRow {
    contact_id: Uuid,
    status: String,
    reason: Option<String>,
    validation_status: String,
    scheduled_send_time: Option<OffsetDateTime>,
    sent_at: Option<OffsetDateTime>,
    open_count: i32,
    first_opened_at: Option<OffsetDateTime>,
    last_opened_at: Option<OffsetDateTime>,
    click_count: i32,
    first_clicked_at: Option<OffsetDateTime>,
    last_clicked_at: Option<OffsetDateTime>,
    view_count: i32,
    first_viewed_at: Option<OffsetDateTime>,
    last_viewed_at: Option<OffsetDateTime>,
    submit_count: i32,
    first_submitted_at: Option<OffsetDateTime>,
    last_submitted_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
}

impl TryFrom<PlannedRow> for PlannedMail {
    type Error = StorageError;

    fn try_from(row: PlannedRow) -> Result<Self, StorageError> {
        let status = row.status.parse().ok();
        Ok(Self {
            contact: ContactId::from_uuid(row.contact_id),
            status: status.ok_or_else(|| corrupt("campaign_contact_assignments.status"))?,
            validation: row.validation_status.parse()?,
            send_time: row.scheduled_send_time,
        })
    }
}

fn engagement(
    count: i32,
    first: Option<OffsetDateTime>,
    last: Option<OffsetDateTime>,
) -> Engagement {
    Engagement {
        count: u32::try_from(count).unwrap_or_default(),
        first,
        last,
    }
}

impl From<TraceRow> for Trace {
    fn from(row: TraceRow) -> Self {
        Self {
            campaign: CampaignId::from_uuid(row.campaign_id),
            contact: ContactId::from_uuid(row.contact_id),
            sent_at: row.sent_at,
            first_opened_at: row.first_opened_at,
            last_at: row.last_at,
        }
    }
}

impl TryFrom<RecipientRow> for Recipient {
    type Error = StorageError;

    fn try_from(row: RecipientRow) -> Result<Self, StorageError> {
        let status = row.status.parse().ok();
        Ok(Self {
            contact: ContactId::from_uuid(row.contact_id),
            status: status.ok_or_else(|| corrupt("campaign_contact_assignments.status"))?,
            reason: row.reason,
            validation: row.validation_status.parse()?,
            scheduled_send_time: row.scheduled_send_time,
            sent_at: row.sent_at,
            opens: engagement(row.open_count, row.first_opened_at, row.last_opened_at),
            clicks: engagement(row.click_count, row.first_clicked_at, row.last_clicked_at),
            views: engagement(row.view_count, row.first_viewed_at, row.last_viewed_at),
            submits: engagement(
                row.submit_count,
                row.first_submitted_at,
                row.last_submitted_at,
            ),
            assigned_at: row.created_at,
        })
    }
}
