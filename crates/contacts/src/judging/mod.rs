//! How an organization judges addresses, and what was judged.

mod again;
mod checks;
mod judgement;
mod knowledge;
pub(crate) mod ports;
mod revalidation;
mod rule;
mod rules;
mod unanswered;
mod validations;

pub(crate) use knowledge::domain_of;
pub(crate) use unanswered::ask_again_later;

pub use checks::{CheckedAddress, EmailChecks};
pub use judgement::{Judgement, JudgementDetails, RuleCount};
pub use knowledge::{DisposableList, DisposableSource, DomainLookup, Knowledge, NoLookup};
pub use revalidation::ListRevalidation;
pub use rule::{RuleConfig, ValidationRule, rules_of, starter_rules};
pub use rules::{RuleChange, SettingsChange, ValidationRules, creation_of};
pub use unanswered::ContactRevalidation;
pub use validations::{ListValidation, Validations};
