//! The shapes of jobs on the wire.

use std::collections::BTreeMap;

use kernel::{FieldFault, JobStatus, Version};
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde_json::Value;
use tenancy::JobView;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::schema::{JobKindText, JobStatusText, MAX_JOB_KIND};

/// A piece of long work.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Job", example)]
pub(crate) struct JobAnswer {
    /// Its id.
    id: Uuid,
    /// What kind of work it is.
    kind: JobKindText,
    /// Where it stands.
    status: JobStatusText,
    /// Whether somebody asked for its cancellation; a job at work ends at its next pause.
    cancel_requested: bool,
    /// The whole percent that is done; null while that cannot be told.
    percent: Option<u8>,
    /// How much is done, in units of the kind of work (bytes, rows).
    done: u64,
    /// Of how much; null while that is not known.
    total: Option<u64>,
    /// What came of it so far, by name.
    counts: BTreeMap<String, u64>,
    /// How much was done per second lately; null where it is not at work, or has just begun.
    rate_per_second: Option<f64>,
    /// When it will have ended if it goes on like that; null where that cannot be told.
    estimated_end: Option<OffsetDateTime>,
    /// How many seconds that is from now.
    remaining_seconds: Option<u64>,
    /// How often it was tried since it last got somewhere.
    attempts: u16,
    /// How often that may happen before it counts as failed.
    max_attempts: u16,
    /// A code for what went wrong last; null where nothing did.
    error: Option<String>,
    /// What it led to, ids and numbers; null until it ends, and for kinds of work that tell nothing.
    result: Option<Value>,
    /// When it was asked for.
    created_at: OffsetDateTime,
    /// When it was begun.
    started_at: Option<OffsetDateTime>,
    /// When it last told how far it was.
    progress_at: Option<OffsetDateTime>,
    /// When it ended.
    finished_at: Option<OffsetDateTime>,
}

impl JobAnswer {
    /// Whether nothing follows.
    pub(super) const fn is_final(&self) -> bool {
        self.finished_at.is_some()
    }
}

impl From<&JobView> for JobAnswer {
    fn from(view: &JobView) -> Self {
        let job = &view.job;
        let seconds = view.remaining().map(time::Duration::whole_seconds);
        Self {
            id: job.id.as_uuid(),
            kind: JobKindText::new(&job.kind),
            status: JobStatusText::new(job.status.as_str()),
            cancel_requested: job.cancel_requested,
            percent: job.percent(),
            done: job.progress.done(),
            total: job.progress.total(),
            counts: job.progress.counts().clone(),
            rate_per_second: job.rate.filter(|_| job.status == JobStatus::Running),
            estimated_end: job.estimated_end(),
            remaining_seconds: seconds.and_then(|seconds| u64::try_from(seconds).ok()),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            error: job.error.clone(),
            result: job.result.clone(),
            created_at: job.created_at,
            started_at: job.started_at,
            progress_at: job.progress_at,
            finished_at: job.finished_at,
        }
    }
}

/// The job's version: how often what can be seen of it changed.
pub(super) fn version(view: &JobView) -> Version {
    let changes = i32::try_from(view.job.revision).unwrap_or(i32::MAX);
    Version::from_number(Version::FIRST.number().saturating_add(changes))
}

/// The name of a kind; one that no job has is a name all the same.
pub(super) fn kind(text: &str) -> Result<String, FieldFault> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=MAX_JOB_KIND).contains(&text.len()) && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err(FieldFault::new(
            "unknown-value",
            "this cannot be a kind of jobs",
        ))
    }
}

/// A status by its name.
pub(super) fn status(text: &str) -> Result<JobStatus, FieldFault> {
    JobStatus::ALL
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| FieldFault::new("unknown-value", "this is not a status of a job"))
}

impl Example for JobAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        let after = |seconds| at + time::Duration::seconds(seconds);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021),
            kind: JobKindText::new("import_contacts"),
            status: JobStatusText::new("running"),
            cancel_requested: false,
            percent: Some(25),
            done: 50_000,
            total: Some(200_000),
            counts: [("created".to_owned(), 49_100), ("rejected".to_owned(), 900)].into(),
            rate_per_second: Some(10_000.0),
            estimated_end: Some(after(20)),
            remaining_seconds: Some(15),
            attempts: 1,
            max_attempts: 5,
            error: None,
            result: None,
            created_at: at,
            started_at: Some(at),
            progress_at: Some(after(5)),
            finished_at: None,
        }
    }
}
