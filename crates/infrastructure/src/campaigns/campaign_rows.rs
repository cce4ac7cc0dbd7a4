//! `campaigns`, `campaign_lists` and the sums of `campaign_counts`

use std::str::FromStr;

use async_trait::async_trait;
use campaigns::ports::CampaignRepository;
use campaigns::{
    Campaign, CampaignCounts, CampaignError, CampaignFilter, CampaignPlan, CampaignState,
    CampaignTimes, CountedCampaign, SendRate,
};
use kernel::{
    CampaignId, ContactListId, Cursor, EmailTemplateVersionId, FormVersionId, OrganizationId, Page,
    PageRequest, Slug, StorageError, UserId, Version,
};
use sea_orm::FromQueryResult;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

/// Campaigns that are not deleted.
const LIVING: &str = "SELECT c.*, ARRAY(SELECT l.list_id FROM campaign_lists l \
         WHERE l.organization_id = $1 AND l.campaign_id = c.id ORDER BY l.list_id) AS list_ids \
     FROM campaigns c WHERE c.organization_id = $1 AND c.deleted_at IS NULL \
     AND ($2::text IS NULL OR position($2 in c.name_folded) > 0) AND c.id > $3 ORDER BY c.id LIMIT $4";

/// Those of them with one status.
const LIVING_OF_STATUS: &str = "SELECT c.*, ARRAY(SELECT l.list_id FROM campaign_lists l \
         WHERE l.organization_id = $1 AND l.campaign_id = c.id ORDER BY l.list_id) AS list_ids \
     FROM campaigns c WHERE c.organization_id = $1 AND c.deleted_at IS NULL AND c.status = $2 \
     AND ($3::text IS NULL OR position($3 in c.name_folded) > 0) AND c.id > $4 ORDER BY c.id LIMIT $5";

/// Deleted campaigns, of one status or any.
const DELETED: &str = "SELECT c.*, ARRAY(SELECT l.list_id FROM campaign_lists l \
         WHERE l.organization_id = $1 AND l.campaign_id = c.id ORDER BY l.list_id) AS list_ids \
     FROM campaigns c WHERE c.organization_id = $1 AND c.deleted_at IS NOT NULL \
     AND ($2::text IS NULL OR c.status = $2) \
     AND ($3::text IS NULL OR position($3 in c.name_folded) > 0) AND c.id > $4 ORDER BY c.id LIMIT $5";

#[derive(FromQueryResult)]
struct CampaignRow {
    organization_id: Uuid,
    id: Uuid,
    name: String,
    description: String,
    status: String,
    run: i32,
    email_template_version_id: Option<Uuid>,
    form_version_id: Option<Uuid>,
    landing_page_slug: Option<String>,
    landing_title: Option<String>,
    landing_text: String,
    risky_addresses: Option<String>,
    past_schedule: String,
    send_rate: Option<i32>,
    scheduled_at: Option<OffsetDateTime>,
    missed_at: Option<OffsetDateTime>,
    started_at: Option<OffsetDateTime>,
    ended_at: Option<OffsetDateTime>,
    paused_at: Option<OffsetDateTime>,
    delay_ms: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
    deleted_at: Option<OffsetDateTime>,
    list_ids: Vec<Uuid>,
}

#[derive(FromQueryResult)]
struct Known {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct CountsRow {
    campaign_id: Uuid,
    assigned: i64,
    skipped: i64,
    sent: i64,
    bounced: i64,
    failed: i64,
}

#[async_trait]
impl CampaignRepository for PostgresUnit {
    async fn insert(&self, campaign: &Campaign) -> Result<(), StorageError> {
        let sql = "INSERT INTO campaigns (organization_id, id, name, name_folded, description, status, run, \
                   email_template_version_id, form_version_id, landing_page_slug, landing_title, landing_text, \
                   risky_addresses, past_schedule, send_rate, scheduled_at, missed_at, started_at, ended_at, paused_at, \
                   delay_ms, created_at, updated_at, created_by, updated_by, version, deleted_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
                   $19, $20, $21, $22, $23, $24, $25, $26, $27)";
        let stamps = &campaign.state().stamps;
        let values = self.of_campaign(campaign).into_iter().chain([
            stamps.created_at.into(),
            stamps.updated_at.into(),
            stamps.created_by.map(UserId::as_uuid).into(),
            stamps.updated_by.map(UserId::as_uuid).into(),
            stamps.version.number().into(),
            stamps.deleted_at.into(),
        ]);
        self.execute_sql(sql, values).await?;
        self.write_lists(campaign).await
    }

