//! What is an address, and what is to be thought of it.

#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "the function that decides comes with the next change"
    )
)]
mod domain;
mod reason;
mod rules;
mod status;
mod verdict;

pub use reason::{Reason, UnknownReason};
pub use rules::{
    ClassificationConfig, DomainConfig, DomainList, InvalidDomainList, Rule, RuleType, Rules,
    SyntaxConfig, UnknownRuleType,
};
pub use status::{
    Classification, UnknownClassification, UnknownValidationStatus, ValidationStatus,
};
pub use verdict::{RuleOutcome, RuleResult, Verdict};
