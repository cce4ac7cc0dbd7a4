//! Lines of the logs.

use std::net::IpAddr;
use std::time::Duration;

use kernel::{OrganizationId, RequestId, Timestamp, UserId};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessLine {
    /// When it arrived.
    pub at: Timestamp,
    /// Who asked, where that was proved.
    pub user: Option<UserId>,
    /// Inside which organization, where that was authorized.
    pub organization: Option<OrganizationId>,
    /// The HTTP method.
    pub method: String,
    /// The template of the route, without the values of its parameters; empty where there was none.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
    /// How long it took.
    pub latency: Duration,
    /// The client's address. Personal data.
    pub ip: Option<IpAddr>,
    /// The request's id.
    pub request: RequestId,
}

/// One failure of ours. It holds no personal data: messages are the program's own, and name
/// neither what was sent nor what is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorLine {
    /// When it happened.
    pub at: Timestamp,
    /// Which part of the program failed (`api`, `jobs`, `maintenance`).
    pub service: &'static str,
    /// How bad it is.
    pub level: ErrorLevel,
    /// What the error says.
    pub message: String,
    /// What its sources say, outermost first.
    pub sources: Vec<String>,
    /// Ids, codes and route templates that help to find out more; a JSON object.
    pub context: Value,
}

/// How bad a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorLevel {
    /// A part that is needed did not answer; it is likely to pass.
    Warn,
    /// A fault of ours.
    Error,
    /// Something ended that should not have.
    Fatal,
}

impl ErrorLevel {
    /// The level's name in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

/// A line on its way into the database.
///
/// The id is given when the line is taken in, so that a batch which is tried again, because nobody
/// knows whether it was committed, is written once.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued<L> {
    pub(crate) id: Uuid,
    pub(crate) line: L,
}

impl Queued<AccessLine> {
    pub(super) fn row(&self) -> Value {
        let line = &self.line;
        json!({
            "id": self.id,
            "created_at": rfc3339(line.at),
            "user_id": line.user,
            "organization_id": line.organization,
            "method": storable(&line.method),
            "route": storable(&line.route),
            "status": line.status,
            "latency_ms": line.latency.as_secs_f64() * 1_000.0,
            "ip": line.ip.map(|ip| ip.to_string()),
            "request_id": line.request,
        })
    }
}

impl Queued<ErrorLine> {
    pub(super) fn row(&self) -> Value {
        let line = &self.line;
        json!({
            "id": self.id,
            "created_at": rfc3339(line.at),
            "service": line.service,
            "level": line.level.as_str(),
            "message": storable(&line.message),
            "stack": (!line.sources.is_empty()).then(|| storable(&line.sources.join("\n"))),
            "context": line.context,
        })
    }
}

fn rfc3339(at: Timestamp) -> Option<String> {
    at.format(&Rfc3339).ok()
}

/// PostgreSQL stores no NUL character, and a line need not be longer than a page.
fn storable(text: &str) -> String {
    const LONGEST: usize = 4_000;
    text.chars().filter(|c| *c != '\0').take(LONGEST).collect()
}