    async fn find(&self, id: CampaignId) -> Result<Option<Campaign>, StorageError> {
        let sql = "SELECT c.*, ARRAY(SELECT l.list_id FROM campaign_lists l \
                   WHERE l.organization_id = $1 AND l.campaign_id = c.id ORDER BY l.list_id) AS list_ids \
                   FROM campaigns c WHERE c.organization_id = $1 AND c.id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<CampaignRow>(sql, values).await?;
        row.map(Campaign::try_from).transpose()
    }

    async fn find_for_share(&self, id: CampaignId) -> Result<Option<Campaign>, StorageError> {
        let sql = "SELECT c.*, ARRAY(SELECT l.list_id FROM campaign_lists l \
                   WHERE l.organization_id = $1 AND l.campaign_id = c.id ORDER BY l.list_id) AS list_ids \
                   FROM campaigns c WHERE c.organization_id = $1 AND c.id = $2 FOR SHARE OF c";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<CampaignRow>(sql, values).await?;
        row.map(Campaign::try_from).transpose()
    }

    async fn known(&self, ids: &[CampaignId]) -> Result<Vec<CampaignId>, StorageError> {
        let sql = "SELECT c.id FROM campaigns c WHERE c.organization_id = $1 AND c.id = ANY ($2)";
        let ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
        let values = [self.organization().into(), ids.into()];
        let known = self.all::<Known>(sql, values).await?;
        let known = known.into_iter().map(|row| CampaignId::from_uuid(row.id));
        Ok(known.collect())
    }

    async fn find_by_landing_page(&self, slug: &Slug) -> Result<Option<Campaign>, StorageError> {
        let sql = "SELECT c.*, ARRAY(SELECT l.list_id FROM campaign_lists l \
                   WHERE l.organization_id = $1 AND l.campaign_id = c.id ORDER BY l.list_id) AS list_ids \
                   FROM campaigns c \
                   WHERE c.organization_id = $1 AND c.landing_page_slug = $2 AND c.deleted_at IS NULL";
        let values = [self.organization().into(), slug.as_str().into()];
        let row = self.one::<CampaignRow>(sql, values).await?;
        row.map(Campaign::try_from).transpose()
    }

    async fn list(
        &self,
        filter: &CampaignFilter,
        page: &PageRequest,
    ) -> Result<Page<CountedCampaign>, StorageError> {
        let (after, most) = bounds(page);
        let name = filter.name.as_ref().map(kernel::Name::case_folded);
        let status = filter.status.map(|status| status.as_str().to_owned());
        let organization = self.organization().into();
        // A plan that is made once for all values cannot skip a condition that is not asked for.
        let rows = match (filter.deleted, status) {
            (false, None) => {
                let values = [organization, name.into(), after.into(), most.into()];
                self.all::<CampaignRow>(LIVING, values).await?
            }
            (false, Some(status)) => {
                let (after, most) = (after.into(), most.into());
                let values = [organization, status.into(), name.into(), after, most];
                self.all::<CampaignRow>(LIVING_OF_STATUS, values).await?
            }
            (true, status) => {
                let (after, most) = (after.into(), most.into());
                let values = [organization, status.into(), name.into(), after, most];
                self.all::<CampaignRow>(DELETED, values).await?
            }
        };
        let campaigns = rows.into_iter().map(Campaign::try_from);
        let page = Page::from_overfull(
            campaigns.collect::<Result<Vec<_>, _>>()?,
            page.limit,
            |campaign| Cursor::Id(campaign.id().as_uuid()),
        );
        let ids = page.items.iter().map(|it| it.id().as_uuid()).collect();
        let counts = self.sums(ids).await?;
        Ok(page.map(|campaign| {
            let of = campaign.id().as_uuid();
            let found = counts.iter().find(|row| row.campaign_id == of);
            let counts = found.map(CampaignCounts::from).unwrap_or_default();
            CountedCampaign { campaign, counts }
        }))
    }

