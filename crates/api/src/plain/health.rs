//! `/health/live` and `/health/ready`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use poem::endpoint::{make, make_sync};
use poem::web::Json;
use poem::{Endpoint, IntoResponse as _, Response};
use serde::Serialize;
use serde_json::json;

use crate::problem::{ApiError, Cause, Refusal};

/// Looks whether the program can take requests.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// One check per part that is needed. It MUST answer within some seconds, whatever the parts do.
    async fn checks(&self) -> Vec<Check>;
}

/// Whether one part is well.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The part, e.g. `database`, `migrations`, `jobs`.
    pub name: &'static str,
    /// Whether requests can be taken as far as this part goes.
    pub healthy: bool,
    /// How long the part took to answer, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// Seconds by which the part lags behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lag_seconds: Option<u64>,
}

impl Check {
    /// A check without figures.
    #[must_use]
    pub const fn new(name: &'static str, healthy: bool) -> Self {
        Self {
            name,
            healthy,
            latency_ms: None,
            lag_seconds: None,
        }
    }

    /// The same check with how long the part took.
    #[must_use]
    pub fn took(mut self, latency: Duration) -> Self {
        self.latency_ms = u64::try_from(latency.as_millis()).ok();
        self
    }

    /// The same check with how far the part lags behind.
    #[must_use]
    pub const fn lags(mut self, lag: Duration) -> Self {
        self.lag_seconds = Some(lag.as_secs());
        self
    }
}

/// `{"status": "live"}`, as long as the program runs at all.
pub(crate) fn live() -> impl Endpoint<Output = Response> + 'static {
    make_sync(|_| Json(json!({"status": "live"})).into_response())
}

/// `{"status": "ready", "checks": [{"name", "healthy", "latency_ms"?, "lag_seconds"?}]}`, or 503
/// `not-ready`, whose detail names the parts that are not well.
pub(crate) fn ready(readiness: Arc<dyn Readiness>) -> impl Endpoint<Output = Response> + 'static {
    make(move |_| {
        let readiness = Arc::clone(&readiness);
        async move {
            let checks = readiness.checks().await;
            let ill = checks
                .iter()
                .filter(|check| !check.healthy)
                .map(|check| check.name)
                .collect::<Vec<_>>()
                .join(", ");
            if ill.is_empty() {
                return Ok(Json(json!({"status": "ready", "checks": checks})).into_response());
            }
            let detail = format!("these parts are not ready: {ill}");
            Err(poem::Error::from(
                ApiError::from(Refusal::NotReady)
                    .caused_by(Cause::new(detail.clone()))
                    .with_detail(detail),
            ))
        }
    })
}
