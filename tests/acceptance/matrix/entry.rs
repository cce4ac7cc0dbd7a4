//! What the matrix has to know of an operation.

use serde_json::Value;
use tenancy::{Permission, RoleTemplate};

use super::case::Case;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Whoever proved who they are, with a session or an API key.
    Account,
    /// Whoever logged in; an API key is not enough.
    Session,
    /// Members whose role has the permission; API keys that have it among their scopes.
    Permission(Permission),
}

impl Rule {
    /// Whether members with the role may.
    pub(crate) fn admits(self, role: RoleTemplate) -> bool {
        match self {
            Self::Permission(permission) => role.permissions().contains(permission),
            Self::Account | Self::Session => true,
        }
    }
}

/// What an identifier in an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {}

/// In which organization a call is tried that succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The one that all share.
    Home,
    /// One that is made for the call.
    Own,
    /// One that is made for the call, and deleted.
    Deleted,
}

/// An operation in the matrix.
pub(crate) struct Entry {
    pub(crate) operation: &'static str,
    pub(crate) rule: Rule,
    pub(crate) things: &'static [Thing],
    pub(crate) place: Place,
    pub(crate) body: Option<fn(&Case) -> Value>,
    pub(crate) answer: u16,
}

impl Entry {
    /// An operation on the organization or on nothing in particular, without a body, answered 200.
    pub(crate) const fn new(operation: &'static str, rule: Rule) -> Self {
        Self {
            operation,
            rule,
            things: &[],
            place: Place::Home,
            body: None,
            answer: 200,
        }
    }

    /// An operation for which members need the permission.
    pub(crate) const fn needs(operation: &'static str, permission: Permission) -> Self {
        Self::new(operation, Rule::Permission(permission))
    }

    /// What the parameters of its address name, but for the organization.
    #[expect(dead_code, reason = "the first operations are on organizations alone")]
    pub(crate) const fn on(self, things: &'static [Thing]) -> Self {
        Self { things, ..self }
    }

    /// Where it is tried, if it would spoil the organization that all share.
    pub(crate) const fn in_place(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// A body with which it succeeds.
    pub(crate) const fn with(self, body: fn(&Case) -> Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// The status of its success.
    pub(crate) const fn answers(self, answer: u16) -> Self {
        Self { answer, ..self }
    }
}
