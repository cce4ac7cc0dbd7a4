//! Handing jobs to workers, as the platform role.

use async_trait::async_trait;
use kernel::{ClaimedJob, JobId, JobOutcome, JobStore, OrganizationId, StorageError, Timestamp};
use sea_orm::{FromQueryResult, Value};
use serde_json::Value as Json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::PostgresDatabase;
use crate::error::corrupt;

const CLAIM: &str = include_str!("claim_jobs.sql");

const RENEW: &str = "
    UPDATE job_queue SET lease_until = $4, updated_at = $3
    WHERE id = $1 AND worker = $2 AND status = 'running'";

const HAND_BACK: &str = "
    UPDATE job_queue
    SET status = 'pending', worker = NULL, lease_until = NULL, attempts = attempts - 1, run_at = $3, updated_at = $3
    WHERE id = $1 AND worker = $2 AND status = 'running'";

const END_LEASES: &str = "
    UPDATE job_queue SET lease_until = $1, updated_at = $1 WHERE status = 'running' AND lease_until > $1";

const END: &str = "
    UPDATE job_queue
    SET status = $4, worker = NULL, lease_until = NULL, last_error = coalesce($5, last_error),
        finished_at = $3, updated_at = $3
    WHERE id = $1 AND worker = $2 AND status = 'running'";

const RETRY: &str = "
    UPDATE job_queue
    SET status = CASE WHEN attempts < max_attempts THEN 'pending' ELSE 'failed' END,
        run_at = CASE WHEN attempts < max_attempts THEN $4 ELSE run_at END,
        finished_at = CASE WHEN attempts < max_attempts THEN NULL ELSE $3 END,
        worker = NULL, lease_until = NULL, last_error = $5, updated_at = $3
    WHERE id = $1 AND worker = $2 AND status = 'running'";

const OLDEST: &str = "
    SELECT least(
        (SELECT min(j.run_at) FROM job_queue j WHERE j.status = 'pending' AND j.run_at <= $1),
        (SELECT min(j.lease_until) FROM job_queue j WHERE j.status = 'running' AND j.lease_until <= $1)
    ) AS since";

#[derive(FromQueryResult)]
struct Row {
    organization_id: Uuid,
    id: Uuid,
    kind: String,
    payload: Json,
    attempts: i32,
    max_attempts: i32,
}

impl PostgresDatabase {
    /// Ends the leases of all workers, and tells how many jobs are free again by that; their tries count.
    ///
    /// Right only where it is certain that no worker is left, as for the owner of a private database that
    /// starts.
    pub async fn end_leases(&self, now: Timestamp) -> Result<u64, StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let ended = unit.execute_sql(END_LEASES, [now.into()]).await?;
        unit.finish().await?;
        Ok(ended)
    }

    /// Runs one statement in a unit of the platform's own; `true` when it touched a row.
    async fn step<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<bool, StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let touched = unit.execute_sql(sql, values).await?;
        unit.finish().await?;
        Ok(touched > 0)
    }
}

#[async_trait]
impl JobStore for PostgresDatabase {
    async fn claim(
        &self,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<ClaimedJob>, StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let values: [Value; 4] = [
            worker.into(),
            now.into(),
            (now + lease).into(),
            i64::from(limit).into(),
        ];
        let rows = unit.all::<Row>(CLAIM, values).await?;
        let claimed = rows
            .into_iter()
            .map(ClaimedJob::try_from)
            .collect::<Result<_, _>>()?;
        unit.finish().await?;
        Ok(claimed)
    }

    async fn renew(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StorageError> {
        let values = [
            job.as_uuid().into(),
            worker.into(),
            now.into(),
            (now + lease).into(),
        ];
        self.step(RENEW, values).await
    }

    async fn finish(
        &self,
        job: JobId,
        worker: Uuid,
        outcome: &JobOutcome,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let end = |status: &str, error: Option<&String>| -> [Value; 5] {
            [
                job.as_uuid().into(),
                worker.into(),
                now.into(),
                status.into(),
                error.cloned().into(),
            ]
        };
        match outcome {
            JobOutcome::Completed => self.step(END, end("completed", None)).await,
            JobOutcome::Failed { error } => self.step(END, end("failed", Some(error))).await,
            JobOutcome::Retry { at, error } => {
                let values: [Value; 5] = [
                    job.as_uuid().into(),
                    worker.into(),
                    now.into(),
                    (*at).into(),
                    error.as_str().into(),
                ];
                self.step(RETRY, values).await
            }
        }
    }

    async fn hand_back(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let values = [job.as_uuid().into(), worker.into(), now.into()];
        self.step(HAND_BACK, values).await
    }

    async fn lag(&self, now: Timestamp) -> Result<Duration, StorageError> {
        #[derive(FromQueryResult)]
        struct Oldest {
            since: Option<OffsetDateTime>,
        }
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let oldest = unit.one::<Oldest>(OLDEST, [now.into()]).await?;
        unit.finish().await?;
        Ok(oldest
            .and_then(|oldest| oldest.since)
            .map_or(Duration::ZERO, |since| now - since))
    }
}

impl TryFrom<Row> for ClaimedJob {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            id: JobId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            kind: row.kind,
            payload: row.payload,
            attempt: u16::try_from(row.attempts)
                .ok()
                .ok_or_else(|| corrupt("job_queue.attempts"))?,
            max_attempts: u16::try_from(row.max_attempts)
                .ok()
                .ok_or_else(|| corrupt("job_queue.max_attempts"))?,
        })
    }
}
