//! Durable jobs: work that happens later, exactly because it was asked for in a committed unit.

use async_trait::async_trait;
use serde_json::Value;
use time::Duration;

use crate::{JobId, OrganizationId, StorageError, TenantScope, Timestamp};

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
    /// How often it is tried before it counts as failed.
    pub max_attempts: u16,
}

/// Enqueues jobs within a unit of work.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Enqueues a job for the unit's organization; it can be claimed once the unit is committed.
    async fn enqueue(&self, job: &NewJob) -> Result<(), StorageError>;
}

/// A job that a worker holds a lease on.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedJob {
    /// The job's id.
    pub id: JobId,
    /// For which organization it works.
    pub organization: OrganizationId,
    /// The name of its kind.
    pub kind: String,
    /// Which things to work on.
    pub payload: Value,
    /// Which try this is, starting at 1.
    pub attempt: u16,
    /// How often it is tried before it counts as failed.
    pub max_attempts: u16,
}

/// How a try at a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// The work is done.
    Completed,
    /// It did not work this time; it may be tried again at this instant.
    Retry {
        /// When it may be tried again.
        at: Timestamp,
        /// A code for what went wrong, without personal data.
        error: String,
    },
    /// It did not work, and will not be tried again.
    Failed {
        /// A code for what went wrong, without personal data.
        error: String,
    },
}

/// Hands jobs to workers.
///
/// A lease is what a worker holds while it works. When its time is over, as it is for a worker that
/// was killed, the job can be claimed again; the lease is lost with that claim. Only the worker that
/// holds the lease can end the try.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Leases up to `limit` due jobs to `worker` until `now + lease`: jobs never tried, to be retried, or
    /// whose lease ran out. No two workers ever hold the same job. A job whose lease ran out in its last
    /// try is not claimed again but failed.
    async fn claim(
        &self,
        worker: uuid::Uuid,
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<ClaimedJob>, StorageError>;

    /// Prolongs the lease until `now + lease`; `false` when the worker does not hold it any more.
    async fn renew(
        &self,
        job: JobId,
        worker: uuid::Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StorageError>;

    /// Ends the try; `false` when the worker does not hold the lease any more. A retry of the last try
    /// is a failure.
    async fn finish(
        &self,
        job: JobId,
        worker: uuid::Uuid,
        outcome: &JobOutcome,
        now: Timestamp,
    ) -> Result<bool, StorageError>;

    /// Gives a job back untried, as a worker does that has to stop; the attempt does not count.
    async fn hand_back(
        &self,
        job: JobId,
        worker: uuid::Uuid,
        now: Timestamp,
    ) -> Result<bool, StorageError>;

    /// How long the oldest due job has been waiting, be it for a worker that died; zero when none waits.
    async fn lag(&self, now: Timestamp) -> Result<Duration, StorageError>;
}

/// Carries out one kind of job.
///
/// A job can be carried out more than once (its worker may be killed between the effect and its
/// end), so the effect MUST be the same the second time.
#[async_trait]
pub trait Job: Send + Sync {
    /// Which kind of job this carries out.
    fn kind(&self) -> JobKind;

    /// Does the work, in the scope of the organization that enqueued it. An `Err` is a code for what went
    /// wrong, without personal data; the job is tried again later.
    ///
    /// The future may be dropped at any of its awaits: when the lease was lost, or the program stops.
    async fn run(&self, job: &ClaimedJob, scope: &TenantScope) -> Result<(), String>;
}
