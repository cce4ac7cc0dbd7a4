//! The unit of work as compliance sees it.

use async_trait::async_trait;
use compliance::ports::{AuditDirectory, AuditStore, AuditUnit};
use kernel::{AuditTrail, StorageError, TenantScope};

use crate::PostgresDatabase;
use crate::unit::PostgresUnit;

#[async_trait]
impl AuditStore for PostgresDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn AuditUnit>, StorageError> {
        Ok(Box::new(self.begin_tenant(scope).await?))
    }
}

impl AuditUnit for PostgresUnit {
    fn entries(&self) -> &dyn AuditDirectory {
        self.port("compliance.entries")
    }

    fn audit(&self) -> &dyn AuditTrail {
        self.port("audit")
    }
}
