//! What can go wrong with campaigns.

use kernel::{Classify, ErrorKind, FieldError, FieldErrors, IdempotencyError, StorageError};

/// Why a use case of campaigns was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// What was named does not exist here.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It was changed since it was read.
    #[error("it was changed since it was read")]
    Stale,
    /// The input breaks rules.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// It is not deleted, so it cannot be restored.
    #[error("it is not deleted")]
    NotDeleted,
    /// The request was sent before.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CampaignError {
    /// The codes of this enum's own variants, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[
        ("not-found", "Not found"),
        ("stale", "Changed since it was read"),
        ("invalid", "The input is invalid"),
        ("not-deleted", "Not deleted"),
    ];
}

impl Classify for CampaignError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Stale => ErrorKind::Stale,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::NotDeleted => ErrorKind::Conflict,
            Self::Idempotency(error) => error.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not-found",
            Self::Stale => "stale",
            Self::Invalid(_) => "invalid",
            Self::NotDeleted => "not-deleted",
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
