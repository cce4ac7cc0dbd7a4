//! Contacts: whom an organization writes to.
//!
//! Vocabulary:
//!
//! - a **verdict** ([`Verdict`]) is what is said of one address: its status, whose it is, and what speaks against it,
//!   by [`Rules`] that the organization can set.
//!
//! Always true: the same address, facts and rules give the same verdict.

mod address;

pub use address::{
    Classification, ClassificationConfig, DisposableDomains, DomainConfig, DomainFact, DomainList,
    Facts, InvalidDisposableDomains, InvalidDomainList, Reason, Rule, RuleOutcome, RuleResult,
    RuleType, Rules, SyntaxConfig, UnknownClassification, UnknownReason, UnknownRuleType,
    UnknownValidationStatus, ValidationStatus, Verdict, decide, normalize,
};
