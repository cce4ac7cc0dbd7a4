//! The unit of work as contacts see it.

use async_trait::async_trait;
use contacts::ports::{
    ContactListRepository, ContactRepository, ContactStore, ContactUnit, ListMemberRepository,
    SuppressionRepository,
};
use kernel::{AuditTrail, IdempotencyLedger, JobQueue, StorageError, TenantScope};

use crate::PostgresDatabase;
use crate::unit::PostgresUnit;

#[async_trait]
impl ContactStore for PostgresDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn ContactUnit>, StorageError> {
        Ok(Box::new(self.begin_tenant(scope).await?))
    }
}

impl ContactUnit for PostgresUnit {
    fn contacts(&self) -> &dyn ContactRepository {
        self
    }

    fn lists(&self) -> &dyn ContactListRepository {
        self
    }

    fn list_members(&self) -> &dyn ListMemberRepository {
        self
    }

    fn suppressions(&self) -> &dyn SuppressionRepository {
        self
    }

    fn audit(&self) -> &dyn AuditTrail {
        self
    }

    fn jobs(&self) -> &dyn JobQueue {
        self
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self
    }
}