    async fn update(&self, campaign: &Campaign, expected: Version) -> Result<(), CampaignError> {
        let sql = "UPDATE campaigns SET name = $3, name_folded = $4, description = $5, status = $6, run = $7, \
                   email_template_version_id = $8, form_version_id = $9, landing_page_slug = $10, \
                   landing_title = $11, landing_text = $12, risky_addresses = $13, past_schedule = $14, send_rate = $15, \
                   scheduled_at = $16, missed_at = $17, started_at = $18, ended_at = $19, paused_at = $20, \
                   delay_ms = $21, updated_at = $22, updated_by = $23, version = $24, deleted_at = $25 \
                   WHERE organization_id = $1 AND id = $2 AND version = $26";
        let stamps = &campaign.state().stamps;
        let values = self.of_campaign(campaign).into_iter().chain([
            stamps.updated_at.into(),
            stamps.updated_by.map(UserId::as_uuid).into(),
            stamps.version.number().into(),
            stamps.deleted_at.into(),
            expected.number().into(),
        ]);
        if self.execute_sql(sql, values).await? != 1 {
            return Err(CampaignError::Stale);
        }
        Ok(self.write_lists(campaign).await?)
    }

    async fn counts(&self, id: CampaignId) -> Result<CampaignCounts, StorageError> {
        let rows = self.sums(vec![id.as_uuid()]).await?;
        Ok(rows.first().map(CampaignCounts::from).unwrap_or_default())
    }
}

impl PostgresUnit {
    /// The columns of a campaign but for its stamps, its key first.
    fn of_campaign(&self, campaign: &Campaign) -> Vec<sea_orm::Value> {
        let state = campaign.state();
        let (plan, times) = (&state.plan, &state.times);
        let delay = i64::try_from(times.delay.whole_milliseconds()).unwrap_or(i64::MAX);
        let rate = plan.send_rate.map(SendRate::mails);
        vec![
            self.organization().into(),
            state.id.as_uuid().into(),
            state.name.to_string().into(),
            state.name.case_folded().into(),
            state.description.to_string().into(),
            state.status.as_str().into(),
            i32::try_from(state.run).unwrap_or(i32::MAX).into(),
            plan.email_template_version
                .map(EmailTemplateVersionId::as_uuid)
                .into(),
            plan.form_version.map(FormVersionId::as_uuid).into(),
            state.landing_page.as_ref().map(ToString::to_string).into(),
            state.landing_title.as_ref().map(ToString::to_string).into(),
            state.landing_text.to_string().into(),
            plan.risky_addresses
                .map(|policy| policy.as_str().to_owned())
                .into(),
            plan.past_schedule.as_str().into(),
            rate.and_then(|rate| i32::try_from(rate).ok()).into(),
            times.scheduled_at.into(),
            times.missed_at.into(),
            times.started_at.into(),
            times.ended_at.into(),
            times.paused_at.into(),
            delay.into(),
        ]
    }

