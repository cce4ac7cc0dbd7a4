//! `/metrics`.

use std::sync::Arc;

use poem::endpoint::make_sync;
use poem::{Endpoint, IntoResponse as _, Response};

/// Renders the program's metrics.
pub trait MetricsSource: Send + Sync {
    /// All metrics in the text format of Prometheus.
    fn render(&self) -> String;
}

/// The metrics as text.
pub(crate) fn metrics(
    source: Arc<dyn MetricsSource>,
) -> impl Endpoint<Output = Response> + 'static {
    make_sync(move |_| {
        source
            .render()
            .with_content_type("text/plain; version=0.0.4; charset=utf-8")
            .into_response()
    })
}
