//! Addresses outside the API proper: health, metrics, and the API's own documentation.

mod docs;
mod health;
mod metrics;

pub use health::{Check, Readiness};
pub use metrics::MetricsSource;

pub(crate) use docs::{document, swagger_ui, to_docs};
pub(crate) use health::{live, ready};
pub(crate) use metrics::metrics;
