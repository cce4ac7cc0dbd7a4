//! Handing jobs to workers, as the platform role.

use async_trait::async_trait;
use kernel::{
    ClaimedJob, EarlyEnd, JobClaim, JobFilter, JobId, JobLease, JobOutcome, JobRecord, JobReport,
    JobStore, OrganizationId, Page, PageRequest, StorageError, Timestamp,
};
use sea_orm::{FromQueryResult, Value};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::job_rows::{ClaimRow, RecordRow, wanted};
use super::jobs::{LeaseRow, after, overfull, page_of};
use crate::PostgresDatabase;

const CLAIM: &str = include_str!("claim_jobs.sql");

const RENEW: &str = "
    UPDATE job_queue SET lease_until = $4, updated_at = $3
    WHERE id = $1 AND worker = $2";

const HAND_BACK: &str = "
    UPDATE job_queue
    SET status = 'pending', worker = NULL, lease_until = NULL, attempts = attempts - 1, run_at = $3, updated_at = $3,
        revision = revision + 1
    WHERE id = $1 AND worker = $2 AND status = 'running'";

const WAIT: &str = "
    UPDATE job_queue
    SET status = 'pending', worker = NULL, lease_until = NULL, attempts = attempts - 1,
        run_at = CASE WHEN cancel_requested_at IS NULL THEN $4 ELSE $3 END, updated_at = $3, revision = revision + 1
    WHERE id = $1 AND worker = $2 AND status = 'running'";

const END_LEASES: &str = "
    UPDATE job_queue SET lease_until = $1, updated_at = $1
    WHERE (status = 'running' OR wind_ups_left > 0) AND lease_until > $1";

const END: &str = "
    UPDATE job_queue
    SET status = $4, worker = NULL, lease_until = NULL, last_error = coalesce($5, last_error),
        result = $6, finished_at = $3, updated_at = $3, revision = revision + 1, wind_ups_left = $7
    WHERE id = $1 AND worker = $2 AND status = 'running'";

const REPORT: &str = "
    UPDATE job_queue j
    SET progress_done = greatest(j.progress_done, $4),
        progress_counts = CASE WHEN $4 >= j.progress_done THEN $6 ELSE j.progress_counts END,
        progress_total = coalesce(j.progress_total, $5),
        progress_rate = $7, progress_at = $3, updated_at = $3, revision = j.revision + 1
    WHERE j.id = $1 AND j.worker = $2 AND j.status = 'running'
    RETURNING j.cancel_requested_at IS NOT NULL AS cancel_requested";

const LOOK: &str = "
    SELECT j.cancel_requested_at IS NOT NULL AS cancel_requested
    FROM job_queue j
    WHERE j.id = $1 AND j.worker = $2 AND j.status = 'running'";

const RETRY: &str = "
    UPDATE job_queue
    SET status = CASE WHEN attempts < max_attempts THEN 'pending' ELSE 'failed' END,
        run_at = CASE WHEN attempts >= max_attempts THEN run_at WHEN cancel_requested_at IS NULL THEN $4 ELSE $3 END,
        finished_at = CASE WHEN attempts < max_attempts THEN NULL ELSE $3 END,
        wind_ups_left = CASE WHEN attempts < max_attempts THEN 0 ELSE $6 END,
        worker = NULL, lease_until = NULL, last_error = $5, updated_at = $3, revision = revision + 1
    WHERE id = $1 AND worker = $2 AND status = 'running'";

const WOUND_UP: &str = "
    UPDATE job_queue
    SET wind_ups_left = CASE WHEN $4::timestamptz IS NULL THEN 0 ELSE wind_ups_left END,
        run_at = coalesce($4, run_at), worker = NULL, lease_until = NULL, updated_at = $3
    WHERE id = $1 AND worker = $2 AND status IN ('cancelled', 'failed')";

const OLDEST: &str = "
    SELECT least(
        (SELECT min(j.run_at) FROM job_queue j WHERE j.status = 'pending' AND j.run_at <= $1),
        (SELECT min(j.lease_until) FROM job_queue j WHERE j.status = 'running' AND j.lease_until <= $1)
    ) AS since";

