//! The unit of work as compliance sees it.

use async_trait::async_trait;
use compliance::ports::{AuditDirectory, AuditStore, AuditUnit};
use kernel::{AuditTrail, StorageError, TenantScope};

use crate::MemoryDatabase;
use crate::unit::MemoryUnit;

#[async_trait]
impl AuditStore for MemoryDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn AuditUnit>, StorageError> {
        Ok(Box::new(self.open(scope)))
    }
}

impl AuditUnit for MemoryUnit {
    fn entries(&self) -> &dyn AuditDirectory {
        self
    }

    fn audit(&self) -> &dyn AuditTrail {
        self
    }
}
