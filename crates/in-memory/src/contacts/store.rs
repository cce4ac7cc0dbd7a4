//! The unit of work as contacts see it.

use async_trait::async_trait;
use contacts::ports::{
    BulkOperationRepository, ContactListRepository, ContactRepository, ContactStore, ContactUnit,
    ImportFileRepository, ImportRepository, ImportTraceRepository, ListMemberRepository,
    SuppressionRepository, ValidationLog, ValidationRuleRepository,
};
use kernel::{AuditTrail, IdempotencyLedger, JobQueue, StorageError, TenantScope};

use crate::MemoryDatabase;
use crate::unit::MemoryUnit;

#[async_trait]
impl ContactStore for MemoryDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn ContactUnit>, StorageError> {
        Ok(Box::new(self.open(scope)))
    }
}

impl ContactUnit for MemoryUnit {
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

    fn validation_rules(&self) -> &dyn ValidationRuleRepository {
        self
    }

    fn validation_log(&self) -> &dyn ValidationLog {
        self
    }

    fn imports(&self) -> &dyn ImportRepository {
        self
    }

    fn import_files(&self) -> &dyn ImportFileRepository {
        self
    }

    fn import_trace(&self) -> &dyn ImportTraceRepository {
        self
    }

    fn bulk_operations(&self) -> &dyn BulkOperationRepository {
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
