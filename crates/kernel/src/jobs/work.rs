//! Doing the work of a job.

use async_trait::async_trait;
use serde_json::Value;

use super::{ClaimedJob, EarlyEnd, JobKind, JobProgress, JobQueue};
use crate::{Classify as _, StorageError, TenantScope, Timestamp};

/// Why a try has to end before the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// Somebody asked for the job's cancellation: leave things in order, for the job will not run again.
    Cancelled,
    /// The worker has to stop, or another organization waits: the job goes on later.
    Stopping,
}

/// How a try ended in which nothing went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEnd {
    /// The work is done; what it led to, ids and numbers.
    Completed(Option<Value>),
    /// The work was ended before its time; what it led to, ids and numbers.
    Cancelled(Option<Value>),
    /// The work is to go on later, from the last checkpoint.
    HandedBack,
    /// The work is to go on at this instant, from the last checkpoint: what it is about is not due before.
    Waits(Timestamp),
}

impl JobEnd {
    /// The work is done, and led to nothing worth telling.
    pub const DONE: Self = Self::Completed(None);
}

impl From<Interruption> for JobEnd {
    fn from(interruption: Interruption) -> Self {
        match interruption {
            Interruption::Cancelled => Self::Cancelled(None),
            Interruption::Stopping => Self::HandedBack,
        }
    }
}

/// Why a try failed: a code in `kebab-case`, without personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobFailure {
    /// It may work another time.
    Passing(String),
    /// It will not work another time either.
    Lasting(String),
    /// Another worker has the job: nothing of what this try has open may be committed.
    LeaseLost,
}

impl JobFailure {
    /// A failure that no further try can mend.
    pub fn lasting(code: impl Into<String>) -> Self {
        Self::Lasting(code.into())
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Passing(code) | Self::Lasting(code) => code,
            Self::LeaseLost => "lease-lost",
        }
    }
}

impl From<String> for JobFailure {
    fn from(code: String) -> Self {
        Self::Passing(code)
    }
}

impl From<&str> for JobFailure {
    fn from(code: &str) -> Self {
        Self::Passing(code.to_owned())
    }
}

impl From<StorageError> for JobFailure {
    /// The code alone: an error's source may quote what is stored.
    fn from(error: StorageError) -> Self {
        Self::Passing(error.code().to_owned())
    }
}

/// What connects a job at work with its worker.
#[async_trait]
pub trait JobControl: Send + Sync {
    /// Tells how far the job is. It costs next to nothing, so that it can be called per batch: the worker
    /// stores the latest at least once a second. Tell what is committed, after the commit.
    ///
    /// What is behind an earlier report, be it of an earlier try, is left out.
    fn report(&self, progress: JobProgress);

    /// Tells how far the job is within a unit that is not committed yet: between statements, where they may take
    /// longer together than whoever follows the job likes to wait. It is stored as a report is, but says nothing of
    /// the pace, for what is under way may come to nothing and be done again. The counts MUST be those of what is
    /// committed.
    fn under_way(&self, _progress: JobProgress) {}

    /// Whether the try has to end: to be asked between batches, and answered with `JobEnd::from`.
    fn interruption(&self) -> Option<Interruption>;

    /// Waits until the try has to end, for work that waits itself.
    async fn interrupted(&self) -> Interruption;

    /// Keeps where the next try is to go on, with what the unit behind `queue` does: both are committed, or
    /// neither. It fails where another worker has the job; the unit MUST be dropped then.
    ///
    /// Call it last before the commit: from here on the lease cannot be renewed until the unit ends.
    async fn checkpoint(&self, queue: &dyn JobQueue, state: &Value) -> Result<(), JobFailure>;
}

/// Carries out one kind of job.
///
/// A job can be carried out more than once: its worker may be killed at any moment. There are two ways to
/// have its effect once all the same.
///
/// - **One effect**: make it the same the second time. A mail has the id of its job.
/// - **Many batches**: commit each batch with a checkpoint that says what comes next. A try that was
///   killed in the middle of a batch leaves nothing of it, the next one goes on behind the last batch, and
///   a worker that lost its lease cannot commit.
///
/// ```ignore
/// let mut next = job.checkpoint.as_ref().map_or(0, read_checkpoint);
/// while next < total {
///     if let Some(interruption) = work.interruption() {
///         return Ok(interruption.into());
///     }
///     let unit = self.store.begin(scope).await?;
///     let until = self.one_batch(unit.as_ref(), next).await?;
///     work.checkpoint(unit.jobs(), &json!({ "next": until })).await?;
///     unit.commit().await?;
///     next = until;
///     work.report(JobProgress::new(next).of(total));
/// }
/// Ok(JobEnd::Completed(Some(json!({ "counted": total }))))
/// ```
///
/// A job can end without being run, or without a last word: it is cancelled while it waits, its last try fails, or
/// it kills its worker each time. What depends on it (an import, a list) is brought to an end by
/// [`Job::wind_up`], soon after the end; who shows such a thing in between must also look at the job.
#[async_trait]
pub trait Job: Send + Sync {
    /// Which kind of job this carries out.
    fn kind(&self) -> JobKind;

    /// Does the work, in the scope of the organization that enqueued it.
    ///
    /// The future may be dropped at any of its awaits: when the lease was lost, or when the program stops
    /// and the job takes too long to notice.
    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure>;

    /// Leaves things in order after the job ended so; it will not run again, and its end stands whatever becomes of
    /// this.
    ///
    /// It is not called where [`Job::run`] told that it ended. Like that, it can be carried out more than once, and
    /// is tried again where it fails. It MUST leave alone what another job has taken over since.
    async fn wind_up(
        &self,
        _job: &ClaimedJob,
        _end: &EarlyEnd,
        _scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        Ok(())
    }
}
