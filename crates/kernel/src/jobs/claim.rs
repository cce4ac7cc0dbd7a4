//! Jobs as workers see them.

use async_trait::async_trait;
use serde_json::Value;
use time::Duration;
use uuid::Uuid;

use super::{JobFilter, JobProgress, JobRecord};
use crate::{JobId, OrganizationId, Page, PageRequest, StorageError, Timestamp};

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
    /// Which try this is since the last checkpoint, starting at 1.
    pub attempt: u16,
    /// How often it is tried before it counts as failed.
    pub max_attempts: u16,
    /// Where an earlier try got to; see [`super::JobControl::checkpoint`].
    pub checkpoint: Option<Value>,
    /// How far it was told to be.
    pub progress: JobProgress,
    /// Whether somebody asked for its cancellation.
    pub cancel_requested: bool,
    /// How it ended, where it did so before its time and is handed out for the sake of what it left; the tries are
    /// those of winding that up then.
    pub early_end: Option<EarlyEnd>,
}

/// How a job ended that could not see to its end itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EarlyEnd {
    /// Somebody asked for that before it had begun.
    Cancelled,
    /// Its last try failed, or killed its worker; a code for what went wrong.
    Failed(String),
}

impl EarlyEnd {
    /// How often a worker tries to wind up what a job left.
    pub const TRIES: u16 = 8;
}

/// What a worker asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobClaim {
    /// The worker.
    pub worker: Uuid,
    /// The present instant.
    pub now: Timestamp,
    /// How long the leases last.
    pub lease: Duration,
    /// How many jobs it can take.
    pub limit: u16,
    /// How many of these places are for organizations of which no job is running anywhere.
    pub reserved: u16,
}

/// What became of a worker's lease on a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobLease {
    /// The worker holds it.
    Held,
    /// The worker holds it, and somebody asked for the job's cancellation.
    Cancelling,
    /// The worker does not hold it any more.
    Lost,
}

/// How far a job is and how fast it went lately.
#[derive(Clone, Debug, PartialEq)]
pub struct JobReport {
    /// How far it is.
    pub progress: JobProgress,
    /// How much is done per second; `None` where that cannot be told yet.
    pub rate: Option<f64>,
}

/// How a try at a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// The work is done.
    Completed {
        /// What it led to: ids and numbers, never personal data.
        result: Option<Value>,
    },
    /// The work was ended because somebody asked for that.
    Cancelled {
        /// What it led to until then: ids and numbers, never personal data.
        result: Option<Value>,
    },
    /// The work was not begun because somebody asked for that.
    Withdrawn,
    /// It goes on at this instant, from its last checkpoint; the try does not count.
    Waits {
        /// When it goes on.
        until: Timestamp,
    },
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

impl JobOutcome {
    /// The work is done, and led to nothing worth telling.
    pub const DONE: Self = Self::Completed { result: None };
}

/// Hands jobs to workers.
///
/// A lease is what a worker holds while it works. When its time is over, as it is for a worker that
/// was killed, the job can be claimed again; the lease is lost with that claim. Only the worker that
/// holds the lease can end the try.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Leases up to `limit` due jobs to the worker until `now + lease`: jobs never tried, to be retried, or
    /// whose lease ran out. No two workers ever hold the same job. A job whose lease ran out in its last
    /// try is not claimed again but failed.
    ///
    /// A job that ended before its time, be it cancelled while it waited, withdrawn or failed, MUST be handed out
    /// once more with [`ClaimedJob::early_end`], until [`JobStore::wound_up`] or for [`EarlyEnd::TRIES`] leases.
    ///
    /// Organizations take turns: first comes the oldest job of those with the fewest jobs running. The
    /// last `reserved` places MUST only be given to an organization of which no job is running.
    async fn claim(&self, claim: &JobClaim) -> Result<Vec<ClaimedJob>, StorageError>;

    /// Prolongs the lease until `now + lease`; `false` when the worker does not hold it any more.
    async fn renew(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StorageError>;

    /// Keeps how far the job is, as [`JobProgress::followed_by`] has it, where there is something to tell, and
    /// tells about the lease.
    async fn report<'a>(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        report: Option<&'a JobReport>,
    ) -> Result<JobLease, StorageError>;

    /// Ends the try; `false` when the worker does not hold the lease any more. A retry of the last try
    /// is a failure.
    async fn finish(
        &self,
        job: JobId,
        worker: Uuid,
        outcome: &JobOutcome,
        now: Timestamp,
    ) -> Result<bool, StorageError>;

    /// Gives a job back untried, as a worker does that has to stop; the attempt does not count. The job is
    /// due at once, and keeps its checkpoint and its progress.
    async fn hand_back(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
    ) -> Result<bool, StorageError>;

    /// Notes that what an ended job had left was wound up, or that this is to be tried again at `again`; `false` when
    /// the worker does not hold it any more. What is seen of the job stays as it is.
    async fn wound_up(
        &self,
        job: JobId,
        worker: Uuid,
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StorageError>;

    /// How long the oldest due job has been waiting, be it for a worker that died; zero when none waits. What is only
    /// to be wound up does not count.
    async fn lag(&self, now: Timestamp) -> Result<Duration, StorageError>;

    /// Whether a due job waits of an organization other than this one, of which no job is running: whose turn it would be,
    /// if there was a place.
    async fn others_wait(
        &self,
        organization: OrganizationId,
        now: Timestamp,
    ) -> Result<bool, StorageError>;

    /// The job with this id, of whichever organization.
    async fn look_up(&self, job: JobId) -> Result<Option<JobRecord>, StorageError>;

    /// The jobs of all organizations that the filter lets through, the latest id first.
    async fn look_through(
        &self,
        filter: &JobFilter,
        page: &PageRequest,
    ) -> Result<Page<JobRecord>, StorageError>;
}
