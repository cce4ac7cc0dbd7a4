//! `campaign_contact_assignments` and `campaign_counts`

use async_trait::async_trait;
use campaigns::ports::Assignments;
use campaigns::{
    AddressStatus, Assignment, BounceKind, Deed, Engagement, Exclusion, Recipient, RecipientFilter,
    Settled,
};
use kernel::{CampaignId, ContactId, Cursor, Page, PageRequest, StorageError, Timestamp};
use sea_orm::FromQueryResult;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::unit::PostgresUnit;

const ASSIGN: &str = include_str!("assign.sql");
const SETTLE: &str = include_str!("settle.sql");
const GIVE_UP: &str = include_str!("give_up.sql");
const ENGAGE: &str = include_str!("engage.sql");

/// From how many rows on a campaign's counts are summed up.
const MANY: i64 = 64;

/// Others who sum up the same campaign at the same time take other rows; each sum is exact.
const SUM_UP: &str = "WITH taken AS (\
         SELECT t.id FROM campaign_counts t WHERE t.organization_id = $1 AND t.campaign_id = $2 \
         FOR UPDATE SKIP LOCKED\
     ), gone AS (\
         DELETE FROM campaign_counts g \
         WHERE g.organization_id = $1 AND g.campaign_id = $2 AND g.id IN (SELECT taken.id FROM taken) \
         RETURNING g.*\
     ) \
     INSERT INTO campaign_counts (organization_id, campaign_id, assigned, skipped, sent, bounced, failed, created_at) \
     SELECT $1, $2, sum(assigned), sum(skipped), sum(sent), sum(bounced), sum(failed), max(created_at) \
     FROM gone HAVING count(*) > 0";

#[derive(FromQueryResult)]
struct Number {
    number: i64,
}

#[derive(FromQueryResult)]
struct Due {
    contact_id: Uuid,
}

#[derive(FromQueryResult)]
struct Next {
    scheduled_send_time: OffsetDateTime,
}

#[derive(FromQueryResult)]
struct Bounces {
    contact_id: Uuid,
    bounces: i64,
}

#[derive(FromQueryResult)]
struct RecipientRow {
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

#[async_trait]
impl Assignments for PostgresUnit {
    async fn assign(
        &self,
        campaign: CampaignId,
        assignments: &[Assignment],
        at: Timestamp,
    ) -> Result<u64, StorageError> {
        let contacts: Vec<_> = assignments.iter().map(|it| it.contact.as_uuid()).collect();
        let reasons: Vec<_> = assignments
            .iter()
            .map(|it| it.decision.err().map_or("", Exclusion::as_str).to_owned())
            .collect();
        let validations: Vec<_> = assignments
            .iter()
            .map(|it| it.validation.as_str().to_owned())
            .collect();
        let times: Vec<_> = assignments
            .iter()
            .map(|it| it.decision.unwrap_or(at))
            .collect();
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            contacts.into(),
            reasons.into(),
            validations.into(),
            times.into(),
            at.into(),
        ];
        let added = self.one::<Number>(ASSIGN, values).await?;
        self.sum_up_recipients(campaign).await?;
        Ok(added.map_or(0, |added| count(added.number)))
    }

    async fn claim_due(
        &self,
        campaign: CampaignId,
        until: Timestamp,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError> {
        let sql = "SELECT a.contact_id FROM campaign_contact_assignments a \
                   WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.status = 'pending' \
                   AND a.scheduled_send_time <= $3 ORDER BY a.scheduled_send_time, a.contact_id LIMIT $4 \
                   FOR UPDATE SKIP LOCKED";
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            until.into(),
            i64::from(limit).into(),
        ];
        let due = self.all::<Due>(sql, values).await?;
        let contacts = due
            .into_iter()
            .map(|row| ContactId::from_uuid(row.contact_id));
        Ok(contacts.collect())
    }

    async fn next_due(&self, campaign: CampaignId) -> Result<Option<Timestamp>, StorageError> {
        let sql = "SELECT a.scheduled_send_time FROM campaign_contact_assignments a \
                   WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.status = 'pending' \
                   ORDER BY a.scheduled_send_time LIMIT 1";
        let values = [self.organization().into(), campaign.as_uuid().into()];
        let next = self.one::<Next>(sql, values).await?;
        Ok(next.map(|row| row.scheduled_send_time))
    }

