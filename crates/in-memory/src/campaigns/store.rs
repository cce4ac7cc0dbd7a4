//! The unit of work as campaigns see it.

use async_trait::async_trait;
use campaigns::ports::{CampaignStore, CampaignUnit, EmailTemplateRepository, FormRepository};
use kernel::{AuditTrail, IdempotencyLedger, StorageError, TenantScope};

use crate::MemoryDatabase;
use crate::unit::MemoryUnit;

#[async_trait]
impl CampaignStore for MemoryDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn CampaignUnit>, StorageError> {
        Ok(Box::new(self.open(scope)))
    }
}

impl CampaignUnit for MemoryUnit {
    fn email_templates(&self) -> &dyn EmailTemplateRepository {
        self
    }

    fn forms(&self) -> &dyn FormRepository {
        self
    }

    fn audit(&self) -> &dyn AuditTrail {
        self
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self
    }
}
