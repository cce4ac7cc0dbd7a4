//! What was found out about a contact's address.

use kernel::Timestamp;

use crate::{Classification, Reason, ValidationStatus, Verdict};

/// What was found out about an address, as it is kept with the contact.
#[derive(Clone, PartialEq, Eq)]
pub struct Validation {
    /// What is to be thought of it.
    pub status: ValidationStatus,
    /// What kind of address it is.
    pub classification: Classification,
    /// Whether it is written as addresses are; `None` before it was looked at.
    pub syntax_ok: Option<bool>,
    /// Whether its domain exists; `None` where that is not known.
    pub domain_exists: Option<bool>,
    /// Whether its domain names a mail server; `None` where that is not known.
    pub mx_found: Option<bool>,
    /// 0, harmless, to 100.
    pub risk_score: u8,
    /// What speaks against it.
    pub reasons: Vec<Reason>,
    /// What was probably meant. Personal data.
    pub suggestion: Option<String>,
    /// When that was found out; `None` before it was looked at.
    pub at: Option<Timestamp>,
}

impl Validation {
    /// Before the address was looked at.
    #[must_use]
    pub const fn pending() -> Self {
        Self {
            status: ValidationStatus::Pending,
            classification: Classification::Unknown,
            syntax_ok: None,
            domain_exists: None,
            mx_found: None,
            risk_score: 0,
            reasons: Vec::new(),
            suggestion: None,
            at: None,
        }
    }

    /// What a verdict of this instant found out.
    #[must_use]
    pub fn of(verdict: &Verdict, at: Timestamp) -> Self {
        Self {
            status: verdict.status(),
            classification: verdict.classification(),
            syntax_ok: Some(verdict.syntax_ok()),
            domain_exists: verdict.domain_exists(),
            mx_found: verdict.mx_found(),
            risk_score: verdict.risk_score(),
            reasons: verdict.reasons().to_vec(),
            suggestion: verdict.suggestion().map(str::to_owned),
            at: Some(at),
        }
    }
}

impl std::fmt::Debug for Validation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Validation")
            .field("status", &self.status)
            .field("classification", &self.classification)
            .finish_non_exhaustive()
    }
}
