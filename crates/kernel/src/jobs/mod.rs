//! Durable jobs: work that happens later, exactly because it was asked for in a committed unit.

#[cfg_attr(
    feature = "mocks",
    expect(
        clippy::ref_option_ref,
        reason = "mockall takes arguments by such references"
    )
)]
mod claim;
mod pace;
mod progress;
mod queue;
mod record;
mod work;

pub use claim::{ClaimedJob, EarlyEnd, JobClaim, JobLease, JobOutcome, JobReport, JobStore};
pub use pace::JobPace;
pub use progress::JobProgress;
pub use queue::{JobCancellation, JobCheckpoint, JobFilter, JobKind, JobQueue, NewJob};
pub use record::{JobRecord, JobStatus};
pub use work::{Interruption, Job, JobControl, JobEnd, JobFailure};
