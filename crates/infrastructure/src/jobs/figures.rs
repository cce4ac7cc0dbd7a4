//! What is counted and timed of jobs.
//!
//! - `canvass_jobs_enqueued_total`, by `kind`: those whose unit committed;
//! - `canvass_jobs_running`, by `kind`: those at work in this process; every kind that it can work on is there;
//! - `canvass_jobs_finished_total`, by `kind` and `result` (`completed`, `cancelled`, `retried`, `waits`, `failed`,
//!   `handed_back`, `lost`): the ends of tries;
//! - `canvass_jobs_lag_seconds`: for how long the oldest job that could run has been waiting.

use time::Duration;

/// Counts jobs that were asked for.
pub(crate) fn enqueued(kind: &'static str, jobs: u64) {
    metrics::counter!("canvass_jobs_enqueued_total", "kind" => kind).increment(jobs);
}

/// Tells for how long the oldest job has been waiting.
pub(super) fn lag(lag: Duration) {
    metrics::gauge!("canvass_jobs_lag_seconds").set(lag.as_seconds_f64());
}

/// Tells that jobs of the kind are worked on here, even before there is one.
pub(super) fn worked_on(kind: &'static str) {
    running(kind).increment(0.0);
}

fn running(kind: &'static str) -> metrics::Gauge {
    metrics::gauge!("canvass_jobs_running", "kind" => kind)
}

/// A try at a job, which counts as running until it is dropped.
pub(super) struct Try {
    kind: &'static str,
}

impl Try {
    /// A try that begins; jobs of kinds that are not known here are `unknown`.
    pub(super) fn begin(kind: Option<&'static str>) -> Self {
        let this = Self {
            kind: kind.unwrap_or("unknown"),
        };
        running(this.kind).increment(1.0);
        this
    }

    /// Counts how it ended.
    pub(super) fn ended(&self, result: &'static str) {
        metrics::counter!("canvass_jobs_finished_total", "kind" => self.kind, "result" => result)
            .increment(1);
    }
}

impl Drop for Try {
    fn drop(&mut self) {
        running(self.kind).decrement(1.0);
    }
}
