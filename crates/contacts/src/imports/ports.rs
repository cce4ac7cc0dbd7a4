//! What imports need of their storage.

use std::collections::BTreeSet;

use async_trait::async_trait;
use kernel::{
    ContactId, ContactImportId, ContactListId, Page, PageRequest, StorageError, Timestamp, Version,
};

use super::{ContactImport, LeftContact, Rejection, Touch};
use crate::{AddressHash, Contact, ContactError};

/// The imports of the unit's organization.
#[async_trait]
pub trait ImportRepository: Send + Sync {
    /// Adds an import.
    async fn insert(&self, import: &ContactImport) -> Result<(), StorageError>;
    /// The import with this id.
    async fn find(&self, id: ContactImportId) -> Result<Option<ContactImport>, StorageError>;
    /// The imports into a list, in the order of their ids; those whose file is on the way are left out.
    async fn list(
        &self,
        list: ContactListId,
        page: &PageRequest,
    ) -> Result<Page<ContactImport>, StorageError>;
    /// The latest import of a file with this SHA-256 into this list that was not a dry run and that was neither
    /// cancelled nor undone nor broke off. One whose job ended before its time, so that it is not noted yet that the
    /// import did, counts as broken off.
    async fn find_same_file(
        &self,
        list: ContactListId,
        sha256: &[u8; 32],
    ) -> Result<Option<ContactImport>, StorageError>;
    /// Whether another import than this one is read into the list, and is no dry run.
    async fn is_read_into(
        &self,
        list: ContactListId,
        except: Option<ContactImportId>,
    ) -> Result<bool, StorageError>;
    /// Writes the import where its stored version is `expected`; fails with [`ContactError::Stale`] otherwise,
    /// and the unit stays usable after that failure.
    async fn update(&self, import: &ContactImport, expected: Version) -> Result<(), ContactError>;
    /// Removes an import whose file is on the way, and what is there of the file.
    async fn discard(&self, id: ContactImportId) -> Result<(), StorageError>;
}

/// The files of the imports, in pieces.
#[async_trait]
pub trait ImportFileRepository: Send + Sync {
    /// Adds a piece of an import's file; pieces are counted from 0.
    async fn append(
        &self,
        import: ContactImportId,
        position: u32,
        bytes: &[u8],
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// The piece at this position; `None` behind the last one.
    async fn piece(
        &self,
        import: ContactImportId,
        position: u32,
    ) -> Result<Option<Vec<u8>>, StorageError>;
    /// Removes the pieces before this position, which were read, but for the first one: what a file begins with can be
    /// looked at while it is read.
    async fn remove_read(&self, import: ContactImportId, before: u32) -> Result<(), StorageError>;
    /// Removes up to `limit` pieces of the file, the first ones; tells how many.
    async fn remove(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError>;
}

/// What imports did, row by row.
#[async_trait]
pub trait ImportTraceRepository: Send + Sync {
    /// Adds rejections.
    async fn reject(
        &self,
        import: ContactImportId,
        rejections: &[Rejection],
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// Up to `limit` rejections behind this line, in the order of the lines; none behind the one with which their originals
    /// have `bytes` bytes together.
    async fn rejections_behind(
        &self,
        import: ContactImportId,
        line: u64,
        limit: u16,
        bytes: u32,
    ) -> Result<Vec<Rejection>, StorageError>;
    /// Up to `limit` rejections behind this line, in the order of the lines, with no more than the first `characters` of
    /// each original.
    async fn rejections_in_short(
        &self,
        import: ContactImportId,
        line: u64,
        limit: u16,
        characters: u16,
    ) -> Result<Vec<Rejection>, StorageError>;
    /// Adds what was done to contacts that were there before.
    async fn touch(
        &self,
        import: ContactImportId,
        touches: &[Touch],
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// Which of these contacts the import has met.
    async fn touched(
        &self,
        import: ContactImportId,
        contacts: &[ContactId],
    ) -> Result<BTreeSet<ContactId>, StorageError>;
    /// Up to `limit` of the contacts that the import met, behind this one, in the order of their ids.
    async fn touches_behind(
        &self,
        import: ContactImportId,
        contact: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Touch>, StorageError>;
    /// Up to `limit` of the living contacts that the import made, behind this one, in the order of their ids.
    async fn made_behind(
        &self,
        import: ContactImportId,
        contact: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Contact>, StorageError>;
    /// Which of these contacts are on a list that the import did not put them on.
    async fn on_other_lists(
        &self,
        import: ContactImportId,
        contacts: &[ContactId],
    ) -> Result<BTreeSet<ContactId>, StorageError>;
    /// Notes addresses that a dry run has met; tells which were met for the first time.
    async fn meet(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
        at: Timestamp,
    ) -> Result<BTreeSet<AddressHash>, StorageError>;
    /// Notes addresses that a dry run has met in rows that are refused and from which mail is kept all the same.
    async fn stop(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// Which of these addresses are such ones.
    async fn stopped(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
    ) -> Result<BTreeSet<AddressHash>, StorageError>;
    /// Removes up to `limit` rejections, before a file is read anew; tells how many.
    async fn forget_rejections(
        &self,
        import: ContactImportId,
        limit: u16,
    ) -> Result<u64, StorageError>;
    /// Removes up to `limit` of the addresses that a dry run has met, or noted as stopped; tells how many.
    async fn forget_met(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError>;
    /// Removes up to `limit` of the contacts of which an undo left something, before it is made again; tells how many.
    async fn forget_left(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError>;
    /// Adds contacts of which an undo left something.
    async fn leave(
        &self,
        import: ContactImportId,
        left: &[LeftContact],
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// The contacts of which the import's undo left something, in the order of their ids.
    async fn left(
        &self,
        import: ContactImportId,
        page: &PageRequest,
    ) -> Result<Page<LeftContact>, StorageError>;
}
