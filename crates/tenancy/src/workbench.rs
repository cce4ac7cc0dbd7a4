//! What every use case of tenancy works with.

use std::sync::Arc;

use kernel::{
    AuditDraft, AuditEntry, AuditEntryId, Clock, IdGenerator, StorageError, TenantScope, Timestamp,
};

use crate::ports::{TenancyStore, TenancyUnit};

/// Storage, time and ids, and the habit of writing down what was done.
#[derive(Clone)]
pub(crate) struct Workbench {
    store: Arc<dyn TenancyStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl Workbench {
    pub(crate) fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { store, clock, ids }
    }

    pub(crate) async fn begin(
        &self,
        scope: &TenantScope,
    ) -> Result<Box<dyn TenancyUnit>, StorageError> {
        self.store.begin(scope).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn id<T>(&self, wrap: impl Fn(uuid::Uuid) -> T) -> T {
        wrap(self.ids.next())
    }

    pub(crate) fn ids(&self) -> &dyn IdGenerator {
        &*self.ids
    }

    /// The drafts as one piece of bulk work, if there are several.
    pub(crate) fn batch(&self, drafts: Vec<AuditDraft>) -> Vec<AuditDraft> {
        if drafts.len() < 2 {
            return drafts;
        }
        let batch = self.ids.next();
        drafts
            .into_iter()
            .map(|draft| draft.in_batch(batch))
            .collect()
    }

    /// Appends to the audit log what was done in `unit`.
    pub(crate) async fn note(
        &self,
        unit: &dyn TenancyUnit,
        scope: &TenantScope,
        drafts: impl IntoIterator<Item = AuditDraft> + Send,
    ) -> Result<(), StorageError> {
        let at = self.clock.now();
        let entries = drafts
            .into_iter()
            .map(|draft| AuditEntry::new(self.id(AuditEntryId::from_uuid), at, scope, draft))
            .collect::<Vec<_>>();
        unit.audit().append(&entries).await
    }
}
