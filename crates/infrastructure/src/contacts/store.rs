//! The unit of work as contacts see it.

use async_trait::async_trait;
use contacts::ports::{
    BulkOperationRepository, ContactListRepository, ContactRepository, ContactStore, ContactUnit,
    ImportFileRepository, ImportRepository, ImportTraceRepository, ListMemberRepository,
    SuppressionRepository, ValidationLog, ValidationRuleRepository,
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
        self.port("contacts.contacts")
    }

    fn lists(&self) -> &dyn ContactListRepository {
        self.port("contacts.lists")
    }

    fn list_members(&self) -> &dyn ListMemberRepository {
        self.port("contacts.list_members")
    }

    fn suppressions(&self) -> &dyn SuppressionRepository {
        self.port("contacts.suppressions")
    }

    fn validation_rules(&self) -> &dyn ValidationRuleRepository {
        self.port("contacts.validation_rules")
    }

    fn validation_log(&self) -> &dyn ValidationLog {
        self.port("contacts.validation_log")
    }

    fn imports(&self) -> &dyn ImportRepository {
        self.port("contacts.imports")
    }

    fn import_files(&self) -> &dyn ImportFileRepository {
        self.port("contacts.import_files")
    }

    fn import_trace(&self) -> &dyn ImportTraceRepository {
        self.port("contacts.import_trace")
    }

    fn bulk_operations(&self) -> &dyn BulkOperationRepository {
        self.port("contacts.bulk_operations")
    }

    fn audit(&self) -> &dyn AuditTrail {
        self.port("audit")
    }

    fn jobs(&self) -> &dyn JobQueue {
        self.port("jobs")
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self.port("idempotency")
    }
}
