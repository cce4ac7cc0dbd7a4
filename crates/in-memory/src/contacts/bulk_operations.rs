//! What was asked for of all contacts that a filter lets through.

use async_trait::async_trait;
use contacts::ports::BulkOperationRepository;
use contacts::{ContactBulkOperation, ContactError};
use kernel::{JobId, StorageError, Version};

use crate::unit::MemoryUnit;

#[async_trait]
impl BulkOperationRepository for MemoryUnit {
    async fn insert(&self, operation: &ContactBulkOperation) -> Result<(), StorageError> {
        self.write(|tenant| {
            let operations = &mut tenant.bulk_operations;
            operations.insert(operation.id(), operation.clone());
        });
        Ok(())
    }

    async fn find(&self, id: JobId) -> Result<Option<ContactBulkOperation>, StorageError> {
        Ok(self.read(|tenant| tenant.bulk_operations.get(&id).cloned()))
    }

    async fn update(
        &self,
        operation: &ContactBulkOperation,
        expected: Version,
    ) -> Result<(), ContactError> {
        self.write(|tenant| {
            let stored = tenant.bulk_operations.get_mut(&operation.id());
            match stored.filter(|stored| stored.state().stamps.version == expected) {
                Some(stored) => {
                    *stored = operation.clone();
                    Ok(())
                }
                None => Err(ContactError::Stale),
            }
        })
    }
}
