//! What every use case of imports works with.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, Changes, Clock, ContactImportId,
    ContactListId, IdGenerator, StorageError, TenantScope, Timestamp,
};

use super::ContactImport;
use crate::ports::{ContactStore, ContactUnit};
use crate::{ContactError, ContactList, Judge, ListStatus};

/// Storage, time, ids and a judge, and the habit of writing down what was done.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) store: Arc<dyn ContactStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdGenerator>,
    pub(super) judge: Judge,
}

impl Bench {
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn id<T>(&self, wrap: impl Fn(uuid::Uuid) -> T) -> T {
        wrap(self.ids.next())
    }

    /// Appends to the audit log what was done to an import.
    pub(super) async fn note(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        import: &ContactImport,
        action: AuditAction,
        changes: Changes,
    ) -> Result<(), StorageError> {
        let draft = AuditDraft::new("contact_import", import.id().as_uuid(), action, changes);
        self.append(unit, scope, draft).await
    }

    async fn append(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        draft: AuditDraft,
    ) -> Result<(), StorageError> {
        let id = self.id(AuditEntryId::from_uuid);
        let entry = AuditEntry::new(id, self.now(), scope, draft);
        unit.audit().append(&[entry]).await
    }

    /// Notes how far the validation of the import's list is.
    pub(super) async fn advance_list(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        list: ContactListId,
        status: ListStatus,
    ) -> Result<(), ContactError> {
        let Some(before) = unit.lists().find(list).await? else {
            return Ok(());
        };
        if before.state().status == status {
            return Ok(());
        }
        let mut after = before.clone();
        after.advance(status, self.now(), None);
        let expected = before.state().stamps.version;
        match unit.lists().update(&after, expected).await {
            // Somebody changed it at the same moment.
            Err(ContactError::Stale) => return Err(StorageError::Contended(None).into()),
            done => done?,
        }
        let changes = after.changes_since(Some(&before));
        let draft = AuditDraft::new("contact_list", list.as_uuid(), AuditAction::Update, changes);
        Ok(self.append(unit, scope, draft).await?)
    }
}

/// The living list with this id.
pub(super) async fn find_list(
    unit: &dyn ContactUnit,
    id: ContactListId,
) -> Result<ContactList, ContactError> {
    unit.lists()
        .find(id)
        .await?
        .filter(|list| !list.state().stamps.is_deleted())
        .ok_or(ContactError::NotFound("contact list"))
}

/// The import with this id, whose file is there.
pub(super) async fn find_import(
    unit: &dyn ContactUnit,
    id: ContactImportId,
) -> Result<ContactImport, ContactError> {
    unit.imports()
        .find(id)
        .await?
        .filter(|import| import.state().sha256.is_some())
        .ok_or(ContactError::NotFound("import"))
}
