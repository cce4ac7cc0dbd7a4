//! One try at one job.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use kernel::{
    ClaimedJob, Clock, IdGenerator, Job, JobEnd, JobFailure, JobOutcome, JobStore, RandomBytes,
    RequestId, StorageError, TenantScope, Timestamp,
};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use super::JobRunnerSettings;
use super::control::Control;
use super::figures::Try;
use super::places::Places;
use crate::logs::{DatabaseLogs, ErrorLevel, ErrorLine};

/// The pauses before the store is told again how a try ended; each is double the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_millis(3_200);

/// What every try of a worker needs.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) worker: Uuid,
    pub(super) store: Arc<dyn JobStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdGenerator>,
    pub(super) random: Arc<dyn RandomBytes>,
    pub(super) settings: JobRunnerSettings,
    /// The places of the worker, which all of its tries share.
    pub(super) places: Arc<Places>,
    /// Where jobs that failed for good are told.
    pub(super) logs: Option<DatabaseLogs>,
}

/// How a try came to its end.
enum End {
    /// The job's own end of it.
    Worked(Result<JobEnd, JobFailure>),
    /// Somebody asked for its cancellation before it had done anything that lasts.
    Withdrawn,
    /// Another worker has the job.
    LeaseLost,
    /// The worker has to stop.
    Abandoned,
}

/// How tries learn that their worker has to stop.
#[derive(Clone)]
pub(super) struct Stopping {
    /// They are asked to end soon.
    pub(super) asked: CancellationToken,
    /// They are dropped where they are.
    pub(super) abandon: CancellationToken,
}

impl Desk {
    /// Works on the job until it is done, the lease is lost or the worker stops, and tells the store.
    pub(super) async fn try_job(
        &self,
        job: Option<Arc<dyn Job>>,
        claimed: &ClaimedJob,
        stopping: &Stopping,
    ) {
        let span = tracing::info_span!(
            "job",
            job.id = %claimed.id,
            job.kind = claimed.kind,
            job.attempt = claimed.attempt,
            organization.id = %claimed.organization,
        );
        async {
            let started = Instant::now();
            let figures = Try::begin(job.as_ref().map(|job| job.kind().as_str()));
            let place = Places::take(&self.places);
            let control = Control::new(self, claimed, stopping.asked.clone(), &place);
            let end = match job {
                _ if claimed.cancel_requested && claimed.checkpoint.is_none() => End::Withdrawn,
                Some(job) => {
                    self.work(job.as_ref(), claimed, &control, &stopping.abandon)
                        .await
                }
                None => End::Worked(Err("unknown-kind".into())),
            };
            control.store_report().await;
            let duration_ms = started.elapsed().as_millis();
            match end {
                End::Worked(Ok(JobEnd::HandedBack)) | End::Abandoned => {
                    figures.ended("handed_back");
                    self.hand_back(claimed).await;
                }
                End::Worked(Err(JobFailure::LeaseLost)) | End::LeaseLost => {
                    figures.ended("lost");
                    tracing::warn!(
                        duration_ms,
                        "the job's lease was lost; another worker has it"
                    );
                }
                End::Withdrawn => {
                    tracing::info!(duration_ms, "cancelled the job before it began");
                    let now = self.clock.now();
                    let told = self.end(claimed, &JobOutcome::Withdrawn, now).await;
                    figures.ended(told);
                }
                End::Worked(result) => {
                    let attempt = if control.has_kept() {
                        1
                    } else {
                        claimed.attempt
                    };
                    let told = self.finish(claimed, attempt, result, duration_ms).await;
                    figures.ended(told);
                }
            }
        }
        .instrument(span)
        .await;
    }

    /// The work itself. Whatever ends it drops the job's future before the store is told.
    async fn work(
        &self,
        job: &dyn Job,
        claimed: &ClaimedJob,
        control: &Control<'_>,
        abandon: &CancellationToken,
    ) -> End {
        let scope = self.scope(job, claimed);
        tokio::select! {
            biased;
            result = AssertUnwindSafe(job.run(claimed, &scope, control)).catch_unwind() => {
                End::Worked(result.unwrap_or_else(|_panic| Err("panicked".into())))
            }
            () = abandon.cancelled() => End::Abandoned,
            () = self.keep_lease(claimed) => End::LeaseLost,
            () = control.keep_reporting() => End::LeaseLost,
        }
    }

    /// In whose name a job works, or is wound up.
    pub(super) fn scope(&self, job: &dyn Job, claimed: &ClaimedJob) -> TenantScope {
        let run = RequestId::from_uuid(self.ids.next());
        TenantScope::for_job(claimed.organization, job.kind(), claimed.id, run)
    }

