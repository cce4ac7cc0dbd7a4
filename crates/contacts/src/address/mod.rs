//! What is an address, and what is to be thought of it.

mod by_rule;
mod decide;
mod disposable;
mod domain;
mod facts;
mod providers;
mod reason;
mod rules;
mod status;
mod suggest;
mod syntax;
mod verdict;

pub use decide::{decide, normalize};
pub use disposable::{DisposableDomains, InvalidDisposableDomains};
pub use facts::{DomainFact, Facts};
pub use reason::{Reason, UnknownReason};
pub use rules::{
    ClassificationConfig, DomainConfig, DomainList, InvalidDomainList, Rule, RuleType, Rules,
    SyntaxConfig, UnknownRuleType,
};
pub use status::{
    Classification, UnknownClassification, UnknownValidationStatus, ValidationStatus,
};
pub use verdict::{RuleOutcome, RuleResult, Verdict};
