//! A job as it is kept, and what can happen to it.

use std::collections::BTreeMap;

use kernel::{
    ClaimedJob, EarlyEnd, JobCancellation, JobId, JobPace, JobProgress, JobRecord, JobStatus,
    NewJob, OrganizationId, Timestamp,
};
use serde_json::Value;
use uuid::Uuid;

/// A job and how far it is.
#[derive(Clone, Debug)]
pub(crate) struct StoredJob {
    pub(crate) record: JobRecord,
    pub(super) payload: Value,
    pub(super) checkpoint: Option<Value>,
    run_at: Timestamp,
    holder: Option<(Uuid, Timestamp)>,
    /// How often it may still be tried to wind it up.
    wind_ups_left: u16,
}

impl StoredJob {
    fn new(organization: OrganizationId, job: NewJob) -> Self {
        let record = JobRecord {
            id: job.id,
            organization,
            kind: job.kind.as_str().to_owned(),
            status: JobStatus::Pending,
            cancel_requested: false,
            attempts: 0,
            max_attempts: job.max_attempts,
            error: None,
            progress: JobProgress::default(),
            rate: JobPace::default().per_second(),
            progress_at: None,
            result: None,
            created_at: job.run_at,
            started_at: None,
            finished_at: None,
            revision: 0,
        };
        Self {
            record,
            payload: job.payload,
            checkpoint: None,
            run_at: job.run_at,
            holder: None,
            wind_ups_left: 0,
        }
    }

    /// Whether the worker works on it or winds it up.
    pub(super) fn is_held_by(&self, by: Uuid) -> bool {
        self.holder.is_some_and(|(worker, _)| worker == by)
    }

    /// Whether the worker works on it.
    pub(super) fn is_worked_on_by(&self, by: Uuid) -> bool {
        self.is_held_by(by) && self.record.status == JobStatus::Running
    }

    pub(super) const fn is_exhausted(&self) -> bool {
        self.record.attempts >= self.record.max_attempts
    }

    /// Whether a worker with a lease that lasts at `now` has it.
    pub(super) fn is_running(&self, now: Timestamp) -> bool {
        self.record.status == JobStatus::Running && self.is_leased(now)
    }

    fn is_leased(&self, now: Timestamp) -> bool {
        self.holder.is_some_and(|(_, until)| until > now)
    }

    /// Since when it is to be wound up, if it is at `now` and nobody does.
    pub(super) fn left_since(&self, now: Timestamp) -> Option<Timestamp> {
        let is_left = self.wind_ups_left > 0 && self.run_at <= now && !self.is_leased(now);
        is_left.then_some(self.run_at)
    }

    /// Since when it waits for a worker, if it does at `now`.
    pub(super) fn due_since(&self, now: Timestamp) -> Option<Timestamp> {
        let since = match (self.record.status, self.holder) {
            (JobStatus::Pending, _) => self.run_at,
            (JobStatus::Running, Some((_, until))) => until,
            _ => return None,
        };
        (since <= now).then_some(since)
    }

