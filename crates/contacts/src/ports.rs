//! What contacts need of their storage.

use async_trait::async_trait;
use kernel::{
    AuditTrail, ContactId, ContactImportId, ContactListId, IdempotencyLedger, JobQueue, Page,
    PageRequest, StorageError, SuppressionId, TenantScope, Timestamp, UnitOfWork, Version,
};

use crate::{
    AddressHash, Contact, ContactError, ContactFilter, ContactList, ContactSort, CountedList,
    Suppression, SuppressionReason, ValidationStatus,
};

pub use crate::bulk::ports::BulkOperationRepository;
pub use crate::imports::ports::{ImportFileRepository, ImportRepository, ImportTraceRepository};
pub use crate::judging::ports::{ValidationLog, ValidationRuleRepository};

/// Opens units of work on contacts.
#[async_trait]
pub trait ContactStore: Send + Sync {
    /// Opens a unit of work inside the scope's organization; what is other organizations' MUST NOT be found or
    /// changed in it.
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn ContactUnit>, StorageError>;
}

/// A unit of work on one organization's contacts.
pub trait ContactUnit: UnitOfWork {
    /// Its contacts.
    fn contacts(&self) -> &dyn ContactRepository;
    /// Its lists.
    fn lists(&self) -> &dyn ContactListRepository;
    /// Who is on its lists.
    fn list_members(&self) -> &dyn ListMemberRepository;
    /// The addresses that it must not mail.
    fn suppressions(&self) -> &dyn SuppressionRepository;
    /// Its imports.
    fn imports(&self) -> &dyn ImportRepository;
    /// The files of its imports.
    fn import_files(&self) -> &dyn ImportFileRepository;
    /// What its imports did, row by row.
    fn import_trace(&self) -> &dyn ImportTraceRepository;
    /// What was asked for of all contacts that a filter lets through.
    fn bulk_operations(&self) -> &dyn BulkOperationRepository;
    /// Its rules for judging addresses.
    fn validation_rules(&self) -> &dyn ValidationRuleRepository;
    /// How addresses were judged.
    fn validation_log(&self) -> &dyn ValidationLog;
    /// The audit log.
    fn audit(&self) -> &dyn AuditTrail;
    /// The queue of durable jobs.
    fn jobs(&self) -> &dyn JobQueue;
    /// The answers of requests that take effect once.
    fn idempotency(&self) -> &dyn IdempotencyLedger;
}