    /// Makes the lists of a campaign those that it names.
    async fn write_lists(&self, campaign: &Campaign) -> Result<(), StorageError> {
        let state = campaign.state();
        let lists: Vec<Uuid> = state.plan.lists.iter().map(|id| id.as_uuid()).collect();
        let gone = "DELETE FROM campaign_lists \
                    WHERE organization_id = $1 AND campaign_id = $2 AND NOT list_id = ANY ($3)";
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            lists.clone().into(),
        ];
        self.execute_sql(gone, values).await?;
        let new = "INSERT INTO campaign_lists (organization_id, campaign_id, list_id, created_at) \
                   SELECT $1, $2, list_id, $4 FROM unnest($3::uuid[]) AS list_id \
                   ON CONFLICT (organization_id, campaign_id, list_id) DO NOTHING";
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            lists.into(),
            state.stamps.updated_at.into(),
        ];
        self.execute_sql(new, values).await.map(drop)
    }

    async fn sums(&self, campaigns: Vec<Uuid>) -> Result<Vec<CountsRow>, StorageError> {
        let sql = "SELECT n.campaign_id, sum(n.assigned) AS assigned, sum(n.skipped) AS skipped, sum(n.sent) AS sent, \
                   sum(n.bounced) AS bounced, sum(n.failed) AS failed \
                   FROM campaign_counts n WHERE n.organization_id = $1 AND n.campaign_id = ANY ($2) \
                   GROUP BY n.campaign_id";
        let values = [self.organization().into(), campaigns.into()];
        self.all::<CountsRow>(sql, values).await
    }
}

impl TryFrom<CampaignRow> for Campaign {
    type Error = StorageError;

    fn try_from(row: CampaignRow) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        let name = row.name.parse().ok();
        let description = row.description.parse().ok();
        let status = row.status.parse().ok();
        let run = u32::try_from(row.run).ok();
        let landing_page = read(row.landing_page_slug, "campaigns.landing_page_slug")?;
        let landing_title = read(row.landing_title, "campaigns.landing_title")?;
        let landing_text = row.landing_text.parse().ok();
        let risky = read(row.risky_addresses, "campaigns.risky_addresses")?;
        let past_schedule = row.past_schedule.parse().ok();
        let rate = row.send_rate.map(send_rate).transpose()?;
        Ok(Self::restore(CampaignState {
            id: CampaignId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            name: name.ok_or_else(|| corrupt("campaigns.name"))?,
            description: description.ok_or_else(|| corrupt("campaigns.description"))?,
            status: status.ok_or_else(|| corrupt("campaigns.status"))?,
            run: run.ok_or_else(|| corrupt("campaigns.run"))?,
            landing_page,
            landing_title,
            landing_text: landing_text.ok_or_else(|| corrupt("campaigns.landing_text"))?,
            plan: CampaignPlan {
                lists: row
                    .list_ids
                    .into_iter()
                    .map(ContactListId::from_uuid)
                    .collect(),
                email_template_version: row
                    .email_template_version_id
                    .map(EmailTemplateVersionId::from_uuid),
                form_version: row.form_version_id.map(FormVersionId::from_uuid),
                risky_addresses: risky,
                past_schedule: past_schedule.ok_or_else(|| corrupt("campaigns.past_schedule"))?,
                send_rate: rate,
            },
            times: CampaignTimes {
                scheduled_at: row.scheduled_at,
                missed_at: row.missed_at,
                started_at: row.started_at,
                ended_at: row.ended_at,
                paused_at: row.paused_at,
                delay: Duration::milliseconds(row.delay_ms),
            },
            stamps,
        }))
    }
}

/// A value that may be absent, but not unreadable.
fn read<T: FromStr>(text: Option<String>, column: &'static str) -> Result<Option<T>, StorageError> {
    let value = text.map(|text| text.parse().ok().ok_or_else(|| corrupt(column)));
    value.transpose()
}

fn send_rate(mails: i32) -> Result<SendRate, StorageError> {
    let rate = u32::try_from(mails).ok();
    rate.and_then(|mails| SendRate::per_minute(mails).ok())
        .ok_or_else(|| corrupt("campaigns.send_rate"))
}

impl From<&CountsRow> for CampaignCounts {
    fn from(row: &CountsRow) -> Self {
        // A count is never below zero.
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Self {
            assigned: count(row.assigned),
            skipped: count(row.skipped),
            sent: count(row.sent),
            bounced: count(row.bounced),
            failed: count(row.failed),
        }
    }
}
