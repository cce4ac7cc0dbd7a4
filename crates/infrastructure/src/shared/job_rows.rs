//! Rows of `job_queue`.

use std::collections::BTreeMap;

use kernel::{
    ClaimedJob, EarlyEnd, JobFilter, JobId, JobProgress, JobRecord, JobStatus, OrganizationId,
    StorageError,
};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;

#[derive(FromQueryResult)]
pub(super) struct RecordRow {
    organization_id: Uuid,
    id: Uuid,
    kind: String,
    status: String,
    attempts: i32,
    max_attempts: i32,
    last_error: Option<String>,
    progress_done: i64,
    progress_total: Option<i64>,
    progress_counts: Json,
    progress_rate: Option<f64>,
    progress_at: Option<OffsetDateTime>,
    result: Option<Json>,
    created_at: OffsetDateTime,
    started_at: Option<OffsetDateTime>,
    finished_at: Option<OffsetDateTime>,
    cancel_requested_at: Option<OffsetDateTime>,
    revision: i64,
}

#[derive(FromQueryResult)]
pub(super) struct ClaimRow {
    organization_id: Uuid,
    id: Uuid,
    kind: String,
    payload: Json,
    status: String,
    attempts: i32,
    max_attempts: i32,
    checkpoint: Option<Json>,
    progress_done: i64,
    progress_total: Option<i64>,
    progress_counts: Json,
    cancel_requested: bool,
    last_error: Option<String>,
    wind_ups_left: i32,
}

impl ClaimRow {
    /// How it ended before its time, and how often that was tried to be wound up, this time included.
    fn early_end(&mut self) -> Result<Option<(EarlyEnd, u16)>, StorageError> {
        let end = match self.status.parse()? {
            JobStatus::Cancelled => EarlyEnd::Cancelled,
            JobStatus::Failed => EarlyEnd::Failed(self.last_error.take().unwrap_or_default()),
            _ => return Ok(None),
        };
        let left: u16 = number("job_queue.wind_ups_left", self.wind_ups_left)?;
        Ok(Some((end, EarlyEnd::TRIES.saturating_sub(left))))
    }
}

impl TryFrom<ClaimRow> for ClaimedJob {
    type Error = StorageError;

    fn try_from(mut row: ClaimRow) -> Result<Self, StorageError> {
        let (early_end, attempt, max_attempts) = match row.early_end()? {
            Some((end, attempt)) => (Some(end), attempt, EarlyEnd::TRIES),
            None => (
                None,
                number("job_queue.attempts", row.attempts)?,
                number("job_queue.max_attempts", row.max_attempts)?,
            ),
        };
        Ok(Self {
            id: JobId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            kind: row.kind,
            payload: row.payload,
            attempt,
            max_attempts,
            checkpoint: row.checkpoint,
            progress: progress(row.progress_done, row.progress_total, row.progress_counts)?,
            cancel_requested: row.cancel_requested,
            early_end,
        })
    }
}

impl TryFrom<RecordRow> for JobRecord {
    type Error = StorageError;

    fn try_from(row: RecordRow) -> Result<Self, StorageError> {
        Ok(Self {
            id: JobId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            kind: row.kind,
            status: row.status.parse()?,
            cancel_requested: row.cancel_requested_at.is_some(),
            attempts: number("job_queue.attempts", row.attempts)?,
            max_attempts: number("job_queue.max_attempts", row.max_attempts)?,
            error: row.last_error,
            progress: progress(row.progress_done, row.progress_total, row.progress_counts)?,
            rate: row.progress_rate,
            progress_at: row.progress_at,
            result: row.result,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            revision: number("job_queue.revision", row.revision)?,
        })
    }
}

fn progress(done: i64, total: Option<i64>, counts: Json) -> Result<JobProgress, StorageError> {
    let counts: BTreeMap<String, u64> = serde_json::from_value(counts)
        .ok()
        .ok_or_else(|| corrupt("job_queue.progress_counts"))?;
    let mut progress = JobProgress::new(number("job_queue.progress_done", done)?);
    if let Some(total) = total {
        progress = progress.of(number("job_queue.progress_total", total)?);
    }
    Ok(counts.iter().fold(progress, |progress, (name, count)| {
        progress.count(name, *count)
    }))
}

fn number<N, M: TryFrom<N>>(column: &'static str, number: N) -> Result<M, StorageError> {
    M::try_from(number).ok().ok_or_else(|| corrupt(column))
}

/// The values of a filter: a kind and a status, where they are wanted.
pub(super) fn wanted(filter: &JobFilter) -> [sea_orm::Value; 2] {
    [
        filter.kind.clone().into(),
        filter
            .status
            .map(|status| status.as_str().to_owned())
            .into(),
    ]
}
