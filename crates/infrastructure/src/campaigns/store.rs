//! The unit of work as campaigns see it.

use async_trait::async_trait;
use campaigns::ports::{CampaignStore, CampaignUnit, EmailTemplateRepository, FormRepository};
use kernel::{AuditTrail, IdempotencyLedger, StorageError, TenantScope};

use crate::PostgresDatabase;
use crate::unit::PostgresUnit;

#[async_trait]
impl CampaignStore for PostgresDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn CampaignUnit>, StorageError> {
        Ok(Box::new(self.begin_tenant(scope).await?))
    }
}

impl CampaignUnit for PostgresUnit {
    fn email_templates(&self) -> &dyn EmailTemplateRepository {
        self.port("campaigns.email_templates")
    }

    fn forms(&self) -> &dyn FormRepository {
        self.port("campaigns.forms")
    }

    fn audit(&self) -> &dyn AuditTrail {
        self.port("audit")
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self.port("idempotency")
    }
}
