//! What connects a job at work with its worker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kernel::{
    ClaimedJob, Clock, Interruption, JobCheckpoint, JobControl, JobFailure, JobId, JobLease,
    JobPace, JobProgress, JobQueue, JobReport, JobStore,
};
use serde_json::Value;
use time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::try_job::Desk;

/// The latest report of a try, and what it was told.
pub(super) struct Control {
    job: JobId,
    worker: Uuid,
    store: Arc<dyn JobStore>,
    clock: Arc<dyn Clock>,
    interval: Duration,
    told: Mutex<Told>,
    cancelled: CancellationToken,
    stopping: CancellationToken,
    has_kept: AtomicBool,
}

/// What the job told.
struct Told {
    progress: JobProgress,
    pace: JobPace,
    is_stored: bool,
}

impl Control {
    pub(super) fn new(desk: &Desk, claimed: &ClaimedJob, stopping: CancellationToken) -> Self {
        let cancelled = CancellationToken::new();
        if claimed.cancel_requested {
            cancelled.cancel();
        }
        Self {
            job: claimed.id,
            worker: desk.worker,
            store: Arc::clone(&desk.store),
            clock: Arc::clone(&desk.clock),
            interval: desk.settings.report_interval,
            told: Mutex::new(Told {
                progress: claimed.progress.clone(),
                pace: JobPace::default(),
                is_stored: true,
            }),
            cancelled,
            stopping,
            has_kept: AtomicBool::new(false),
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the try kept a checkpoint, after which tries are counted anew.
    pub(super) fn has_kept(&self) -> bool {
        self.has_kept.load(Ordering::Relaxed)
    }

    /// Stores what the job tells, and learns of its cancellation; ends when the lease is lost.
    pub(super) async fn keep_reporting(&self) {
        loop {
            tokio::time::sleep(self.interval.unsigned_abs()).await;
            let report = self.unstored_report();
            match self.exchange(report.as_ref()).await {
                Some(JobLease::Lost) => return,
                Some(JobLease::Cancelling) => self.cancelled.cancel(),
                Some(JobLease::Held) | None => {}
            }
        }
    }

    /// Stores what the job told last, if that is yet to be done.
    pub(super) async fn store_report(&self) {
        if let Some(report) = self.unstored_report() {
            self.exchange(Some(&report)).await;
        }
    }

    fn unstored_report(&self) -> Option<JobReport> {
        let mut told = self.told();
        if std::mem::replace(&mut told.is_stored, true) {
            return None;
        }
        Some(JobReport {
            progress: told.progress.clone(),
            rate: told.pace.per_second(),
        })
    }

    /// `None` where the store does not answer: the next report says the same and more.
    async fn exchange(&self, report: Option<&JobReport>) -> Option<JobLease> {
        let now = self.clock.now();
        let answer = self.store.report(self.job, self.worker, now, report).await;
        match answer {
            Ok(lease) => Some(lease),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the job's progress could not be stored"
                );
                if report.is_some() {
                    self.told().is_stored = false;
                }
                None
            }
        }
    }
}

#[async_trait]
impl JobControl for Control {
    fn report(&self, progress: JobProgress) {
        let now = self.clock.now();
        let mut told = self.told();
        // The pace is that of this try, which may begin behind what an earlier one told.
        told.pace.note(now, progress.done());
        let before = std::mem::take(&mut told.progress);
        let after = before.clone().followed_by(progress);
        told.is_stored &= after == before;
        told.progress = after;
    }

    fn interruption(&self) -> Option<Interruption> {
        if self.cancelled.is_cancelled() {
            Some(Interruption::Cancelled)
        } else {
            self.stopping
                .is_cancelled()
                .then_some(Interruption::Stopping)
        }
    }

    async fn interrupted(&self) -> Interruption {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Interruption::Cancelled,
            () = self.stopping.cancelled() => Interruption::Stopping,
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
            JobLease::Lost => return Err(JobFailure::LeaseLost),
            JobLease::Cancelling => self.cancelled.cancel(),
            JobLease::Held => {}
        }
        self.has_kept.store(true, Ordering::Relaxed);
        Ok(())
    }
}
