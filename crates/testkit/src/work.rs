//! A job's control without a worker.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kernel::{
    Clock as _, Interruption, JobCheckpoint, JobControl, JobFailure, JobId, JobLease, JobProgress,
    JobQueue,
};
use serde_json::Value;
use uuid::Uuid;

use crate::FixedClock;

/// Keeps what a job tells, and interrupts it when a test wants that.
#[derive(Debug)]
pub struct StagedWork {
    job: JobId,
    worker: Uuid,
    clock: FixedClock,
    reports: Mutex<Vec<JobProgress>>,
    interruption: Option<(usize, Interruption)>,
}

impl StagedWork {
    /// Work on the job, which `worker` has claimed, that is never interrupted.
    #[must_use]
    pub fn new(job: JobId, worker: Uuid) -> Self {
        Self {
            job,
            worker,
            clock: FixedClock::default(),
            reports: Mutex::default(),
            interruption: None,
        }
    }

    /// The same work, interrupted once it has reported this often.
    #[must_use]
    pub const fn interrupted_after(mut self, reports: usize, why: Interruption) -> Self {
        self.interruption = Some((reports, why));
        self
    }

    /// What was reported, in order.
    #[must_use]
    pub fn reports(&self) -> Vec<JobProgress> {
        self.told().clone()
    }

    fn told(&self) -> MutexGuard<'_, Vec<JobProgress>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl JobControl for StagedWork {
    fn report(&self, progress: JobProgress) {
        self.told().push(progress);
    }

    fn interruption(&self) -> Option<Interruption> {
        let told = self.told().len();
        let (after, why) = self.interruption?;
        (told >= after).then_some(why)
    }

    async fn interrupted(&self) -> Interruption {
        match self.interruption() {
            Some(interruption) => interruption,
            None => std::future::pending().await,
        }
    }

    async fn checkpoint(&self, queue: &dyn JobQueue, state: &Value) -> Result<(), JobFailure> {
        let checkpoint = JobCheckpoint {
            job: self.job,
            worker: self.worker,
            state,
            at: self.clock.now(),
        };
        match queue.checkpoint(checkpoint).await? {
            JobLease::Lost => Err(JobFailure::LeaseLost),
            JobLease::Held | JobLease::Cancelling => Ok(()),
        }
    }
}
