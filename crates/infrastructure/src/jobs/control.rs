//! What connects a job at work with its worker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kernel::{
    ClaimedJob, Clock, Interruption, JobCheckpoint, JobControl, JobFailure, JobId, JobLease,
    JobPace, JobProgress, JobQueue, JobReport, JobStore, OrganizationId,
};
use serde_json::Value;
use time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::places::Place;
use super::try_job::Desk;

/// How many milliseconds are waited after each try to store what a job told last.
const LAST_PAUSES: [u64; 4] = [100, 200, 400, 0];

/// The latest report of a try, and what it was told.
pub(super) struct Control<'a> {
    place: &'a Place,
    began: Instant,
    turn: Duration,
    places: u16,
    organization: OrganizationId,
    job: JobId,
    worker: Uuid,
    store: Arc<dyn JobStore>,
    clock: Arc<dyn Clock>,
    interval: Duration,
    told: Mutex<Told>,
    /// That the job told something.
    news: Notify,
    cancelled: CancellationToken,
    stopping: CancellationToken,
    has_kept: AtomicBool,
}

/// What the job told.
struct Told {
    progress: JobProgress,
    pace: JobPace,
    /// The progress that is known to be in the store. What is on its way there is not: who writes it may be dropped.
    stored: JobProgress,
}

impl<'a> Control<'a> {
    pub(super) fn new(
        desk: &Desk,
        claimed: &ClaimedJob,
        stopping: CancellationToken,
        place: &'a Place,
    ) -> Self {
        let cancelled = CancellationToken::new();
        if claimed.cancel_requested {
            cancelled.cancel();
        }
        Self {
            place,
            began: Instant::now(),
            turn: desk.settings.turn,
            places: desk.settings.concurrency,
            organization: claimed.organization,
            job: claimed.id,
            worker: desk.worker,
            store: Arc::clone(&desk.store),
            clock: Arc::clone(&desk.clock),
            interval: desk.settings.report_interval,
            told: Mutex::new(Told {
                progress: claimed.progress.clone(),
                pace: JobPace::default(),
                stored: claimed.progress.clone(),
            }),
            news: Notify::new(),
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
    ///
    /// News after a while without any is stored at once, else as often as the interval says: whoever follows the job waits
    /// for the job, and not for the next look at it.
    pub(super) async fn keep_reporting(&self) {
        let mut next = self.next_look();
        let mut is_quiet = true;
        loop {
            let was_told = tokio::select! {
                () = sleep_until(next) => false,
                () = self.news.notified(), if is_quiet => true,
            };
            let report = self.unstored_report();
            if was_told && report.is_none() {
                // The notice is of what was stored before there was quiet.
                continue;
            }
            next = self.next_look();
            is_quiet = report.is_none();
            match self.exchange(report.as_ref()).await {
                Some(JobLease::Lost) => return,
                Some(JobLease::Cancelling) => self.cancelled.cancel(),
                Some(JobLease::Held) | None => {}
            }
            self.look_for_others().await;
        }
    }

    fn next_look(&self) -> Instant {
        Instant::now() + self.interval.unsigned_abs()
    }

    /// Asks the job to go on later where it had its turn, no place is free, and another organization waits for one.
    async fn look_for_others(&self) {
        let had_turn = self.has_kept() && self.began.elapsed() >= self.turn.unsigned_abs();
        if !had_turn || !self.place.is_wanted(self.places) {
            return;
        }
        let now = self.clock.now();
        match self.store.others_wait(self.organization, now).await {
            Ok(true) => self.place.ask_back(),
            Ok(false) => {}
            Err(error) => tracing::debug!(
                error = &error as &dyn std::error::Error,
                "it could not be seen whether others wait"
            ),
        }
    }

    /// Stores what the job told last, if that is yet to be done. Nothing comes after it, so that it is tried again for a
    /// moment where the store does not answer.
    pub(super) async fn store_report(&self) {
        for pause in LAST_PAUSES {
            let Some(report) = self.unstored_report() else {
                return;
            };
            if self.exchange(Some(&report)).await.is_some() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        }
    }

    fn unstored_report(&self) -> Option<JobReport> {
        let told = self.told();
        (told.progress != told.stored).then(|| JobReport {
            progress: told.progress.clone(),
            rate: told.pace.per_second(),
        })
    }

    /// `None` where the store does not answer: the next report says the same and more.
    async fn exchange(&self, report: Option<&JobReport>) -> Option<JobLease> {
        let now = self.clock.now();
        let answer = self.store.report(self.job, self.worker, now, report).await;
        match answer {
            Ok(lease) => {
                if let Some(report) = report {
                    self.told().stored = report.progress.clone();
                }
                Some(lease)
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the job's progress could not be stored"
                );
                None
            }
        }
    }
}

#[async_trait]
impl JobControl for Control<'_> {
    fn report(&self, progress: JobProgress) {
        // The pace is that of this try, which may begin behind what an earlier one told.
        let now = self.clock.now();
        self.told().pace.note(now, progress.done());
        self.under_way(progress);
    }

    fn under_way(&self, progress: JobProgress) {
        let mut told = self.told();
        let before = std::mem::take(&mut told.progress);
        told.progress = before.followed_by(progress);
        if told.progress != told.stored {
            self.news.notify_one();
        }
    }

    fn interruption(&self) -> Option<Interruption> {
        if self.cancelled.is_cancelled() {
            Some(Interruption::Cancelled)
        } else {
            let has_to_end = self.stopping.is_cancelled() || self.place.asked().is_cancelled();
            has_to_end.then_some(Interruption::Stopping)
        }
    }

    async fn interrupted(&self) -> Interruption {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Interruption::Cancelled,
            () = self.stopping.cancelled() => Interruption::Stopping,
            () = self.place.asked().cancelled() => Interruption::Stopping,
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
