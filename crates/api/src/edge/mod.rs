//! What stands around every operation: request ids, the client's address, problems, limits, headers.
//!
//! [`Edge`] wraps the router. A request passes, in this order: its [`RequestContext`] is made; a CORS
//! preflight is answered; the route is looked up and its query checked; operations without credentials
//! are rate limited; the handler runs under a timeout, and a panic in it is caught. On the way back
//! every failure becomes a problem document, gets its headers, and is told to the [`RequestObserver`].

mod client;
mod context;
mod convert;
mod cors;
mod endpoint;
mod headers;
mod limit;
mod observe;
mod query;
mod recording;
mod routes;
mod settings;

pub(crate) use limit::take;

pub use client::{ForwardedHeader, TrustedProxies};
pub use context::RequestContext;
pub use endpoint::Edge;
pub use observe::{FailureLevel, FailureRecord, RequestObserver, RequestRecord};
pub use routes::RouteTable;
pub use settings::{EdgePorts, EdgeSettings};
