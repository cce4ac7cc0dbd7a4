//! What judging needs of its storage.

use async_trait::async_trait;
use kernel::{ContactId, ContactListId, Page, PageRequest, StorageError};

use super::{Judgement, RuleCount, ValidationRule};
use crate::{ContactError, RuleType};

/// The rules of the unit's organization, in all their versions.
#[async_trait]
pub trait ValidationRuleRepository: Send + Sync {
    /// The version in force of each rule that the organization has, in the order of the kinds of rules.
    async fn in_force(&self) -> Result<Vec<ValidationRule>, StorageError>;
    /// Versions, of this kind where one is named, in the order of their ids.
    async fn list(
        &self,
        rule_type: Option<RuleType>,
        page: &PageRequest,
    ) -> Result<Page<ValidationRule>, StorageError>;
    /// Adds a version; fails with [`ContactError::Stale`] where the rule has a version of this number, and the unit
    /// stays usable after that failure.
    async fn insert(&self, rule: &ValidationRule) -> Result<(), ContactError>;
}

/// What was judged in the unit's organization; nothing of it is ever changed.
#[async_trait]
pub trait ValidationLog: Send + Sync {
    /// Adds judgements that one person had made. Of two of the same contact at the same instant, the first stays.
    async fn append(&self, judgements: &[Judgement]) -> Result<(), StorageError>;
    /// The judgements of a contact, the latest first.
    async fn list_of(
        &self,
        contact: ContactId,
        page: &PageRequest,
    ) -> Result<Page<Judgement>, StorageError>;
    /// Of how many living members of a list each version of each rule said what when they were judged last, in the
    /// order of rules, versions and results. Members that were never judged are not counted.
    async fn summary_of(&self, list: ContactListId) -> Result<Vec<RuleCount>, StorageError>;
}
