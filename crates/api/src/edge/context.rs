//! What is known about the request at hand.

use std::sync::{Arc, OnceLock};

use kernel::{KeyRing, OrganizationId, Origin, Timestamp, UserId};
use poem::Request;
use poem::http::Method;
use tokio_util::sync::CancellationToken;

use crate::problem::{ApiError, Cause};

/// What is known about the request at hand; kept in the request, and read by extractors.
pub struct RequestContext {
    pub(super) origin: Origin,
    pub(super) at: Timestamp,
    pub(super) method: Method,
    pub(super) route: Option<Arc<str>>,
    pub(super) keys: Arc<dyn KeyRing>,
    pub(super) user: OnceLock<UserId>,
    pub(super) organization: OnceLock<OrganizationId>,
    pub(super) stopping: CancellationToken,
}

impl RequestContext {
    /// The context of `request`; it is there for every request that came through the edge.
    pub fn of(request: &Request) -> Result<&Arc<Self>, ApiError> {
        request
            .data::<Arc<Self>>()
            .ok_or_else(|| ApiError::internal(Cause::new("the request did not come by the edge")))
    }

    /// Where the request came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// When the request arrived.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The template of the route, without the values of its parameters.
    #[must_use]
    pub fn route(&self) -> Option<&str> {
        self.route.as_deref()
    }

    /// The installation's keys.
    #[must_use]
    pub fn keys(&self) -> &Arc<dyn KeyRing> {
        &self.keys
    }

    /// Cancelled when the program begins to stop.
    #[must_use]
    pub const fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Notes who asks, for the access log.
    pub fn identify(&self, user: UserId) {
        self.user.get_or_init(|| user);
    }

    /// Notes inside which organization, for the access log.
    pub fn enter(&self, organization: OrganizationId) {
        self.organization.get_or_init(|| organization);
    }
}
