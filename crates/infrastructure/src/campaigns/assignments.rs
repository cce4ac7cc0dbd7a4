//! `campaign_contact_assignments` and `campaign_counts`

use std::collections::BTreeSet;

use async_trait::async_trait;
use campaigns::ports::Assignments;
use campaigns::{
    AddressStatus, Assignment, BounceKind, Bounced, Engaged, Exclusion, PlannedMail, Played,
    Recipient, RecipientFilter, RecipientStatus, Settled, Trace,
};
use kernel::{CampaignId, ContactId, Cursor, Page, PageRequest, StorageError, Timestamp};
use sea_orm::FromQueryResult;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::recipient_rows::{PlannedRow, RecipientRow, TraceRow};
use crate::page::bounds;
use crate::unit::PostgresUnit;

const ASSIGN: &str = include_str!("assign.sql");
const SETTLE: &str = include_str!("settle.sql");
const GIVE_UP: &str = include_str!("give_up.sql");
const PLAY: &str = include_str!("play.sql");
const ENGAGE: &str = include_str!("engage.sql");
const BOUNCE: &str = include_str!("bounce.sql");
const LEAVE: &str = include_str!("leave.sql");
const TRACES: &str = include_str!("traces.sql");

/// The recipients of a campaign.
const LISTED: &str = "SELECT a.* FROM campaign_contact_assignments a \
    WHERE a.organization_id = $1 AND a.campaign_id = $2 AND ($3::text IS NULL OR a.reason = $3) \
    AND a.contact_id > $4 ORDER BY a.contact_id LIMIT $5";

/// Those of them who stand in one way.
const LISTED_BY_STATUS: &str = "SELECT a.* FROM campaign_contact_assignments a \
    WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.status = $3 AND ($4::text IS NULL OR a.reason = $4) \
    AND a.contact_id > $5 ORDER BY a.contact_id LIMIT $6";

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
struct Changed {
    campaign_id: Uuid,
    contact_id: Uuid,
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

