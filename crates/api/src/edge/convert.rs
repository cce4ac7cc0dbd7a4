//! Failures of the HTTP library, told as problems; nothing of its own text gets through.

use poem::error::{MethodNotAllowedError, NotFoundError, ReadBodyError};
use poem::http::StatusCode;
use poem_openapi::error::AuthorizationError;

use crate::problem::{ApiError, Cause, Refusal};

/// What a failure on the way to or from a handler is told as.
pub(super) fn told(error: poem::Error) -> ApiError {
    if error.is::<ApiError>() {
        return match error.downcast::<ApiError>() {
            Ok(error) => error,
            Err(other) => ApiError::internal(Cause::of(&other)),
        };
    }
    if error.is::<NotFoundError>() {
        return Refusal::NoSuchRoute.into();
    }
    if error.is::<MethodNotAllowedError>() {
        return Refusal::MethodNotAllowed.into();
    }
    if error.is::<AuthorizationError>() {
        return Refusal::Unauthenticated.into();
    }
    if matches!(error.downcast_ref(), Some(ReadBodyError::Io(_))) {
        return Refusal::IncompleteBody.into();
    }

    let status = error.status();
    let told = of_status(status);
    if status.is_server_error() {
        told.caused_by(Cause::of(&error))
    } else {
        told
    }
}

/// What a bare status without a problem document is told as.
pub(super) fn of_status(status: StatusCode) -> ApiError {
    let same = Refusal::ALL
        .iter()
        .find(|refusal| refusal.status() == status)
        .copied();
    match same {
        Some(Refusal::Internal) => {
            ApiError::internal(Cause::new("an answer was 500 without a reason"))
        }
        Some(refusal) => refusal.into(),
        None if status.is_server_error() => {
            ApiError::from(Refusal::Unavailable).with_status(status)
        }
        None => ApiError::from(Refusal::Refused).with_status(status),
    }
}
