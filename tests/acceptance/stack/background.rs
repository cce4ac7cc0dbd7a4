//! What the server does in its own time.

use super::Change;

/// Tables that the server writes to whatever it is asked: records of requests, counts of tries, and jobs that it works on
/// meanwhile.
const IN_THE_BACKGROUND: [&str; 7] = [
    "access_logs",
    "api_key_addresses",
    "error_logs",
    "job_queue",
    "rate_limits",
    "scheduled_runs",
    "scheduler_leases",
];

impl Change {
    /// Whether the server may have made it in its own time.
    pub(crate) fn is_in_the_background(&self) -> bool {
        IN_THE_BACKGROUND.contains(&self.table.as_str())
    }

    /// Whether it is a record of what was tried.
    pub(crate) fn is_in_the_log(&self) -> bool {
        ["audit_logs", "audit_payloads"].contains(&self.table.as_str())
    }
}
