//! What is said of an address.

use super::reason::Reason;
use super::rules::RuleType;
use super::status::{Classification, ValidationStatus};

/// Everything that is said of one address, by rules and facts.
#[derive(Clone, PartialEq, Eq)]
pub struct Verdict {
    pub(super) status: ValidationStatus,
    pub(super) classification: Classification,
    pub(super) normalized: String,
    /// Where in `normalized` the domain begins; its length where there is none.
    pub(super) domain_at: usize,
    /// The domain in Unicode, where that differs from its form in ASCII.
    pub(super) unicode_domain: Option<String>,
    pub(super) syntax_ok: bool,
    pub(super) domain_exists: Option<bool>,
    pub(super) mx_found: Option<bool>,
    pub(super) risk_score: u8,
    pub(super) reasons: Vec<Reason>,
    pub(super) suggestion: Option<String>,
    pub(super) outcomes: [RuleOutcome; 3],
}

/// What one rule said, for the log of validations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleOutcome {
    /// Which rule.
    pub rule: RuleType,
    /// Which version of it.
    pub version: u32,
    /// What it found.
    pub result: RuleResult,
}

/// What a rule found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleResult {
    /// Nothing to say against the address.
    Pass,
    /// Something speaks against the address.
    Fail,
    /// The rule is switched off, or what it needs to know is not known.
    Unknown,
}

impl RuleResult {
    /// Every result.
    pub const ALL: &'static [Self] = &[Self::Pass, Self::Fail, Self::Unknown];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

impl Verdict {
    /// What may be done with the address.
    #[must_use]
    pub fn status(&self) -> ValidationStatus {
        self.status
    }

    /// Whose the address is.
    #[must_use]
    pub fn classification(&self) -> Classification {
        self.classification
    }

    /// The form under which addresses are compared: in lower case, the domain in ASCII. Of a text that is no
    /// address, the text trimmed and in lower case.
    #[must_use]
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// The same, given away.
    #[must_use]
    pub fn into_normalized(self) -> String {
        self.normalized
    }

    /// The domain as the DNS knows it, in ASCII, if the syntax is right.
    #[must_use]
    pub fn ascii_domain(&self) -> Option<&str> {
        self.syntax_ok.then(|| &self.normalized[self.domain_at..])
    }

    /// The domain as people write it, if the syntax is right.
    #[must_use]
    pub fn unicode_domain(&self) -> Option<&str> {
        self.unicode_domain.as_deref().or(self.ascii_domain())
    }

    /// Whether the text is an address at all.
    #[must_use]
    pub fn syntax_ok(&self) -> bool {
        self.syntax_ok
    }

    /// Whether the domain exists, if that is known.
    #[must_use]
    pub fn domain_exists(&self) -> Option<bool> {
        self.domain_exists
    }

    /// Whether the domain names a mail server, if that is known.
    #[must_use]
    pub fn mx_found(&self) -> Option<bool> {
        self.mx_found
    }

    /// How much speaks against the address: 0 nothing, 100 a certainty.
    #[must_use]
    pub fn risk_score(&self) -> u8 {
        self.risk_score
    }

    /// What the score is made of, in the order of the codes.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The domain that was probably meant, in place of the one that was written. Never applied by itself.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// What each rule said, in the order syntax, domain, classification.
    #[must_use]
    pub fn outcomes(&self) -> &[RuleOutcome; 3] {
        &self.outcomes
    }
}

impl std::fmt::Debug for Verdict {
    /// Shows what was decided, and nothing of the address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verdict")
            .field("status", &self.status)
            .field("classification", &self.classification)
            .field("domain_exists", &self.domain_exists)
            .field("mx_found", &self.mx_found)
            .field("risk_score", &self.risk_score)
            .field("reasons", &self.reasons)
            .finish_non_exhaustive()
    }
}
