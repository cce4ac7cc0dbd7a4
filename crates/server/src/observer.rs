//! What is told about requests: metrics, the process's log, and the logs in the database.

use api::edge::{FailureLevel, FailureRecord, RequestObserver, RequestRecord};
use infrastructure::logs::{AccessLine, DatabaseLogs, ErrorLevel, ErrorLine};
use serde_json::json;

/// Counts requests and writes logs; none of it on the request's path.
pub(crate) struct Observer {
    logs: DatabaseLogs,
}

impl Observer {
    /// An observer that writes to these logs.
    pub(crate) const fn new(logs: DatabaseLogs) -> Self {
        Self { logs }
    }
}

impl RequestObserver for Observer {
    fn answered(&self, record: RequestRecord) {
        let route = record.route.as_deref().unwrap_or_default().to_owned();
        let method = record.method.as_str().to_owned();
        metrics::counter!(
            "canvass_http_requests_total",
            "method" => method.clone(), "route" => route.clone(), "status" => record.status.to_string()
        )
        .increment(1);
        metrics::histogram!(
            "canvass_http_request_duration_seconds",
            "method" => method.clone(), "route" => route.clone()
        )
        .record(record.latency.as_secs_f64());
        self.logs.access(AccessLine {
            at: record.at,
            user: record.user,
            organization: record.organization,
            method,
            route,
            status: record.status,
            latency: record.latency,
            ip: record.ip,
            request: record.request,
        });
    }

    fn failed(&self, record: FailureRecord) {
        let route = record.route.as_deref().unwrap_or_default();
        let level = match record.level {
            FailureLevel::Warn => ErrorLevel::Warn,
            FailureLevel::Error => ErrorLevel::Error,
            FailureLevel::Fatal => ErrorLevel::Fatal,
        };
        self.logs.error(ErrorLine {
            at: record.at,
            service: "api",
            level,
            message: record.cause.message,
            sources: record.cause.sources,
            context: json!({
                "request_id": record.request,
                "method": record.method.as_str(),
                "route": route,
                "status": record.status,
                "code": record.code,
                "organization_id": record.organization,
            }),
        });
    }
}
