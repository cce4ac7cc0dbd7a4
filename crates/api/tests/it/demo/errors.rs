//! Why the small API refuses something.

use kernel::{Classify, ErrorKind, FieldError, FieldErrors, StorageError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("you are not a member of this organization")]
    NotAMember,
    #[error("the permission `{0}` is missing")]
    Denied(&'static str),
    #[error("there is no such team")]
    NotFound,
    #[error("a team of this name exists already")]
    NameTaken,
    #[error("the team has changed since it was read")]
    Stale,
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Idempotency(#[from] kernel::IdempotencyError),
}

impl Classify for DemoError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotAMember | Self::Denied(_) => ErrorKind::Forbidden,
            Self::NotFound => ErrorKind::NotFound,
            Self::NameTaken => ErrorKind::Conflict,
            Self::Stale => ErrorKind::Stale,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Storage(error) => error.kind(),
            Self::Idempotency(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotAMember => "not-a-member",
            Self::Denied(_) => "permission-missing",
            Self::NotFound => "team-not-found",
            Self::NameTaken => "team-name-taken",
            Self::Stale => "stale",
            Self::Invalid(_) => "invalid",
            Self::Storage(error) => error.code(),
            Self::Idempotency(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors.as_slice(),
            _ => &[],
        }
    }
}