/// The contacts of the unit's organization.
///
/// Whatever changes a contact's status or deletes or restores it changes its memberships alike, and what its
/// lists count.
#[async_trait]
pub trait ContactRepository: Send + Sync {
    /// Adds a contact; fails with [`ContactError::EmailTaken`], naming the living contact that has the address,
    /// and the unit stays usable after that failure.
    async fn insert(&self, contact: &Contact) -> Result<(), ContactError>;
    /// Adds those of these contacts, made at one instant by one person, whose address no living contact has, and
    /// the first of those with the same address; tells which, in no order. Units that add the same addresses at
    /// the same time MUST NOT deadlock.
    async fn insert_many(&self, contacts: &[Contact]) -> Result<Vec<ContactId>, StorageError>;
    /// The contact with this id, deleted or not.
    async fn find(&self, id: ContactId) -> Result<Option<Contact>, StorageError>;
    /// The living contacts with these ids, in the order of their ids.
    async fn find_many(&self, ids: &[ContactId]) -> Result<Vec<Contact>, StorageError>;
    /// The deleted contacts with these ids, in the order of their ids.
    async fn find_deleted(&self, ids: &[ContactId]) -> Result<Vec<Contact>, StorageError>;
    /// Takes the living ones of these contacts in one order, before the unit changes them or their memberships in
    /// several steps: units that do so with the same contacts wait for each other here, and MUST NOT deadlock.
    async fn lock(&self, ids: &[ContactId]) -> Result<(), StorageError>;
    /// The living contacts with these normalised addresses, in the order of their ids.
    async fn find_by_emails(&self, normalized: &[String]) -> Result<Vec<Contact>, StorageError>;
    /// Writes the contact where its stored version is `expected`; fails with [`ContactError::Stale`] otherwise,
    /// and with [`ContactError::EmailTaken`] where the contact lives and another living one has the address. The
    /// unit stays usable after these failures. Where another unit takes the address at the same moment, it fails with
    /// [`StorageError::Contended`].
    async fn update(&self, contact: &Contact, expected: Version) -> Result<(), ContactError>;
    /// Writes those of these contacts, changed at one instant by one person, that are stored in the version
    /// before; tells which, in no order. Where an address is another living contact's, it fails with
    /// [`StorageError::Contended`], and the unit is of no use after that failure: the next try finds whose it is.
    async fn update_many(&self, contacts: &[Contact]) -> Result<Vec<ContactId>, StorageError>;
    /// The contacts that the filter lets through, in this order. Mistyped words are looked for among the words of
    /// contacts that were written before the unit began.
    async fn list(
        &self,
        filter: &ContactFilter,
        sort: ContactSort,
        page: &PageRequest,
    ) -> Result<Page<Contact>, StorageError>;
    /// Up to `limit` of the contacts that the filter lets through, behind `after` and up to `until`, in the order of
    /// their ids; none only where there are no more.
    async fn ids_behind(
        &self,
        filter: &ContactFilter,
        after: Option<ContactId>,
        until: ContactId,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError>;
}

/// The lists of the unit's organization.
#[async_trait]
pub trait ContactListRepository: Send + Sync {
    /// Adds a list; fails with [`ContactError::ListNameTaken`], naming the living list that has the name in any
    /// case, and the unit stays usable after that failure.
    async fn insert(&self, list: &ContactList) -> Result<(), ContactError>;
    /// The list with this id, deleted or not.
    async fn find(&self, id: ContactListId) -> Result<Option<ContactList>, StorageError>;
    /// The list with this id, deleted or not, and its counts.
    async fn find_counted(&self, id: ContactListId) -> Result<Option<CountedList>, StorageError>;
    /// Makes units that lock the same list wait for each other: what such a unit reads from here on is as the one
    /// before it left it.
    async fn lock(&self, id: ContactListId) -> Result<(), StorageError>;
    /// Living lists, or the deleted ones, in the order of their ids.
    async fn list(
        &self,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<CountedList>, StorageError>;
    /// Writes the list where its stored version is `expected`; fails with [`ContactError::Stale`] otherwise,
    /// and with [`ContactError::ListNameTaken`] where the list lives and another living one has the name. The
    /// unit stays usable after these failures, but for the rare one in which another unit took the name at the
    /// same moment.
    async fn update(&self, list: &ContactList, expected: Version) -> Result<(), ContactError>;
}

/// Who is on the lists of the unit's organization.
///
/// Writers of the same list do not wait for each other, and what it counts is exact in every unit that begins
/// after they ended.
#[async_trait]
pub trait ListMemberRepository: Send + Sync {
    /// Puts those of these contacts on the list that live and are not on it; tells which, in no order.
    async fn add(
        &self,
        list: ContactListId,
        contacts: &[ContactId],
        import: Option<ContactImportId>,
        at: Timestamp,
    ) -> Result<Vec<ContactId>, StorageError>;
    /// Puts contacts on the list that the unit has added, and that are on no list yet.
    async fn add_new(
        &self,
        list: ContactListId,
        contacts: &[Contact],
        import: Option<ContactImportId>,
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// Takes those of these contacts off the list that are on it and live, where an import is named only those that it
    /// has put there; tells which, in no order.
    async fn remove(
        &self,
        list: ContactListId,
        contacts: &[ContactId],
        import: Option<ContactImportId>,
        at: Timestamp,
    ) -> Result<Vec<ContactId>, StorageError>;
    /// Up to `limit` living members of the list, with this status where one is named, behind this contact, in the
    /// order of their ids.
    async fn ids_after(
        &self,
        list: ContactListId,
        status: Option<ValidationStatus>,
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError>;
    /// The living lists that a living contact is on, in the order of their ids.
    async fn lists_of(&self, contact: ContactId) -> Result<Vec<ContactList>, StorageError>;
}

/// The addresses that the unit's organization must not mail.
#[async_trait]
pub trait SuppressionRepository: Send + Sync {
    /// Adds those of these whose address is not suppressed yet for the same reason from the same source; tells
    /// which, in no order.
    async fn insert_many(
        &self,
        suppressions: &[Suppression],
    ) -> Result<Vec<SuppressionId>, StorageError>;
    /// The suppression with this id.
    async fn find(&self, id: SuppressionId) -> Result<Option<Suppression>, StorageError>;
    /// Suppressions, of this reason where one is named, in the order of their ids.
    async fn list(
        &self,
        reason: Option<SuppressionReason>,
        page: &PageRequest,
    ) -> Result<Page<Suppression>, StorageError>;
    /// The suppressions of these addresses, in the order of their ids.
    async fn find_by_addresses(
        &self,
        addresses: &[AddressHash],
    ) -> Result<Vec<Suppression>, StorageError>;
    /// Removes a suppression; `false` where there is none with this id.
    async fn remove(&self, id: SuppressionId) -> Result<bool, StorageError>;
}
