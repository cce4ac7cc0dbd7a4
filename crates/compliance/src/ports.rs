//! What compliance needs of its storage.

use async_trait::async_trait;
use kernel::{
    AuditEntryId, AuditTrail, Page, PageRequest, StorageError, TenantScope, UnitOfWork, UserId,
};

use crate::{AuditCount, AuditDetail, AuditFilter, AuditPosition, AuditRecord};

/// Opens units of work on audit logs.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Opens a unit of work on the audit log of the scope's organization; on the platform's own in
    /// the platform's scope. Entries of other organizations MUST NOT be found in it.
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn AuditUnit>, StorageError>;
}

/// A unit of work on one organization's audit log.
pub trait AuditUnit: UnitOfWork {
    /// Its entries.
    fn entries(&self) -> &dyn AuditDirectory;
    /// Where entries are appended.
    fn audit(&self) -> &dyn AuditTrail;
}

/// The entries of the unit's organization. Listings of entries are newest first: in the descending
/// order of their times, and of their ids where those are equal.
#[async_trait]
pub trait AuditDirectory: Send + Sync {
    /// The entries that `filter` accepts.
    async fn search(
        &self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>, StorageError>;

    /// The entry with this id.
    async fn find(&self, id: AuditEntryId) -> Result<Option<AuditDetail>, StorageError>;

    /// How many of the entries that `filter` accepts have actor, kind of thing and action in common,
    /// in the order of these three; what is done by no user comes first.
    async fn count(
        &self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditCount>, StorageError>;

    /// Up to `limit` of the entries that `filter` accepts, from `behind` on, with their payloads.
    /// Fewer than `limit` are the last ones.
    async fn read(
        &self,
        filter: &AuditFilter,
        behind: Option<AuditPosition>,
        limit: u16,
    ) -> Result<Vec<AuditDetail>, StorageError>;

    /// The entries about what the user did, and about what was done to their account.
    async fn search_about_user(
        &self,
        user: UserId,
        page: &PageRequest,
    ) -> Result<Page<AuditDetail>, StorageError>;
}
