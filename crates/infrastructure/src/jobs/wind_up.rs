//! Seeing to what a job left that ended before its time.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use kernel::{ClaimedJob, EarlyEnd, Job, JobFailure};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::try_job::Desk;

impl Desk {
    /// Has the kind of the job wind it up, and tells the store; what fails is put off.
    pub(super) async fn wind_up(
        &self,
        job: Option<Arc<dyn Job>>,
        claimed: &ClaimedJob,
        end: &EarlyEnd,
        abandon: &CancellationToken,
    ) {
        let span = tracing::info_span!(
            "job",
            job.id = %claimed.id,
            job.kind = claimed.kind,
            job.wind_up = claimed.attempt,
            organization.id = %claimed.organization,
        );
        let wound_up = async {
            let done = match job {
                Some(job) => self.see_to(job.as_ref(), claimed, end, abandon).await,
                // A newer version of the program may know it.
                None => Err("unknown-kind".into()),
            };
            let now = self.clock.now();
            let again = match &done {
                Ok(()) => None,
                Err(JobFailure::LeaseLost) => return,
                Err(failure) => {
                    let code = failure.code();
                    if claimed.attempt >= claimed.max_attempts {
                        tracing::error!(code, "what the job left was not seen to");
                        self.log(claimed, "what a job left was not seen to", code);
                    } else {
                        tracing::warn!(code, "what the job left is seen to later");
                    }
                    Some(now + self.pause(claimed.attempt))
                }
            };
            let told = self.store.wound_up(claimed.id, self.worker, again, now);
            if let Err(error) = told.await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "it could not be written that the job was wound up; it is done again when its lease is over"
                );
            }
        };
        wound_up.instrument(span).await;
    }

    /// The work itself. Whatever ends it drops its future before the store is told.
    async fn see_to(
        &self,
        job: &dyn Job,
        claimed: &ClaimedJob,
        end: &EarlyEnd,
        abandon: &CancellationToken,
    ) -> Result<(), JobFailure> {
        let scope = self.scope(job, claimed);
        tokio::select! {
            biased;
            done = AssertUnwindSafe(job.wind_up(claimed, end, &scope)).catch_unwind() => {
                done.unwrap_or_else(|_panic| Err("panicked".into()))
            }
            () = abandon.cancelled() => Err("abandoned".into()),
            () = self.keep_lease(claimed) => Err(JobFailure::LeaseLost),
        }
    }
}
