//! What an organization starts with.

use async_trait::async_trait;
use contacts::ports::ValidationRuleRepository as _;
use contacts::{ContactError, creation_of, starter_rules};
use kernel::{AuditDraft, IdGenerator, StorageError, Timestamp, UserId};
use tenancy::ports::StarterKit;

use crate::unit::MemoryUnit;

#[async_trait]
impl StarterKit for MemoryUnit {
    async fn unpack(
        &self,
        ids: &dyn IdGenerator,
        at: Timestamp,
        by: UserId,
    ) -> Result<Vec<AuditDraft>, StorageError> {
        let mut drafts = Vec::new();
        for rule in starter_rules(self.organization_id(), ids, at, Some(by)) {
            match self.insert(&rule).await {
                Ok(()) => drafts.push(creation_of(&rule)),
                // It has this rule already.
                Err(ContactError::Stale) => {}
                Err(ContactError::Storage(error)) => return Err(error),
                Err(error) => return Err(StorageError::Unexpected(Box::new(error))),
            }
        }
        Ok(drafts)
    }
}
