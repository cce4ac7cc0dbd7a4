//! The one error that leaves a handler, and how domain errors become it.

use std::fmt;

use kernel::{Classify, ErrorKind, FieldError, FieldErrors, RequestId};
use poem::error::ResponseError;
use poem::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{IntoResponse as _, Response};
use poem_openapi::types::ToJSON as _;
use uuid::Uuid;

use super::codes::title;
use super::{Cause, Fault, PROBLEM_JSON, Problem, Refusal};

/// Why an operation failed, ready to be told: status, code, detail, faults and headers.
///
/// Any error that is [`Classify`] becomes one with `?`; it is not `Classify` itself.
#[derive(Debug)]
pub struct ApiError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    detail: String,
    faults: Vec<Fault>,
    id: Option<Uuid>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Cause>,
}

impl ApiError {
    /// A fault of ours: the cause is logged, the client learns only that there was one.
    #[must_use]
    pub fn internal(cause: Cause) -> Self {
        let mut error = Self::from(Refusal::Internal);
        error.0.cause = Some(cause);
        error
    }

    /// Fields of the body that were refused outside a use case (422).
    #[must_use]
    pub fn invalid(errors: &FieldErrors) -> Self {
        let mut error = Self::from(Refusal::Invalid);
        error.0.faults = errors.as_slice().iter().map(body_fault).collect();
        error
    }

    /// Parameters that were refused (400); the pointers of the faults are names of parameters.
    #[must_use]
    pub fn invalid_parameters(errors: &FieldErrors) -> Self {
        let mut error = Self::from(Refusal::InvalidParameter);
        error.0.faults = errors.as_slice().iter().map(parameter_fault).collect();
        error
    }

    /// The same error with an answer header of its own.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same error with seconds after which another try makes sense.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// The same error with another sentence; it must not repeat anything that was sent.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// The same error with what stands behind it.
    #[must_use]
    pub fn caused_by(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// The same error with the id of what it is about.
    #[must_use]
    pub fn about(mut self, id: Uuid) -> Self {
        self.0.id = Some(id);
        self
    }

    /// The same error with another status, for the statuses that the HTTP library chooses.
    #[must_use]
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The status under which the error is told.
    #[must_use]
    pub fn http_status(&self) -> StatusCode {
        self.0.status
    }

    /// What stands behind a failure of ours, once.
    pub(crate) fn take_cause(&mut self) -> Option<Cause> {
        self.0.cause.take()
    }

    /// The problem document about the request `request`.
    pub(crate) fn render(self, request: RequestId) -> Response {
        let Inner {
            status,
            code,
            detail,
            faults,
            id,
            headers,
            cause: _,
        } = *self.0;
        let problem = Problem {
            kind: format!("/problems/{code}"),
            title: title(code),
            status: status.as_u16(),
            detail: Some(detail),
            instance: request.as_uuid().urn().to_string(),
            code: code.to_owned(),
            request_id: request.as_uuid(),
            errors: (!faults.is_empty()).then_some(faults),
            id,
        };

        let mut response = problem
            .to_json_string()
            .with_content_type(PROBLEM_JSON)
            .with_status(status)
            .into_response();
        response.headers_mut().extend(headers);
        response
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let error = Self(Box::new(Inner {
            status: refusal.status(),
            code: refusal.code(),
            detail: refusal.detail().to_owned(),
            faults: Vec::new(),
            id: None,
            headers: Vec::new(),
            cause: None,
        }));
        match refusal {
            Refusal::Unauthenticated => {
                error.with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            Refusal::TimedOut | Refusal::NotReady | Refusal::Unavailable => error.retry_after(1),
            _ => error,
        }
    }
}

impl<E: Classify> From<E> for ApiError {
    fn from(error: E) -> Self {
        let kind = error.kind();
        let status = status_of(kind);
        let ours = status.is_server_error();
        let told = Self(Box::new(Inner {
            status,
            code: error.code(),
            detail: match kind {
                ErrorKind::Internal => Refusal::Internal.detail().to_owned(),
                ErrorKind::Unavailable => Refusal::Unavailable.detail().to_owned(),
                _ => error.to_string(),
            },
            faults: error.fields().iter().map(body_fault).collect(),
            id: error.about(),
            headers: Vec::new(),
            cause: ours.then(|| Cause::of(&error)),
        }));

        match (kind, error.retry_after()) {
            (ErrorKind::Unauthenticated, _) => {
                told.with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            (_, Some(seconds)) => told.retry_after(seconds),
            (ErrorKind::Limited | ErrorKind::Unavailable, None) => told.retry_after(1),
            (_, None) => told,
        }
    }
}

/// The one place where a kind of failure becomes an HTTP status.
const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Stale => StatusCode::PRECONDITION_FAILED,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A fault of the body, or of a parameter that only the use case could judge.
fn body_fault(error: &FieldError) -> Fault {
    if !error.pointer.starts_with('#') {
        return parameter_fault(error);
    }
    Fault {
        pointer: Some(error.pointer.clone()),
        parameter: None,
        code: error.code.to_owned(),
        detail: error.detail.clone(),
    }
}

fn parameter_fault(error: &FieldError) -> Fault {
    Fault {
        pointer: None,
        parameter: Some(error.pointer.clone()),
        code: error.code.to_owned(),
        detail: error.detail.clone(),
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status(&self) -> StatusCode {
        self.0.status
    }
}

#[cfg(test)]
mod tests {
    use kernel::StorageError;

    use super::*;

    #[test]
    fn every_kind_of_failure_has_its_status() {
        let table = [
            (ErrorKind::Invalid, 422),
            (ErrorKind::NotFound, 404),
            (ErrorKind::Conflict, 409),
            (ErrorKind::Stale, 412),
            (ErrorKind::Unauthenticated, 401),
            (ErrorKind::Forbidden, 403),
            (ErrorKind::Limited, 429),
            (ErrorKind::Unavailable, 503),
            (ErrorKind::Internal, 500),
        ];
        for (kind, status) in table {
            assert_eq!(status_of(kind).as_u16(), status, "{kind:?}");
        }
    }

    #[test]
    fn the_cause_of_a_fault_of_ours_is_kept_for_the_log_and_not_told() {
        let source = std::io::Error::other("disk on fire");
        let mut error = ApiError::from(StorageError::Unexpected(Box::new(source)));

        let cause = error.take_cause().unwrap();
        assert_eq!(cause.message, "storage failed unexpectedly");
        assert_eq!(cause.sources, ["disk on fire"]);
        assert_eq!(error.0.detail, Refusal::Internal.detail());
    }
}
