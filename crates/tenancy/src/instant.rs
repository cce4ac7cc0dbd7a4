//! Instants as the audit log tells them.

use kernel::Timestamp;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;

/// The instant as RFC 3339 writes it, or null.
pub(crate) fn shown(at: Option<Timestamp>) -> Value {
    at.and_then(|at| at.format(&Rfc3339).ok())
        .map_or(Value::Null, Value::from)
}
