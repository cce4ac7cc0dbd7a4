//! What bulk operations need of their storage.

use async_trait::async_trait;
use kernel::{JobId, StorageError, Version};

use super::ContactBulkOperation;
use crate::ContactError;

/// The bulk operations of the unit's organization.
#[async_trait]
pub trait BulkOperationRepository: Send + Sync {
    /// Adds an operation.
    async fn insert(&self, operation: &ContactBulkOperation) -> Result<(), StorageError>;
    /// The operation that this job carries out.
    async fn find(&self, id: JobId) -> Result<Option<ContactBulkOperation>, StorageError>;
    /// Writes the operation where its stored version is `expected`; fails with [`ContactError::Stale`] otherwise,
    /// and the unit stays usable after that failure.
    async fn update(
        &self,
        operation: &ContactBulkOperation,
        expected: Version,
    ) -> Result<(), ContactError>;
}
