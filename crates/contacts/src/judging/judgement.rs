//! What was judged, for the log.

use kernel::{ContactId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{Reason, RuleOutcome, RuleResult, RuleType, ValidationStatus, Verdict};

/// That a contact's address was judged, and what each rule said. It holds no part of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whose address.
    pub contact: ContactId,
    /// When.
    pub at: Timestamp,
    /// What each rule said, in the order syntax, domain, classification.
    pub outcomes: [RuleOutcome; 3],
    /// What there is to tell beside that all is well.
    pub details: Option<JudgementDetails>,
    /// The user who had it judged; nobody where the system did.
    pub by: Option<UserId>,
}

/// What a judgement came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgementDetails {
    /// The status.
    pub status: ValidationStatus,
    /// The risk score, 0 to 100.
    pub risk_score: u8,
    /// What speaks against the address.
    pub reasons: Vec<Reason>,
}

impl Judgement {
    /// What speaks against the address.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        self.details
            .as_ref()
            .map_or(&[], |details| &details.reasons)
    }

    /// A verdict on a contact's address, for the log.
    #[must_use]
    pub fn of(contact: ContactId, verdict: &Verdict, at: Timestamp, by: Option<UserId>) -> Self {
        let is_well = verdict.status() == ValidationStatus::Valid && verdict.reasons().is_empty();
        Self {
            contact,
            at,
            outcomes: *verdict.outcomes(),
            details: (!is_well).then(|| JudgementDetails {
                status: verdict.status(),
                risk_score: verdict.risk_score(),
                reasons: verdict.reasons().to_vec(),
            }),
            by,
        }
    }
}

/// How many members of a list a version of a rule last said something of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleCount {
    /// The rule.
    pub rule: RuleType,
    /// Its version.
    pub version: u32,
    /// What it said.
    pub result: RuleResult,
    /// Of how many.
    pub contacts: u64,
}
