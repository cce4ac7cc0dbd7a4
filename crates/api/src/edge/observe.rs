//! What is told about requests: for the access log, the error log and the metrics.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kernel::{OrganizationId, RequestId, Timestamp, UserId};
use poem::http::{Method, StatusCode};

use crate::problem::Cause;

/// Learns of every request and of every failure of ours.
///
/// It is called on the request's path: it must not block, and hands over to something that writes.
pub trait RequestObserver: Send + Sync {
    /// A request was answered, or its client went away.
    fn answered(&self, record: RequestRecord);

    /// An answer was 5xx, or a handler panicked.
    fn failed(&self, record: FailureRecord);
}

/// One request, as the access log and the metrics see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// Its id.
    pub request: RequestId,
    /// When it arrived.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: Method,
    /// The template of the route (`/v1/organizations/{organization}`); `None` where there was none.
    pub route: Option<Arc<str>>,
    /// The status of the answer; 499 when the client went away before there was one.
    pub status: u16,
    /// How long it took until the answer began.
    pub latency: Duration,
    /// The client's address. Personal data: for the access log only.
    pub ip: Option<IpAddr>,
    /// Who asked, where that was proved.
    pub user: Option<UserId>,
    /// Inside which organization, where that was authorized.
    pub organization: Option<OrganizationId>,
}

/// How bad a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureLevel {
    /// A part that is needed did not answer, or not in time.
    Warn,
    /// A fault of ours.
    Error,
    /// A handler panicked.
    Fatal,
}

impl FailureLevel {
    /// The level's name in the error log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }

    pub(super) fn of(status: StatusCode) -> Self {
        if status == StatusCode::SERVICE_UNAVAILABLE {
            Self::Warn
        } else {
            Self::Error
        }
    }
}

/// One failure, as the error log sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureRecord {
    /// The id of the request.
    pub request: RequestId,
    /// When the request arrived.
    pub at: Timestamp,
    /// How bad it is.
    pub level: FailureLevel,
    /// The HTTP method.
    pub method: Method,
    /// The template of the route.
    pub route: Option<Arc<str>>,
    /// The status of the answer.
    pub status: u16,
    /// The code of the problem that was told.
    pub code: &'static str,
    /// What stands behind it.
    pub cause: Cause,
    /// Inside which organization, where that was authorized.
    pub organization: Option<OrganizationId>,
}
