//! What is told about requests: metrics, the process's log, and the logs in the database.

use api::edge::{FailureLevel, FailureRecord, RequestObserver, RequestRecord};

/// Counts requests and logs failures.
pub(crate) struct Observer;

impl RequestObserver for Observer {
    fn answered(&self, record: RequestRecord) {
        let route = record.route.as_deref().unwrap_or("none").to_owned();
        let method = record.method.as_str().to_owned();
        metrics::counter!(
            "canvass_http_requests_total",
            "method" => method.clone(), "route" => route.clone(), "status" => record.status.to_string()
        )
        .increment(1);
        metrics::histogram!("canvass_http_request_duration_seconds", "method" => method, "route" => route)
            .record(record.latency.as_secs_f64());
    }

    fn failed(&self, record: FailureRecord) {
        let route = record.route.as_deref().unwrap_or("none");
        match record.level {
            FailureLevel::Warn => tracing::warn!(
                request.id = %record.request, http.route = route, http.status = record.status, error.code = record.code,
                "a request failed for want of a part that is needed"
            ),
            FailureLevel::Error | FailureLevel::Fatal => tracing::error!(
                request.id = %record.request, http.route = route, http.status = record.status, error.code = record.code,
                "a request failed"
            ),
        }
    }
}
