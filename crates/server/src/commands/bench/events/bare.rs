//! The same rows by bare statements, and how large they are.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use uuid::Uuid;

use super::stage::{Happened, Stage};
use crate::cli::Failure;
use crate::commands::bench::program::Program;

/// Rows per statement, and per transaction, of a large batch.
pub(super) const LARGE: usize = 5_000;

const STATEMENT: &str = "INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, contact_id, event_data, \
         user_agent, ip_address, origin, actor_verdict, actor_reason, created_at) \
     SELECT $1, n.id, n.at, n.event_type, $2, n.contact_id, n.event_data::jsonb, n.user_agent, n.ip_address::inet, 'api', \
         'human', 'reader', clock_timestamp() \
     FROM unnest($3::uuid[], $4::timestamptz[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[]) \
     AS n (id, at, event_type, contact_id, event_data, user_agent, ip_address)";

/// What the events of a batch are for their recipients.
const COUNT: &str = "UPDATE campaign_contact_assignments a \
     SET open_count = a.open_count + n.opens, first_opened_at = least(a.first_opened_at, n.first_opened), \
         last_opened_at = greatest(a.last_opened_at, n.last_opened), \
         click_count = a.click_count + n.clicks, first_clicked_at = least(a.first_clicked_at, n.first_clicked), \
         last_clicked_at = greatest(a.last_clicked_at, n.last_clicked), \
         view_count = a.view_count + n.views, first_viewed_at = least(a.first_viewed_at, n.first_viewed), \
         last_viewed_at = greatest(a.last_viewed_at, n.last_viewed), updated_at = clock_timestamp() \
     FROM (SELECT e.contact_id, \
               count(*) FILTER (WHERE e.event_type = 'OPEN')::integer AS opens, \
               min(e.at) FILTER (WHERE e.event_type = 'OPEN') AS first_opened, \
               max(e.at) FILTER (WHERE e.event_type = 'OPEN') AS last_opened, \
               count(*) FILTER (WHERE e.event_type = 'CLICK')::integer AS clicks, \
               min(e.at) FILTER (WHERE e.event_type = 'CLICK') AS first_clicked, \
               max(e.at) FILTER (WHERE e.event_type = 'CLICK') AS last_clicked, \
               count(*) FILTER (WHERE e.event_type = 'FORM_VIEW')::integer AS views, \
               min(e.at) FILTER (WHERE e.event_type = 'FORM_VIEW') AS first_viewed, \
               max(e.at) FILTER (WHERE e.event_type = 'FORM_VIEW') AS last_viewed \
           FROM unnest($3::timestamptz[], $4::text[], $5::uuid[]) AS e (at, event_type, contact_id) GROUP BY 1) AS n \
     WHERE a.organization_id = $1 AND a.campaign_id = $2 AND a.contact_id = n.contact_id";

/// What bare statements wrote, and what that took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bare {
    organization: Uuid,
    campaign: Uuid,
    /// Whether it is also written what the events are for their recipients.
    pub(super) counts: bool,
    /// Rows per statement, and per transaction.
    pub(super) batch: usize,
    pub(super) events: u64,
    pub(super) elapsed: Duration,
}

impl Bare {
    /// Nothing yet, of events of the stage's other campaign, and of what they are for its recipients: all that the API
    /// writes of them.
    pub(super) fn of(stage: &Stage, batch: usize) -> Result<Self, Failure> {
        let bare = Self::alone(stage, &stage.tenant.id, batch)?;
        Ok(Self {
            campaign: stage.other_campaign,
            counts: true,
            ..bare
        })
    }

    /// Nothing yet, of events alone, for this organization.
    pub(super) fn alone(stage: &Stage, organization: &str, batch: usize) -> Result<Self, Failure> {
        Ok(Self {
            organization: organization.parse().map_err(Failure::new)?,
            campaign: stage.campaign,
            counts: false,
            batch,
            events: 0,
            elapsed: Duration::ZERO,
        })
    }

    /// Events per second.
    pub(super) fn rate(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody loads 2^52 events")]
        let events = self.events as f64;
        events / self.elapsed.as_secs_f64()
    }

    /// Writes these events, and adds how long the writing alone took.
    pub(super) async fn write(
        &mut self,
        program: &Program,
        mut happened: impl Iterator<Item = Happened>,
    ) -> Result<(), Failure> {
        let mut writer = program.login().await.map_err(Failure::new)?;
        // Recipients are looked up by their keys, as the program does, and not by reading all of a campaign.
        let opening = format!(
            "BEGIN; SELECT unit('canvass_app', '{}', 600000); \
             SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off",
            self.organization.hyphenated()
        );
        loop {
            let batch: Vec<Happened> = happened.by_ref().take(self.batch).collect();
            if batch.is_empty() {
                break;
            }
            let data: Vec<_> = batch
                .iter()
                .map(|it| it.data.as_ref().map(ToString::to_string))
                .collect();
            let times: Vec<_> = batch.iter().map(|it| it.at).collect();
            let types: Vec<_> = batch.iter().map(|it| it.event_type).collect();
            let contacts: Vec<_> = batch.iter().map(|it| it.contact).collect();
            let insertion = sqlx::query(STATEMENT)
                .bind(self.organization)
                .bind(self.campaign)
                .bind(batch.iter().map(|it| it.id).collect::<Vec<_>>())
                .bind(&times)
                .bind(&types)
                .bind(&contacts)
                .bind(data)
                .bind(batch.iter().map(|it| it.user_agent).collect::<Vec<_>>())
                .bind(batch.iter().map(|it| it.ip.clone()).collect::<Vec<_>>());
            let counting = sqlx::query(COUNT)
                .bind(self.organization)
                .bind(self.campaign)
                .bind(&times)
                .bind(&types)
                .bind(&contacts);
            let begun = Instant::now();
            let opened = writer.execute(AssertSqlSafe(opening.clone())).await;
            opened.map_err(Failure::new)?;
            let written = insertion.execute(&mut writer).await;
            let written = written.map_err(Failure::new)?;
            if self.counts {
                counting.execute(&mut writer).await.map_err(Failure::new)?;
            }
            writer.execute("COMMIT").await.map_err(Failure::new)?;
            self.elapsed += begun.elapsed();
            self.events += written.rows_affected();
        }
        writer.close().await.map_err(Failure::new)
    }
}

/// How many bytes the log of events has, with all partitions, indexes and what is stored apart.
pub(super) async fn size(program: &Program) -> Result<u64, Failure> {
    let mut database = program.administrator().await.map_err(Failure::new)?;
    let sql = "SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_partition_tree('events') WHERE isleaf";
    let bytes = sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut database);
    let bytes = bytes.await.map_err(Failure::new)?;
    database.close().await.map_err(Failure::new)?;
    Ok(bytes.unsigned_abs())
}
