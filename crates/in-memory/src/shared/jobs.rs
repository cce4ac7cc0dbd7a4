//! The queue of durable jobs.

use async_trait::async_trait;
use kernel::{
    ClaimedJob, JobId, JobOutcome, JobQueue, JobStore, NewJob, OrganizationId, StorageError,
    Timestamp,
};
use time::Duration;
use uuid::Uuid;

use crate::MemoryDatabase;
use crate::unit::MemoryUnit;

/// A job and how far it is.
#[derive(Clone, Debug)]
pub(crate) struct StoredJob {
    organization: OrganizationId,
    job: NewJob,
    attempts: u16,
    status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Pending {
        run_at: Timestamp,
    },
    Running {
        worker: Uuid,
        lease_until: Timestamp,
    },
    Ended,
}

impl StoredJob {
    pub(crate) fn new(organization: OrganizationId, job: NewJob) -> Self {
        Self {
            organization,
            attempts: 0,
            status: Status::Pending { run_at: job.run_at },
            job,
        }
    }

    fn is_held_by(&self, by: Uuid) -> bool {
        matches!(self.status, Status::Running { worker, .. } if worker == by)
    }

    fn is_exhausted(&self) -> bool {
        self.attempts >= self.job.max_attempts
    }

    /// Since when it waits for a worker, if it does at `now`.
    fn due_since(&self, now: Timestamp) -> Option<Timestamp> {
        let since = match self.status {
            Status::Pending { run_at } => run_at,
            Status::Running { lease_until, .. } => lease_until,
            Status::Ended => return None,
        };
        (since <= now).then_some(since)
    }

    fn claim(&mut self, worker: Uuid, lease_until: Timestamp) -> ClaimedJob {
        self.attempts += 1;
        self.status = Status::Running {
            worker,
            lease_until,
        };
        ClaimedJob {
            id: self.job.id,
            organization: self.organization,
            kind: self.job.kind.as_str().to_owned(),
            payload: self.job.payload.clone(),
            attempt: self.attempts,
            max_attempts: self.job.max_attempts,
        }
    }
}

#[async_trait]
impl JobQueue for MemoryUnit {
    async fn enqueue(&self, job: &NewJob) -> Result<(), StorageError> {
        self.keep_job(job.clone());
        Ok(())
    }
}

impl MemoryDatabase {
    /// Changes the job if the worker holds it; `false` otherwise.
    fn with_held_job(&self, job: JobId, worker: Uuid, change: impl FnOnce(&mut StoredJob)) -> bool {
        self.with_jobs(|jobs| {
            let held = jobs.get_mut(&job).filter(|job| job.is_held_by(worker));
            held.map(change).is_some()
        })
    }
}

#[async_trait]
impl JobStore for MemoryDatabase {
    async fn claim(
        &self,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<ClaimedJob>, StorageError> {
        Ok(self.with_jobs(|jobs| {
            let mut due = jobs
                .values_mut()
                .filter_map(|job| job.due_since(now).map(|since| (since, job)))
                .collect::<Vec<_>>();
            due.sort_by_key(|(since, job)| (*since, job.job.id));
            let mut claimed = Vec::new();
            for (_, job) in due {
                if job.is_exhausted() {
                    job.status = Status::Ended;
                } else if claimed.len() < usize::from(limit) {
                    claimed.push(job.claim(worker, now + lease));
                }
            }
            claimed
        }))
    }

    async fn renew(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StorageError> {
        Ok(self.with_held_job(job, worker, |job| {
            job.status = Status::Running {
                worker,
                lease_until: now + lease,
            };
        }))
    }

    async fn finish(
        &self,
        job: JobId,
        worker: Uuid,
        outcome: &JobOutcome,
        _now: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.with_held_job(job, worker, |job| {
            job.status = match outcome {
                JobOutcome::Retry { at, .. } if !job.is_exhausted() => {
                    Status::Pending { run_at: *at }
                }
                JobOutcome::Completed | JobOutcome::Retry { .. } | JobOutcome::Failed { .. } => {
                    Status::Ended
                }
            };
        }))
    }

    async fn hand_back(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.with_held_job(job, worker, |job| {
            job.attempts -= 1;
            job.status = Status::Pending { run_at: now };
        }))
    }

    async fn lag(&self, now: Timestamp) -> Result<Duration, StorageError> {
        let oldest =
            self.with_jobs(|jobs| jobs.values().filter_map(|job| job.due_since(now)).min());
        Ok(oldest.map_or(Duration::ZERO, |oldest| now - oldest))
    }
}
