//! What can go wrong with runs of periodic jobs.

use kernel::{Classify, ErrorKind, FieldError, FieldErrors, IdempotencyError, StorageError};

use crate::schedule::PeriodicJob;

/// Why a run of a periodic job was not started, or runs could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The job is running, or a run of it was asked for and is yet to begin.
    #[error("the job {0} is running")]
    Running(PeriodicJob),
    /// The input breaks rules.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The request was sent before.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ScheduleError {
    /// The codes of this enum's own variants, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[
        ("periodic-job-running", "The job is running"),
        ("invalid", "The input is invalid"),
    ];
}

impl Classify for ScheduleError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Running(_) => ErrorKind::Conflict,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Idempotency(error) => error.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Running(_) => "periodic-job-running",
            Self::Invalid(_) => "invalid",
            Self::Idempotency(error) => error.code(),
            Self::Storage(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors.as_slice(),
            _ => &[],
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Idempotency(error) => error.retry_after(),
            Self::Storage(error) => error.retry_after(),
            _ => None,
        }
    }
}
