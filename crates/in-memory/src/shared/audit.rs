//! The audit log.

use async_trait::async_trait;
use kernel::{AuditEntry, AuditTrail, StorageError};

use crate::unit::MemoryUnit;

#[async_trait]
impl AuditTrail for MemoryUnit {
    async fn append(&self, entries: &[AuditEntry]) -> Result<(), StorageError> {
        if entries
            .iter()
            .any(|entry| entry.organization != self.organization_id())
        {
            return Err(StorageError::Unexpected(
                "an audit entry of another organization".into(),
            ));
        }
        self.write(|tenant| tenant.audit.extend_from_slice(entries));
        Ok(())
    }
}
