//! The same rows by bare statements, and how large they are.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};
use uuid::Uuid;

use super::stage::{Happened, Stage};
use crate::cli::Failure;
use crate::commands::bench::import::program::Program;

/// Rows per statement, and per transaction, of a large batch.
pub(super) const LARGE: usize = 5_000;

const STATEMENT: &str = "INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, contact_id, event_data, \
         user_agent, ip_address, origin, actor_verdict, actor_reason, created_at) \
     SELECT $1, n.id, n.at, n.event_type, $2, n.contact_id, n.event_data::jsonb, n.user_agent, n.ip_address::inet, 'api', \
         'human', 'reader', clock_timestamp() \
     FROM unnest($3::uuid[], $4::timestamptz[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[]) \
     AS n (id, at, event_type, contact_id, event_data, user_agent, ip_address)";

/// What bare statements wrote, and what that took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bare {
    organization: Uuid,
    /// Rows per statement, and per transaction.
    pub(super) batch: usize,
    pub(super) events: u64,
    pub(super) elapsed: Duration,
}

/// How large what is known of events is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) events: u64,
    /// Of the table with all partitions, indexes and what is stored apart.
    pub(super) bytes: u64,
}

impl Bare {
    /// Nothing yet, for this organization.
    pub(super) fn by(organization: &str, batch: usize) -> Result<Self, Failure> {
        Ok(Self {
            organization: organization.parse().map_err(Failure::new)?,
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
        stage: &Stage,
        mut happened: impl Iterator<Item = Happened>,
    ) -> Result<(), Failure> {
        let mut writer = program.login().await.map_err(Failure::new)?;
        let opening = format!(
            "BEGIN; SELECT unit('canvass_app', '{}', 600000)",
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
            let query = sqlx::query(STATEMENT)
                .bind(self.organization)
                .bind(stage.campaign)
                .bind(batch.iter().map(|it| it.id).collect::<Vec<_>>())
                .bind(batch.iter().map(|it| it.at).collect::<Vec<_>>())
                .bind(batch.iter().map(|it| it.event_type).collect::<Vec<_>>())
                .bind(batch.iter().map(|it| it.contact).collect::<Vec<_>>())
                .bind(data)
                .bind(batch.iter().map(|it| it.user_agent).collect::<Vec<_>>())
                .bind(batch.iter().map(|it| it.ip.clone()).collect::<Vec<_>>());
            let begun = Instant::now();
            let opened = writer.execute(AssertSqlSafe(opening.clone())).await;
            opened.map_err(Failure::new)?;
            let written = query.execute(&mut writer).await.map_err(Failure::new)?;
            writer.execute("COMMIT").await.map_err(Failure::new)?;
            self.elapsed += begun.elapsed();
            self.events += written.rows_affected();
        }
        writer.close().await.map_err(Failure::new)
    }
}

/// How large the log of events is.
pub(super) async fn size(program: &Program) -> Result<Size, Failure> {
    let mut database = program.administrator().await.map_err(Failure::new)?;
    let sql = "SELECT (SELECT count(*) FROM events), sum(pg_total_relation_size(relid))::bigint \
               FROM pg_partition_tree('events') WHERE isleaf";
    let row = sqlx::query(sql).fetch_one(&mut database).await;
    let row = row.map_err(Failure::new)?;
    let number = |index: usize| row.try_get::<i64, _>(index).map(i64::unsigned_abs);
    let size = Size {
        events: number(0).map_err(Failure::new)?,
        bytes: number(1).map_err(Failure::new)?,
    };
    database.close().await.map_err(Failure::new)?;
    Ok(size)
}
