//! What can go wrong in analytics.

use kernel::{Classify, ErrorKind, FieldError, FieldErrors, JobFailure, StorageError};

use crate::report::ReportFault;

/// Why a use case of analytics was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum AnalyticsError {
    /// What was named does not exist here.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The input breaks rules.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// A report could not be written.
    #[error("a report could not be written")]
    Report(#[from] ReportFault),
    /// A line of a download could not be written.
    #[error("a line of the download could not be written")]
    Csv(#[source] std::io::Error),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl AnalyticsError {
    /// The codes of this enum's own variants, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[
        ("not-found", "Not found"),
        ("invalid", "The input is invalid"),
    ];
}

impl Classify for AnalyticsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Report(_) | Self::Csv(_) => ErrorKind::Internal,
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not-found",
            Self::Invalid(_) => "invalid",
            Self::Report(_) | Self::Csv(_) => "internal",
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
            Self::Storage(error) => error.retry_after(),
            _ => None,
        }
    }
}

impl From<AnalyticsError> for JobFailure {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::Storage(error) => error.into(),
            other => Self::Passing(other.code().to_owned()),
        }
    }
}
