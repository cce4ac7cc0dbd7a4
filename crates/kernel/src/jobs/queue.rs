//! Jobs as a unit of work sees them.

use async_trait::async_trait;
use serde_json::Value;
use uuid::Uuid;

use super::{JobLease, JobRecord, JobStatus};
use crate::{JobId, Page, PageRequest, StorageError, Timestamp};

/// What kind of work a job is, e.g. `send_invitation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JobKind(&'static str);

impl JobKind {
    /// A kind with a name in `snake_case`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The kind's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// A job to be enqueued.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// The job's id.
    pub id: JobId,
    /// What kind of work it is.
    pub kind: JobKind,
    /// Which things to work on: ids and numbers, never personal data.
    pub payload: Value,
    /// When it may run at the earliest.
    pub run_at: Timestamp,
    /// How often it is tried, without having kept a checkpoint in between, before it counts as failed.
    pub max_attempts: u16,
}

/// Which jobs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Those of the kind with this name.
    pub kind: Option<String>,
    /// Those with this status.
    pub status: Option<JobStatus>,
}

impl JobFilter {
    /// Whether the filter lets the job through.
    #[must_use]
    pub fn admits(&self, job: &JobRecord) -> bool {
        self.kind.as_ref().is_none_or(|kind| *kind == job.kind)
            && self.status.is_none_or(|status| status == job.status)
    }
}

/// What asking for a job's cancellation led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobCancellation {
    /// It waited and had done nothing that lasts: it is cancelled.
    Cancelled,
    /// A worker will end it at its next pause.
    Requested,
    /// It was asked for before, and is yet to happen.
    AlreadyRequested,
    /// The job had ended.
    TooLate,
}

/// How far a job is, written in the transaction of what it did so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobCheckpoint<'a> {
    /// The job.
    pub job: JobId,
    /// Who works on it.
    pub worker: Uuid,
    /// Where a later try goes on: ids and numbers, never personal data.
    pub state: &'a Value,
    /// When.
    pub at: Timestamp,
}

/// The jobs of the unit's organization.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Enqueues a job for the unit's organization; it can be claimed once the unit is committed.
    async fn enqueue(&self, job: &NewJob) -> Result<(), StorageError>;

    /// The job with this id, as it was last committed.
    async fn find(&self, id: JobId) -> Result<Option<JobRecord>, StorageError>;

    /// The jobs with these ids, as they were last committed, in the order of the ids.
    async fn find_many(&self, ids: &[JobId]) -> Result<Vec<JobRecord>, StorageError>;

    /// Jobs that the filter lets through, the latest id first.
    async fn list(
        &self,
        filter: &JobFilter,
        page: &PageRequest,
    ) -> Result<Page<JobRecord>, StorageError>;

    /// Whether a job of this kind other than `except` waits or runs whose payload has this field.
    async fn is_open(
        &self,
        kind: JobKind,
        field: (&'static str, Uuid),
        except: Option<JobId>,
    ) -> Result<bool, StorageError>;

    /// Asks for the job's cancellation; `None` where the organization has no such job.
    ///
    /// A job that waits and has no checkpoint MUST be cancelled with the unit's commit; a worker winds it up
    /// afterwards. One that waits with a checkpoint becomes due, so that it can leave its things in order itself.
    async fn cancel(
        &self,
        id: JobId,
        at: Timestamp,
    ) -> Result<Option<JobCancellation>, StorageError>;

    /// Keeps a checkpoint with what the unit does; the try counts as the first one again. When the answer is
    /// [`JobLease::Lost`], another worker has the job, and the unit MUST be dropped.
    ///
    /// It MUST make this unit and every claim of the job wait for each other.
    async fn checkpoint<'a>(&self, checkpoint: JobCheckpoint<'a>)
    -> Result<JobLease, StorageError>;
}
