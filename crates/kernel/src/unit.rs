//! Transactions as a port.

use async_trait::async_trait;

use crate::StorageError;

/// Work that becomes visible all at once, or, when dropped uncommitted, never.
///
/// After a method of a unit returned an `Err`, the unit MUST be dropped, unless that method says
/// that the unit stays usable. A unit in which a statement failed refuses to commit.
#[async_trait]
pub trait UnitOfWork: Send + Sync {
    /// Makes everything done in this unit visible and durable.
    async fn commit(self: Box<Self>) -> Result<(), StorageError>;
}
