//! `scheduled_runs` and `scheduler_leases`, as schedulers see them

use analytics::runs::{NewRun, RunLedger, RunOutcome, ScheduledRun};
use analytics::schedule::PeriodicJob;
use async_trait::async_trait;
use kernel::{ScheduledRunId, StorageError, Timestamp};
use sea_orm::{FromQueryResult, Value};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::store::{COLUMNS, RunRow, known_jobs};
use crate::PostgresDatabase;
use crate::error::corrupt;
use crate::unit::PostgresUnit;

/// The statement's own time, which the clock of no process moves.
const LEAD: &str = "INSERT INTO scheduler_leases AS l (name, scheduler, lease_until, created_at, updated_at) \
     VALUES ('scheduler', $1, clock_timestamp() + make_interval(secs => $2), clock_timestamp(), clock_timestamp()) \
     ON CONFLICT (name) DO UPDATE \
     SET scheduler = excluded.scheduler, lease_until = excluded.lease_until, updated_at = excluded.updated_at \
     WHERE l.scheduler = excluded.scheduler OR l.lease_until <= clock_timestamp()";

const RESIGN: &str = "UPDATE scheduler_leases SET lease_until = clock_timestamp(), updated_at = clock_timestamp() \
     WHERE name = 'scheduler' AND scheduler = $1";

/// Of the jobs of these names alone: another version of the program may have others.
const LAST_TURNS: &str = "SELECT known.name, latest.turn FROM unnest($1::text[]) AS known (name) \
     CROSS JOIN LATERAL (\
         SELECT r.turn FROM scheduled_runs r WHERE r.name = known.name AND r.turn IS NOT NULL \
         ORDER BY r.turn DESC LIMIT 1\
     ) AS latest ORDER BY known.name";

const START: &str = "UPDATE scheduled_runs r SET scheduler = $2, tries = r.tries + 1, started_at = $3, updated_at = $3 \
     WHERE r.id = $1 AND r.finished_at IS NULL AND EXISTS (SELECT FROM scheduler_leases l \
         WHERE l.name = 'scheduler' AND l.scheduler = $2 AND l.lease_until > clock_timestamp())";

const END: &str = "UPDATE scheduled_runs r SET finished_at = $3, counts = $4, error = $5, updated_at = $3 \
     WHERE r.id = $1 AND r.scheduler = $2 AND r.finished_at IS NULL";

#[derive(FromQueryResult)]
struct Turn {
    name: String,
    turn: OffsetDateTime,
}

impl PostgresDatabase {
    async fn schedule_unit(&self) -> Result<PostgresUnit, StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("scheduler");
        Ok(unit)
    }

    /// Runs a statement in a unit of its own; whether it touched a row.
    async fn schedule<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<bool, StorageError> {
        let unit = self.schedule_unit().await?;
        let touched = unit.execute_sql(sql, values).await?;
        unit.finish().await?;
        Ok(touched == 1)
    }

    async fn runs<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<Vec<ScheduledRun>, StorageError> {
        let unit = self.schedule_unit().await?;
        let rows = unit.all::<RunRow>(sql, values).await?;
        unit.finish().await?;
        rows.into_iter().map(ScheduledRun::try_from).collect()
    }
}

#[async_trait]
impl RunLedger for PostgresDatabase {
    async fn lead(&self, scheduler: Uuid, lease: Duration) -> Result<bool, StorageError> {
        let values = [scheduler.into(), lease.as_seconds_f64().into()];
        self.schedule(LEAD, values).await
    }

    async fn resign(&self, scheduler: Uuid) -> Result<(), StorageError> {
        self.schedule(RESIGN, [scheduler.into()]).await.map(drop)
    }

    async fn last_turns(&self) -> Result<Vec<(PeriodicJob, Timestamp)>, StorageError> {
        let unit = self.schedule_unit().await?;
        let rows = unit.all::<Turn>(LAST_TURNS, [known_jobs()]).await?;
        unit.finish().await?;
        let turns = rows.into_iter().map(|row| {
            let job = row.name.parse::<PeriodicJob>().ok();
            let job = job.ok_or_else(|| corrupt("scheduled_runs.name"))?;
            Ok((job, row.turn))
        });
        turns.collect()
    }

    async fn ask(&self, run: &NewRun) -> Result<bool, StorageError> {
        let unit = self.schedule_unit().await?;
        let is_asked = unit.ask_for(run).await?;
        unit.finish().await?;
        Ok(is_asked)
    }

    async fn open_runs(&self) -> Result<Vec<ScheduledRun>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM scheduled_runs r WHERE r.finished_at IS NULL AND r.name = ANY ($1) ORDER BY r.id"
        );
        self.runs(&sql, [known_jobs()]).await
    }

    async fn look_up(&self, run: ScheduledRunId) -> Result<Option<ScheduledRun>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM scheduled_runs r WHERE r.id = $1");
        Ok(self.runs(&sql, [run.as_uuid().into()]).await?.pop())
    }

    async fn start(
        &self,
        run: ScheduledRunId,
        scheduler: Uuid,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let values = [run.as_uuid().into(), scheduler.into(), at.into()];
        self.schedule(START, values).await
    }

    async fn end(
        &self,
        run: ScheduledRunId,
        scheduler: Uuid,
        outcome: &RunOutcome,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let (counts, error) = match outcome {
            RunOutcome::Done(counts) => (counts, None),
            RunOutcome::Failed { error, counts } => (counts, Some(error.clone())),
        };
        let values = [
            run.as_uuid().into(),
            scheduler.into(),
            at.into(),
            json!(counts).into(),
            error.into(),
        ];
        self.schedule(END, values).await
    }
}
