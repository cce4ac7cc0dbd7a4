//! What runs need of their storage.

use async_trait::async_trait;
use kernel::{
    AuditTrail, IdempotencyLedger, Page, PageRequest, ScheduledRunId, StorageError, TenantScope,
    Timestamp, UnitOfWork,
};
use time::Duration;
use uuid::Uuid;

use super::{NewRun, RunOutcome, ScheduleError, ScheduledRun};
use crate::schedule::PeriodicJob;

/// Opens units of work on the runs of periodic jobs.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Opens a unit of work in the platform's scope; in an organization's there MUST be no run.
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn RunUnit>, StorageError>;
}

/// A unit of work on the runs of periodic jobs.
pub trait RunUnit: UnitOfWork {
    /// The runs.
    fn runs(&self) -> &dyn RunRepository;
    /// The audit log.
    fn audit(&self) -> &dyn AuditTrail;
    /// The answers to requests that may be sent twice.
    fn idempotency(&self) -> &dyn IdempotencyLedger;
}

/// The runs of periodic jobs.
#[async_trait]
pub trait RunRepository: Send + Sync {
    /// Asks for a run; fails with [`ScheduleError::Running`] where another run of the job has not ended, and the unit stays
    /// usable after that failure.
    async fn insert(&self, run: &NewRun) -> Result<(), ScheduleError>;
    /// The runs of this job, or of all, the latest id first.
    async fn list(
        &self,
        job: Option<PeriodicJob>,
        page: &PageRequest,
    ) -> Result<Page<ScheduledRun>, StorageError>;
}

/// What the schedulers of all processes share. Each call is a unit of work of its own.
///
/// One scheduler acts at a time: the one that holds the lease. Its time is the storage's own, which no clock of a process
/// moves.
#[async_trait]
pub trait RunLedger: Send + Sync {
    /// Takes the lease for this long, or prolongs it; `false` while somebody else holds it.
    async fn lead(&self, scheduler: Uuid, lease: Duration) -> Result<bool, StorageError>;
    /// Gives the lease back, if this scheduler holds it.
    async fn resign(&self, scheduler: Uuid) -> Result<(), StorageError>;
    /// The latest turn that each job was asked to run for, of those that ever were.
    async fn last_turns(&self) -> Result<Vec<(PeriodicJob, Timestamp)>, StorageError>;
    /// Asks for a run; `false` where another one of the job has not ended, or one was asked for its turn.
    async fn ask(&self, run: &NewRun) -> Result<bool, StorageError>;
    /// The runs that have not ended, in the order of their ids.
    async fn open_runs(&self) -> Result<Vec<ScheduledRun>, StorageError>;
    /// The run with this id.
    async fn look_up(&self, run: ScheduledRunId) -> Result<Option<ScheduledRun>, StorageError>;
    /// Begins a run that has not ended, once more where whoever began it was killed; `false` where the scheduler does not
    /// hold the lease, or the run has ended.
    async fn start(
        &self,
        run: ScheduledRunId,
        scheduler: Uuid,
        at: Timestamp,
    ) -> Result<bool, StorageError>;
    /// Ends a run; `false` where this scheduler was not the last one to begin it, or it has ended.
    async fn end(
        &self,
        run: ScheduledRunId,
        scheduler: Uuid,
        outcome: &RunOutcome,
        at: Timestamp,
    ) -> Result<bool, StorageError>;
}
