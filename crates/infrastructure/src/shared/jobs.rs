//! The jobs of the unit's organization.

use async_trait::async_trait;
use kernel::{
    Cursor, EarlyEnd, JobCancellation, JobCheckpoint, JobFilter, JobId, JobKind, JobLease,
    JobQueue, JobRecord, NewJob, Page, PageRequest, StorageError, Timestamp,
};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::job_rows::{RecordRow, wanted};
use crate::committed::Counted;
use crate::unit::PostgresUnit;

const CANCEL: &str = "
    UPDATE job_queue j
    SET status = CASE WHEN j.status = 'pending' AND j.checkpoint IS NULL THEN 'cancelled' ELSE j.status END,
        finished_at = CASE WHEN j.status = 'pending' AND j.checkpoint IS NULL THEN $3 ELSE NULL END,
        run_at = CASE WHEN j.status = 'pending' THEN least(j.run_at, $3) ELSE j.run_at END,
        wind_ups_left = CASE WHEN j.status = 'pending' AND j.checkpoint IS NULL THEN $4 ELSE 0 END,
        cancel_requested_at = $3, updated_at = $3, revision = j.revision + 1
    WHERE j.organization_id = $1 AND j.id = $2 AND j.status IN ('pending', 'running')
        AND j.cancel_requested_at IS NULL
    RETURNING j.status";

const CHECKPOINT: &str = "
    UPDATE job_queue j
    SET checkpoint = $4, attempts = 1, updated_at = $5,
        revision = j.revision + CASE WHEN j.attempts = 1 THEN 0 ELSE 1 END
    WHERE j.organization_id = $1 AND j.id = $2 AND j.worker = $3 AND j.status = 'running'
    RETURNING j.cancel_requested_at IS NOT NULL AS cancel_requested";

#[derive(FromQueryResult)]
struct Status {
    status: String,
}

#[derive(FromQueryResult)]
struct Found {
    #[sea_orm(from_alias = "id")]
    _id: Uuid,
}

#[async_trait]
impl JobQueue for PostgresUnit {
    async fn enqueue(&self, job: &NewJob) -> Result<(), StorageError> {
        let sql = "INSERT INTO job_queue (organization_id, id, kind, payload, status, run_at, attempts, \
                   max_attempts, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, 'pending', $5, 0, $6, $5, $5)";
        let values = [
            self.organization().into(),
            job.id.as_uuid().into(),
            job.kind.as_str().into(),
            Value::Json(Some(Box::new(job.payload.clone()))),
            job.run_at.into(),
            i32::from(job.max_attempts).into(),
        ];
        self.execute_sql(sql, values).await?;
        let kind = job.kind.as_str();
        self.note_deed(Counted::Job { kind }, 1);
        Ok(())
    }

    async fn find(&self, id: JobId) -> Result<Option<JobRecord>, StorageError> {
        let sql = "SELECT j.* FROM job_queue j WHERE j.organization_id = $1 AND j.id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<RecordRow>(sql, values).await?;
        row.map(JobRecord::try_from).transpose()
    }

    async fn find_many(&self, ids: &[JobId]) -> Result<Vec<JobRecord>, StorageError> {
        let sql = "SELECT j.* FROM job_queue j WHERE j.organization_id = $1 AND j.id = ANY ($2) ORDER BY j.id";
        let ids = ids.iter().map(|id| id.as_uuid()).collect::<Vec<_>>();
        let rows = self
            .all::<RecordRow>(sql, [self.organization().into(), ids.into()])
            .await?;
        rows.into_iter().map(JobRecord::try_from).collect()
    }

    async fn is_open(
        &self,
        kind: JobKind,
        (name, value): (&'static str, Uuid),
        except: Option<JobId>,
    ) -> Result<bool, StorageError> {
        let sql = "SELECT j.id FROM job_queue j WHERE j.organization_id = $1 AND j.kind = $2 \
             AND j.payload ->> $3 = $4 AND ($5::uuid IS NULL OR j.id <> $5) AND j.status IN ('pending', 'running') LIMIT 1";
        let values = [
            self.organization().into(),
            kind.as_str().into(),
            name.into(),
            value.to_string().into(),
            except.map(JobId::as_uuid).into(),
        ];
        Ok(self.one::<Found>(sql, values).await?.is_some())
    }

    async fn list(
        &self,
        filter: &JobFilter,
        page: &PageRequest,
    ) -> Result<Page<JobRecord>, StorageError> {
        let sql = "SELECT j.* FROM job_queue j \
             WHERE j.organization_id = $1 AND ($2::text IS NULL OR j.kind = $2) \
             AND ($3::text IS NULL OR j.status = $3) AND ($4::uuid IS NULL OR j.id < $4) \
             ORDER BY j.id DESC LIMIT $5";
        let [kind, status] = wanted(filter);
        let values = [
            self.organization().into(),
            kind,
            status,
            after(page).into(),
            overfull(page).into(),
        ];
        page_of(self.all::<RecordRow>(sql, values).await?, page)
    }

    async fn cancel(
        &self,
        id: JobId,
        at: Timestamp,
    ) -> Result<Option<JobCancellation>, StorageError> {
        let values = [
            self.organization().into(),
            id.as_uuid().into(),
            at.into(),
            i32::from(EarlyEnd::TRIES).into(),
        ];
        if let Some(row) = self.one::<Status>(CANCEL, values).await? {
            return Ok(Some(match row.status.as_str() {
                "cancelled" => JobCancellation::Cancelled,
                _ => JobCancellation::Requested,
            }));
        }
        let job = JobQueue::find(self, id).await?;
        Ok(job.map(|job| {
            if job.status.is_final() {
                JobCancellation::TooLate
            } else {
                JobCancellation::AlreadyRequested
            }
        }))
    }

    async fn checkpoint<'a>(
        &self,
        checkpoint: JobCheckpoint<'a>,
    ) -> Result<JobLease, StorageError> {
        let values = [
            self.organization().into(),
            checkpoint.job.as_uuid().into(),
            checkpoint.worker.into(),
            Value::Json(Some(Box::new(checkpoint.state.clone()))),
            checkpoint.at.into(),
        ];
        let row = self.one::<LeaseRow>(CHECKPOINT, values).await?;
        Ok(LeaseRow::lease(row))
    }
}

/// What is told about a lease that is held.
#[derive(Clone, Copy, FromQueryResult)]
pub(super) struct LeaseRow {
    cancel_requested: bool,
}

impl LeaseRow {
    /// No row, no lease.
    pub(super) const fn lease(row: Option<Self>) -> JobLease {
        match row {
            None => JobLease::Lost,
            Some(Self {
                cancel_requested: true,
            }) => JobLease::Cancelling,
            Some(_) => JobLease::Held,
        }
    }
}

/// Behind which id the page starts.
pub(super) const fn after(page: &PageRequest) -> Option<Uuid> {
    match &page.after {
        Some(Cursor::Id(after)) => Some(*after),
        _ => None,
    }
}

/// One more than fits on the page.
pub(super) fn overfull(page: &PageRequest) -> i64 {
    i64::from(page.limit.get()) + 1
}

pub(super) fn page_of(
    rows: Vec<RecordRow>,
    page: &PageRequest,
) -> Result<Page<JobRecord>, StorageError> {
    let items = rows
        .into_iter()
        .map(JobRecord::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_overfull(items, page.limit, |job| {
        Cursor::Id(job.id.as_uuid())
    }))
}
