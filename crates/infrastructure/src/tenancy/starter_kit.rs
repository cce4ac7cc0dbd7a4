//! What an organization starts with.

use async_trait::async_trait;
use campaigns::ports::EmailTemplateRepository;
use campaigns::{starter_templates, template_creation};
use contacts::ports::ValidationRuleRepository;
use contacts::{ContactError, creation_of, starter_rules};
use kernel::{AuditDraft, IdGenerator, StorageError, Timestamp, UserId};
use tenancy::ports::StarterKit;

use crate::unit::PostgresUnit;

#[async_trait]
impl StarterKit for PostgresUnit {
    async fn unpack(
        &self,
        ids: &dyn IdGenerator,
        at: Timestamp,
        by: UserId,
    ) -> Result<Vec<AuditDraft>, StorageError> {
        let mut drafts = Vec::new();
        for rule in starter_rules(self.organization_id(), ids, at, Some(by)) {
            match ValidationRuleRepository::insert(self, &rule).await {
                Ok(()) => drafts.push(creation_of(&rule)),
                // It has this rule already.
                Err(ContactError::Stale) => {}
                Err(ContactError::Storage(error)) => return Err(error),
                Err(error) => return Err(StorageError::Unexpected(Box::new(error))),
            }
        }
        for (template, version) in starter_templates(self.organization_id(), ids, at, Some(by)) {
            // It has this template already where nothing is added.
            if EmailTemplateRepository::insert(self, &template).await? {
                self.insert_version(&version).await?;
                drafts.extend(template_creation(&template, &version));
            }
        }
        Ok(drafts)
    }
}