    /// How long to wait after a try of this number.
    pub(super) fn pause(&self, attempt: u16) -> time::Duration {
        let [a, b, c, d, ..] = self.random.bytes();
        let chance = u32::from_be_bytes([a, b, c, d]);
        self.settings.backoff.pause(attempt, chance)
    }

    /// Renews the lease for as long as it can be; ends when it is lost.
    pub(super) async fn keep_lease(&self, claimed: &ClaimedJob) {
        let lease = self.settings.lease;
        let mut held_until = self.clock.now() + lease;
        loop {
            tokio::time::sleep(lease.unsigned_abs() / 3).await;
            let now = self.clock.now();
            match self.store.renew(claimed.id, self.worker, now, lease).await {
                Ok(true) => held_until = now + lease,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the job's lease could not be renewed"
                    );
                    if self.clock.now() >= held_until {
                        return;
                    }
                }
            }
        }
    }

    /// Tells the store how the try ended, and its own figures the same in a word.
    async fn finish(
        &self,
        claimed: &ClaimedJob,
        attempt: u16,
        result: Result<JobEnd, JobFailure>,
        duration_ms: u128,
    ) -> &'static str {
        let now = self.clock.now();
        let outcome = match result {
            Ok(JobEnd::Cancelled(result)) => {
                tracing::info!(duration_ms, "cancelled the job");
                JobOutcome::Cancelled { result }
            }
            Ok(JobEnd::Completed(result)) => {
                tracing::info!(duration_ms, "completed the job");
                JobOutcome::Completed { result }
            }
            Ok(JobEnd::HandedBack) => return "handed_back",
            Ok(JobEnd::Waits(until)) => {
                tracing::info!(duration_ms, "the job waits");
                JobOutcome::Waits { until }
            }
            Err(JobFailure::LeaseLost) => return "lost",
            Err(JobFailure::Lasting(code)) => {
                tracing::error!(duration_ms, code, "the job failed for good");
                self.log(claimed, "a job failed in its last try", &code);
                JobOutcome::Failed { error: code }
            }
            Err(JobFailure::Passing(code)) if attempt >= claimed.max_attempts => {
                tracing::error!(duration_ms, code, "the job failed in its last try");
                self.log(claimed, "a job failed in its last try", &code);
                JobOutcome::Failed { error: code }
            }
            Err(JobFailure::Passing(code)) => {
                let pause = self.pause(attempt);
                let pause_ms = pause.whole_milliseconds();
                tracing::warn!(
                    duration_ms,
                    code,
                    pause_ms,
                    "the job failed and is tried again"
                );
                JobOutcome::Retry {
                    at: now + pause,
                    error: code,
                }
            }
        };
        self.end(claimed, &outcome, now).await
    }

    /// Tells the store the outcome, and the figures the same in a word.
    async fn end(
        &self,
        claimed: &ClaimedJob,
        outcome: &JobOutcome,
        now: Timestamp,
    ) -> &'static str {
        match self.tell(claimed, outcome, now).await {
            Ok(true) => match outcome {
                JobOutcome::Completed { .. } => "completed",
                JobOutcome::Cancelled { .. } | JobOutcome::Withdrawn => "cancelled",
                JobOutcome::Retry { .. } => "retried",
                JobOutcome::Waits { .. } => "waits",
                JobOutcome::Failed { .. } => "failed",
            },
            Ok(false) => {
                tracing::warn!("the job ended after its lease was lost");
                "lost"
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the job's end could not be written; it runs again when its lease is over"
                );
                "lost"
            }
        }
    }

    /// Tells the store the outcome, again while it is out of reach: without that a job which is done would
    /// run once more.
    async fn tell(
        &self,
        claimed: &ClaimedJob,
        outcome: &JobOutcome,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let told = self.store.finish(claimed.id, self.worker, outcome, now);
            match told.await {
                Err(StorageError::Unavailable(_) | StorageError::Contended(_))
                    if pause <= LAST_PAUSE =>
                {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                told => return told,
            }
        }
    }

    pub(super) fn log(&self, claimed: &ClaimedJob, message: &str, code: &str) {
        let Some(logs) = &self.logs else {
            return;
        };
        logs.error(ErrorLine {
            at: self.clock.now(),
            service: "jobs",
            level: ErrorLevel::Error,
            message: message.to_owned(),
            sources: vec![code.to_owned()],
            context: json!({
                "job_id": claimed.id,
                "kind": claimed.kind,
                "attempt": claimed.attempt,
                "organization_id": claimed.organization,
                "code": code,
            }),
        });
    }

    async fn hand_back(&self, claimed: &ClaimedJob) {
        let now = self.clock.now();
        match self.store.hand_back(claimed.id, self.worker, now).await {
            Ok(_) => tracing::info!("handed the job back"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the job could not be handed back; it runs again when its lease is over"
            ),
        }
    }
}