    async fn settle(
        &self,
        campaign: CampaignId,
        settled: &[Settled],
        at: Timestamp,
    ) -> Result<u64, StorageError> {
        let contacts: Vec<_> = settled.iter().map(|it| it.contact.as_uuid()).collect();
        let statuses: Vec<_> = settled
            .iter()
            .map(|it| it.status().as_str().to_owned())
            .collect();
        let reasons: Vec<_> = settled
            .iter()
            .map(|it| it.reason().unwrap_or_default().to_owned())
            .collect();
        let validations: Vec<_> = settled
            .iter()
            .map(|it| it.validation.map_or("", AddressStatus::as_str).to_owned())
            .collect();
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            contacts.into(),
            statuses.into(),
            reasons.into(),
            validations.into(),
            at.into(),
        ];
        let changed = self.one::<Number>(SETTLE, values).await?;
        self.sum_up_recipients(campaign).await?;
        Ok(changed.map_or(0, |changed| count(changed.number)))
    }

    async fn give_up(&self, campaign: CampaignId, at: Timestamp) -> Result<u64, StorageError> {
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            Exclusion::Ended.as_str().into(),
            at.into(),
        ];
        let changed = self.one::<Number>(GIVE_UP, values).await?;
        Ok(changed.map_or(0, |changed| count(changed.number)))
    }

    async fn engage(
        &self,
        campaign: CampaignId,
        contact: ContactId,
        deed: Deed,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            contact.as_uuid().into(),
            deed.as_str().into(),
            at.into(),
        ];
        Ok(self.execute_sql(ENGAGE, values).await? == 1)
    }

    async fn leave(
        &self,
        campaign: CampaignId,
        contact: ContactId,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE campaign_contact_assignments SET status = 'unsubscribed', updated_at = $4 \
                   WHERE organization_id = $1 AND campaign_id = $2 AND contact_id = $3 \
                   AND status IN ('sent', 'delivered')";
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            contact.as_uuid().into(),
            at.into(),
        ];
        Ok(self.execute_sql(sql, values).await? == 1)
    }

    async fn count_soft_bounces(
        &self,
        contacts: &[ContactId],
        since: Timestamp,
    ) -> Result<Vec<(ContactId, u64)>, StorageError> {
        let sql = "SELECT wanted.contact_id, found.bounces FROM unnest($2::uuid[]) AS wanted (contact_id) \
                   CROSS JOIN LATERAL (\
                       SELECT count(*) AS bounces FROM campaign_contact_assignments a \
                       WHERE a.organization_id = $1 AND a.contact_id = wanted.contact_id \
                       AND a.status = 'bounced' AND a.reason = $3 AND a.sent_at >= $4 OFFSET 0\
                   ) AS found WHERE found.bounces > 0 ORDER BY wanted.contact_id";
        let contacts: Vec<_> = contacts.iter().map(|contact| contact.as_uuid()).collect();
        let values = [
            self.organization().into(),
            contacts.into(),
            BounceKind::Soft.as_str().into(),
            since.into(),
        ];
        let rows = self.all::<Bounces>(sql, values).await?;
        let counts = rows
            .into_iter()
            .map(|row| (ContactId::from_uuid(row.contact_id), count(row.bounces)));
        Ok(counts.collect())
    }

    async fn list(
        &self,
        campaign: CampaignId,
        filter: &RecipientFilter,
        page: &PageRequest,
    ) -> Result<Page<Recipient>, StorageError> {
        let sql = "SELECT a.* FROM campaign_contact_assignments a \
                   WHERE a.organization_id = $1 AND a.campaign_id = $2 \
                   AND ($3::text IS NULL OR a.status = $3) AND ($4::text IS NULL OR a.reason = $4) \
                   AND a.contact_id > $5 ORDER BY a.contact_id LIMIT $6";
        let (after, most) = bounds(page);
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            filter
                .status
                .map(|status| status.as_str().to_owned())
                .into(),
            filter.reason.clone().into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<RecipientRow>(sql, values).await?;
        let recipients = rows.into_iter().map(Recipient::try_from);
        Ok(Page::from_overfull(
            recipients.collect::<Result<_, _>>()?,
            page.limit,
            |recipient| Cursor::Id(recipient.contact.as_uuid()),
        ))
    }
}

impl PostgresUnit {
    /// Sums up the counts of a campaign where they are many.
    async fn sum_up_recipients(&self, campaign: CampaignId) -> Result<(), StorageError> {
        let sql = "SELECT count(*) AS number FROM campaign_counts c \
                   WHERE c.organization_id = $1 AND c.campaign_id = $2";
        let values = || [self.organization().into(), campaign.as_uuid().into()];
        let rows = self.one::<Number>(sql, values()).await?;
        if rows.is_some_and(|rows| rows.number > MANY) {
            self.execute_sql(SUM_UP, values()).await?;
        }
        Ok(())
    }
}

/// A count is never below zero.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
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
