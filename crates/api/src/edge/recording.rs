//! The record of one request, told when it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use poem::http::StatusCode;

use super::context::RequestContext;
use super::observe::{RequestObserver, RequestRecord};

/// The status under which a request is recorded whose client went away.
const CLIENT_WENT_AWAY: u16 = 499;

/// Tells the observer of the request when it ends, also when that is because the client went away.
pub(super) struct Recording {
    observer: Arc<dyn RequestObserver>,
    context: Arc<RequestContext>,
    started: Instant,
    status: u16,
}

impl Recording {
    pub(super) fn start(observer: &Arc<dyn RequestObserver>, context: Arc<RequestContext>) -> Self {
        Self {
            observer: Arc::clone(observer),
            context,
            started: Instant::now(),
            status: CLIENT_WENT_AWAY,
        }
    }

    /// How long the request has taken so far.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The request was answered.
    pub(super) fn finish(mut self, status: StatusCode) {
        self.status = status.as_u16();
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.observer.answered(RequestRecord {
            request: self.context.origin.request,
            at: self.context.at,
            method: self.context.method.clone(),
            route: self.context.route.clone(),
            status: self.status,
            latency: self.started.elapsed(),
            ip: self.context.origin.ip,
            user: self.context.user.get().copied(),
            organization: self.context.organization.get().copied(),
        });
    }
}