const OTHERS_WAIT: &str = "
    SELECT EXISTS (
        SELECT FROM job_queue j
        WHERE j.organization_id <> $1
            AND ((j.status = 'pending' AND j.run_at <= $2) OR (j.status = 'running' AND j.lease_until <= $2))
            AND NOT EXISTS (
                SELECT FROM job_queue b
                WHERE b.organization_id = j.organization_id AND b.status = 'running' AND b.lease_until > $2
            )
    ) AS wait";

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
    async fn claim(&self, claim: &JobClaim) -> Result<Vec<ClaimedJob>, StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let values: [Value; 6] = [
            claim.worker.into(),
            claim.now.into(),
            (claim.now + claim.lease).into(),
            i64::from(claim.limit).into(),
            i64::from(claim.reserved).into(),
            i32::from(EarlyEnd::TRIES).into(),
        ];
        let rows = unit.all::<ClaimRow>(CLAIM, values).await?;
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

    async fn report<'a>(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        report: Option<&'a JobReport>,
    ) -> Result<JobLease, StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let row = match report {
            None => {
                let values = [job.as_uuid().into(), worker.into()];
                unit.one::<LeaseRow>(LOOK, values).await?
            }
            Some(report) => {
                let progress = &report.progress;
                let values: [Value; 7] = [
                    job.as_uuid().into(),
                    worker.into(),
                    now.into(),
                    stored(progress.done()).into(),
                    progress.total().map(stored).into(),
                    Value::Json(Some(Box::new(serde_json::json!(progress.counts())))),
                    report.rate.into(),
                ];
                unit.one::<LeaseRow>(REPORT, values).await?
            }
        };
        unit.finish().await?;
        Ok(LeaseRow::lease(row))
    }

    async fn finish(
        &self,
        job: JobId,
        worker: Uuid,
        outcome: &JobOutcome,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let held: [Value; 3] = [job.as_uuid().into(), worker.into(), now.into()];
        let [job, worker, now] = held;
        let tries: Value = i32::from(EarlyEnd::TRIES).into();
        let (status, error, result, wind_ups) = match outcome {
            JobOutcome::Retry { at, error } => {
                let error: Value = error.as_str().into();
                let values = [job, worker, now, (*at).into(), error, tries];
                return self.step(RETRY, values).await;
            }
            JobOutcome::Waits { until } => {
                return self.step(WAIT, [job, worker, now, (*until).into()]).await;
            }
            JobOutcome::Completed { result } => ("completed", None, result.as_ref(), 0.into()),
            JobOutcome::Cancelled { result } => ("cancelled", None, result.as_ref(), 0.into()),
            JobOutcome::Withdrawn => ("cancelled", None, None, tries),
            JobOutcome::Failed { error } => ("failed", Some(error), None, tries),
        };
        let result = Value::Json(result.cloned().map(Box::new));
        let error: Value = error.cloned().into();
        let values = [job, worker, now, status.into(), error, result, wind_ups];
        self.step(END, values).await
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

    async fn wound_up(
        &self,
        job: JobId,
        worker: Uuid,
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let (job, worker) = (job.as_uuid().into(), worker.into());
        self.step(WOUND_UP, [job, worker, now.into(), again.into()])
            .await
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

    async fn others_wait(
        &self,
        organization: OrganizationId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        #[derive(FromQueryResult)]
        struct Answer {
            wait: bool,
        }
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let values = [organization.as_uuid().into(), now.into()];
        let answer = unit.one::<Answer>(OTHERS_WAIT, values).await?;
        unit.finish().await?;
        Ok(answer.is_some_and(|answer| answer.wait))
    }

    async fn look_up(&self, job: JobId) -> Result<Option<JobRecord>, StorageError> {
        let sql = "SELECT j.* FROM job_queue j WHERE j.id = $1";
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let row = unit.one::<RecordRow>(sql, [job.as_uuid().into()]).await?;
        unit.finish().await?;
        row.map(JobRecord::try_from).transpose()
    }

    async fn look_through(
        &self,
        filter: &JobFilter,
        page: &PageRequest,
    ) -> Result<Page<JobRecord>, StorageError> {
        let sql = "SELECT j.* FROM job_queue j \
             WHERE ($1::text IS NULL OR j.kind = $1) AND ($2::text IS NULL OR j.status = $2) \
             AND ($3::uuid IS NULL OR j.id < $3) ORDER BY j.id DESC LIMIT $4";
        let [kind, status] = wanted(filter);
        let values = [kind, status, after(page).into(), overfull(page).into()];
        let unit = self.begin_platform().await?;
        unit.port("jobs");
        let rows = unit.all::<RecordRow>(sql, values).await?;
        unit.finish().await?;
        page_of(rows, page)
    }
}

/// A count as the database has it; what is beyond its range is as far as one can count.
fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
