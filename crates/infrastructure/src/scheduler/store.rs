//! `scheduled_runs`, as administrators see them

use std::collections::BTreeMap;

use analytics::runs::{NewRun, RunRepository, RunStore, RunUnit, ScheduleError, ScheduledRun};
use analytics::schedule::PeriodicJob;
use async_trait::async_trait;
use kernel::{
    AuditTrail, Cursor, IdempotencyLedger, Page, PageRequest, ScheduledRunId, StorageError,
    TenantScope,
};
use sea_orm::{FromQueryResult, Value};
use serde_json::Value as Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::PostgresDatabase;
use crate::error::corrupt;
use crate::unit::PostgresUnit;

/// Asks for a run where the job has no open one and the turn was not asked for. Two who ask for one turn at a time meet at
/// the open run.
const ASK: &str = "INSERT INTO scheduled_runs (id, name, trigger, turn, tries, created_at, updated_at) \
     SELECT $1, $2, $3, $4, 0, $5, $5 \
     WHERE NOT EXISTS (SELECT FROM scheduled_runs r WHERE r.name = $2 AND r.turn = $4::timestamptz) \
     ON CONFLICT (name) WHERE finished_at IS NULL DO NOTHING";

/// The columns of a run, of the table called `r`.
pub(super) const COLUMNS: &str = "r.id, r.name, r.trigger, r.turn, r.tries, r.started_at, r.finished_at, r.counts, r.error, r.created_at";

#[derive(FromQueryResult)]
pub(super) struct RunRow {
    id: Uuid,
    name: String,
    trigger: String,
    turn: Option<OffsetDateTime>,
    tries: i32,
    started_at: Option<OffsetDateTime>,
    finished_at: Option<OffsetDateTime>,
    counts: Option<Json>,
    error: Option<String>,
    created_at: OffsetDateTime,
}

impl TryFrom<RunRow> for ScheduledRun {
    type Error = StorageError;

    fn try_from(row: RunRow) -> Result<Self, StorageError> {
        let job = row.name.parse().ok();
        let counts = row.counts.map_or_else(
            || Some(BTreeMap::new()),
            |counts| serde_json::from_value(counts).ok(),
        );
        Ok(Self {
            id: ScheduledRunId::from_uuid(row.id),
            job: job.ok_or_else(|| corrupt("scheduled_runs.name"))?,
            trigger: row.trigger.parse()?,
            turn: row.turn,
            tries: u32::try_from(row.tries).unwrap_or_default(),
            asked_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            counts: counts.ok_or_else(|| corrupt("scheduled_runs.counts"))?,
            error: row.error,
        })
    }
}

/// The names of the jobs that this version of the program has: what another version runs is nothing to it.
pub(super) fn known_jobs() -> Value {
    let names = PeriodicJob::ALL.map(|job| job.as_str().to_owned());
    Vec::from(names).into()
}

impl PostgresUnit {
    /// Asks for a run; whether it is asked for now.
    pub(super) async fn ask_for(&self, run: &NewRun) -> Result<bool, StorageError> {
        let values = [
            run.id.as_uuid().into(),
            run.job.as_str().into(),
            run.trigger.as_str().into(),
            run.turn.into(),
            run.at.into(),
        ];
        Ok(self.execute_sql(ASK, values).await? == 1)
    }
}

#[async_trait]
impl RunStore for PostgresDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn RunUnit>, StorageError> {
        Ok(Box::new(self.begin_tenant(scope).await?))
    }
}

impl RunUnit for PostgresUnit {
    fn runs(&self) -> &dyn RunRepository {
        self.port("analytics.runs")
    }

    fn audit(&self) -> &dyn AuditTrail {
        self.port("audit")
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self.port("idempotency")
    }
}

#[async_trait]
impl RunRepository for PostgresUnit {
    async fn insert(&self, run: &NewRun) -> Result<(), ScheduleError> {
        if self.ask_for(run).await? {
            Ok(())
        } else {
            Err(ScheduleError::Running(run.job))
        }
    }

    async fn list(
        &self,
        job: Option<PeriodicJob>,
        page: &PageRequest,
    ) -> Result<Page<ScheduledRun>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM scheduled_runs r WHERE ($1::text IS NULL OR r.name = $1) \
             AND ($2::uuid IS NULL OR r.id < $2) AND r.name = ANY ($4) ORDER BY r.id DESC LIMIT $3"
        );
        let before = match &page.after {
            Some(Cursor::Id(id)) => Some(*id),
            _ => None,
        };
        let most = i64::from(page.limit.get()) + 1;
        let values = [
            job.map(PeriodicJob::as_str).into(),
            before.into(),
            most.into(),
            known_jobs(),
        ];
        let rows = self.all::<RunRow>(&sql, values).await?;
        let runs = rows.into_iter().map(ScheduledRun::try_from);
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(runs, page.limit, |run| {
            Cursor::Id(run.id.as_uuid())
        }))
    }
}
