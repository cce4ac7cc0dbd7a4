//! What can go wrong in compliance.

use kernel::{Classify, ErrorKind, StorageError};

/// Why a use case of compliance was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum ComplianceError {
    /// The entry does not exist here.
    #[error("there is no such audit entry")]
    EntryNotFound,
    /// A row could not be written as CSV.
    #[error("a row could not be written as CSV")]
    Csv(#[source] csv::Error),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ComplianceError {
    /// The codes of this enum's own variants, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[("not-found", "Not found")];
}

impl Classify for ComplianceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::EntryNotFound => ErrorKind::NotFound,
            Self::Csv(_) => ErrorKind::Internal,
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::EntryNotFound => "not-found",
            Self::Csv(_) => "internal",
            Self::Storage(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::EntryNotFound | Self::Csv(_) => None,
            Self::Storage(error) => error.retry_after(),
        }
    }
}