    async fn give_up(
        &self,
        campaign: CampaignId,
        limit: u16,
        at: Timestamp,
    ) -> Result<u64, StorageError> {
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            Exclusion::Ended.as_str().into(),
            at.into(),
            i64::from(limit).into(),
        ];
        let changed = self.one::<Number>(GIVE_UP, values).await?;
        self.sum_up_recipients(campaign).await?;
        Ok(changed.map_or(0, |changed| count(changed.number)))
    }

    async fn find_traces(
        &self,
        recipients: &[(CampaignId, ContactId)],
    ) -> Result<Vec<Trace>, StorageError> {
        let campaigns: Vec<_> = recipients.iter().map(|(it, _)| it.as_uuid()).collect();
        let contacts: Vec<_> = recipients.iter().map(|(_, it)| it.as_uuid()).collect();
        let values = [
            self.organization().into(),
            campaigns.into(),
            contacts.into(),
        ];
        let rows = self.all::<TraceRow>(TRACES, values).await?;
        Ok(rows.into_iter().map(Trace::from).collect())
    }

    async fn engage(&self, deeds: &[Engaged], at: Timestamp) -> Result<u64, StorageError> {
        let campaigns: Vec<_> = deeds.iter().map(|it| it.campaign.as_uuid()).collect();
        let contacts: Vec<_> = deeds.iter().map(|it| it.contact.as_uuid()).collect();
        let kinds: Vec<_> = deeds.iter().map(|it| it.deed.as_str().to_owned()).collect();
        let times: Vec<_> = deeds.iter().map(|it| it.at).collect();
        let values = [
            self.organization().into(),
            campaigns.into(),
            contacts.into(),
            kinds.into(),
            times.into(),
            at.into(),
        ];
        self.execute_sql(ENGAGE, values).await
    }

    async fn bounce(
        &self,
        bounced: &[Bounced],
        at: Timestamp,
    ) -> Result<Vec<(CampaignId, ContactId)>, StorageError> {
        let campaigns: Vec<_> = bounced.iter().map(|it| it.campaign.as_uuid()).collect();
        let contacts: Vec<_> = bounced.iter().map(|it| it.contact.as_uuid()).collect();
        let kinds: Vec<_> = bounced
            .iter()
            .map(|it| it.kind.as_str().to_owned())
            .collect();
        let values = [
            self.organization().into(),
            campaigns.into(),
            contacts.into(),
            kinds.into(),
            at.into(),
        ];
        let changed = self.all::<Changed>(BOUNCE, values).await?;
        let changed: Vec<_> = changed.into_iter().map(Changed::recipient).collect();
        let campaigns: BTreeSet<_> = changed.iter().map(|(campaign, _)| *campaign).collect();
        for campaign in campaigns {
            self.sum_up_recipients(campaign).await?;
        }
        Ok(changed)
    }

    async fn leave(
        &self,
        recipients: &[(CampaignId, ContactId)],
        at: Timestamp,
    ) -> Result<Vec<(CampaignId, ContactId)>, StorageError> {
        let campaigns: Vec<_> = recipients.iter().map(|(it, _)| it.as_uuid()).collect();
        let contacts: Vec<_> = recipients.iter().map(|(_, it)| it.as_uuid()).collect();
        let values = [
            self.organization().into(),
            campaigns.into(),
            contacts.into(),
            at.into(),
        ];
        let left = self.all::<Changed>(LEAVE, values).await?;
        Ok(left.into_iter().map(Changed::recipient).collect())
    }

    async fn planned(
        &self,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<PlannedMail>, StorageError> {
        let sql = "SELECT a.contact_id, a.status, a.validation_status, a.scheduled_send_time \
                   FROM campaign_contact_assignments a \
                   WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.contact_id > $3 \
                   AND a.scheduled_send_time IS NOT NULL ORDER BY a.contact_id LIMIT $4";
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            after.map_or(Uuid::nil(), ContactId::as_uuid).into(),
            i64::from(limit).into(),
        ];
        let rows = self.all::<PlannedRow>(sql, values).await?;
        rows.into_iter().map(PlannedMail::try_from).collect()
    }

    async fn play(
        &self,
        campaign: CampaignId,
        played: &[Played],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        if played.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = played.iter().map(played_row).collect();
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            Json::Array(rows).into(),
            at.into(),
        ];
        self.one::<Number>(PLAY, values).await?;
        self.sum_up_recipients(campaign).await
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
                       AND a.status = 'bounced' AND a.reason = $3 AND a.sent_at >= $4 \
                       AND NOT EXISTS (SELECT FROM email_send_simulations s \
                           WHERE s.organization_id = $1 AND s.campaign_id = a.campaign_id) OFFSET 0\
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
        let (after, most) = bounds(page);
        let (organization, campaign) = (self.organization().into(), campaign.as_uuid().into());
        let reason = filter.reason.clone().into();
        // A plan that is made once for all values cannot skip a condition that is not asked for.
        let rows = if let Some(status) = filter.status {
            let status = status.as_str().into();
            let (after, most) = (after.into(), most.into());
            let values = [organization, campaign, status, reason, after, most];
            self.all::<RecipientRow>(LISTED_BY_STATUS, values).await?
        } else {
            let values = [organization, campaign, reason, after.into(), most.into()];
            self.all::<RecipientRow>(LISTED, values).await?
        };
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

fn played_row(played: &Played) -> Json {
    let instant = |at: Option<Timestamp>| at.and_then(|at| at.format(&Rfc3339).ok());
    let mut row = json!({
        "contact_id": played.contact,
        "status": played.status().map(RecipientStatus::as_str),
        "reason": played.bounced.map(BounceKind::as_str),
        "sent_at": instant(played.sent_at),
    });
    for (many, one, engagement) in [
        ("opens", "open", played.opens),
        ("clicks", "click", played.clicks),
        ("views", "view", played.views),
        ("submits", "submit", played.submits),
    ] {
        row[many] = json!(engagement.count);
        row[format!("first_{one}")] = json!(instant(engagement.first));
        row[format!("last_{one}")] = json!(instant(engagement.last));
    }
    row
}

/// A count is never below zero.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

impl Changed {
    fn recipient(self) -> (CampaignId, ContactId) {
        (
            CampaignId::from_uuid(self.campaign_id),
            ContactId::from_uuid(self.contact_id),
        )
    }
}
