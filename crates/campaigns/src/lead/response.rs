//! Answers that a lead gave.

use kernel::{FormResponseId, FormVersionId, LeadId, OrganizationId, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

/// From where answers were sent, where that is known.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ResponseOrigin {
    /// The program that sent them.
    pub user_agent: Option<String>,
    /// The address they came from.
    pub ip: Option<std::net::IpAddr>,
    /// The visit of which they were a part.
    pub session: Option<Uuid>,
}

impl std::fmt::Debug for ResponseOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseOrigin(…)")
    }
}

/// Answers to a version of a form, as they were accepted. They are never changed.
#[derive(Clone, PartialEq, Eq)]
pub struct FormResponse {
    /// Their id.
    pub id: FormResponseId,
    /// The organization they belong to.
    pub organization: OrganizationId,
    /// Whose they are.
    pub lead: LeadId,
    /// What they answer.
    pub form_version: FormVersionId,
    /// The answers by the keys of the fields.
    pub answers: Map<String, Value>,
    /// When they were sent.
    pub submitted_at: Timestamp,
    /// When they were taken in, which is not before.
    pub created_at: Timestamp,
    /// From where.
    pub origin: ResponseOrigin,
}

impl std::fmt::Debug for FormResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FormResponse")
            .field("id", &self.id)
            .field("lead", &self.lead)
            .finish_non_exhaustive()
    }
}