    pub(super) fn claim(
        &mut self,
        worker: Uuid,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> ClaimedJob {
        let early_end = self.early_end();
        self.holder = Some((worker, lease_until));
        let record = &mut self.record;
        let (attempt, max_attempts) = if early_end.is_some() {
            self.wind_ups_left -= 1;
            (EarlyEnd::TRIES - self.wind_ups_left, EarlyEnd::TRIES)
        } else {
            record.attempts += 1;
            record.status = JobStatus::Running;
            record.started_at = record.started_at.or(Some(now));
            record.revision += 1;
            (record.attempts, record.max_attempts)
        };
        ClaimedJob {
            id: record.id,
            organization: record.organization,
            kind: record.kind.clone(),
            payload: self.payload.clone(),
            attempt,
            max_attempts,
            checkpoint: self.checkpoint.clone(),
            progress: record.progress.clone(),
            cancel_requested: record.cancel_requested,
            early_end,
        }
    }

    fn early_end(&self) -> Option<EarlyEnd> {
        match self.record.status {
            JobStatus::Cancelled => Some(EarlyEnd::Cancelled),
            JobStatus::Failed => Some(EarlyEnd::Failed(
                self.record.error.clone().unwrap_or_default(),
            )),
            _ => None,
        }
    }

    pub(super) const fn renew(&mut self, worker: Uuid, until: Timestamp) {
        self.holder = Some((worker, until));
    }

    /// Lets it wait until `run_at`.
    pub(super) fn wait(&mut self, run_at: Timestamp) {
        self.holder = None;
        self.run_at = run_at;
        self.record.status = JobStatus::Pending;
        self.record.revision += 1;
    }

    /// Lets it wait until `run_at`, or be wound up now where somebody asked for its end.
    pub(super) fn wait_unless_cancelled(&mut self, run_at: Timestamp, now: Timestamp) {
        let is_cancelled = self.record.cancel_requested;
        self.wait(if is_cancelled { now } else { run_at });
    }

    pub(super) fn end(&mut self, status: JobStatus, at: Timestamp) {
        self.holder = None;
        self.record.status = status;
        self.record.finished_at = Some(at);
        self.record.revision += 1;
    }

    /// Ends it before its time: somebody has to see to what it left.
    pub(super) fn end_early(&mut self, status: JobStatus, at: Timestamp) {
        self.end(status, at);
        self.wind_ups_left = EarlyEnd::TRIES;
    }

    /// Notes that it was wound up, or when that is to be tried again.
    pub(super) fn wound_up(&mut self, again: Option<Timestamp>) {
        self.holder = None;
        match again {
            Some(at) => self.run_at = at,
            None => self.wind_ups_left = 0,
        }
    }

    /// Asks for its cancellation.
    pub(super) fn cancel(&mut self, at: Timestamp) -> JobCancellation {
        if self.record.status.is_final() {
            return JobCancellation::TooLate;
        }
        if self.record.cancel_requested {
            return JobCancellation::AlreadyRequested;
        }
        self.record.cancel_requested = true;
        if self.record.status == JobStatus::Pending {
            if self.checkpoint.is_none() {
                self.run_at = self.run_at.min(at);
                self.end_early(JobStatus::Cancelled, at);
                return JobCancellation::Cancelled;
            }
            self.run_at = self.run_at.min(at);
        }
        self.record.revision += 1;
        JobCancellation::Requested
    }
}

/// What a unit of work does with a job at its commit.
#[derive(Clone, Debug)]
pub(crate) enum JobStep {
    /// Enqueues it.
    Enqueue(NewJob),
    /// Asks for its cancellation.
    Cancel(JobId, Timestamp),
    /// Keeps a checkpoint of this worker.
    Checkpoint(JobId, Uuid, Value),
}

impl JobStep {
    /// Whether nobody got in its way since it was taken.
    pub(crate) fn still_holds(&self, jobs: &BTreeMap<JobId, StoredJob>) -> bool {
        match self {
            Self::Checkpoint(job, worker, _) => jobs
                .get(job)
                .is_some_and(|job| job.is_worked_on_by(*worker)),
            Self::Enqueue(_) | Self::Cancel(..) => true,
        }
    }

    /// Takes it.
    pub(crate) fn apply(self, organization: OrganizationId, jobs: &mut BTreeMap<JobId, StoredJob>) {
        match self {
            Self::Enqueue(job) => {
                jobs.insert(job.id, StoredJob::new(organization, job));
            }
            Self::Cancel(job, at) => {
                if let Some(job) = jobs.get_mut(&job) {
                    job.cancel(at);
                }
            }
            Self::Checkpoint(job, _, state) => {
                if let Some(job) = jobs.get_mut(&job) {
                    job.checkpoint = Some(state);
                    job.record.revision += u64::from(job.record.attempts != 1);
                    job.record.attempts = 1;
                }
            }
        }
    }
}
