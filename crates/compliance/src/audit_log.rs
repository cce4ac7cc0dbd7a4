//! Reading the audit log.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, Changes, Clock, IdGenerator, Page,
    PageRequest, TenantScope, UserId,
};

use crate::ports::AuditStore;
use crate::{AuditCount, AuditDetail, AuditExport, AuditFilter, AuditRecord, ComplianceError};

/// Reads audit logs; whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct AuditLog {
    store: Arc<dyn AuditStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl AuditLog {
    /// The audit logs in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn AuditStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { store, clock, ids }
    }

    /// The entries that `filter` accepts, newest first.
    pub async fn search(
        &self,
        scope: &TenantScope,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>, ComplianceError> {
        let unit = self.store.begin(scope).await?;
        let found = unit.entries().search(filter, page).await?;
        unit.commit().await?;
        Ok(found)
    }

    /// One entry with its payload.
    pub async fn read(
        &self,
        scope: &TenantScope,
        entry: AuditEntryId,
    ) -> Result<AuditDetail, ComplianceError> {
        let unit = self.store.begin(scope).await?;
        let found = unit.entries().find(entry).await?;
        unit.commit().await?;
        found.ok_or(ComplianceError::EntryNotFound)
    }

    /// How often each actor did what to which kind of thing.
    pub async fn count(
        &self,
        scope: &TenantScope,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditCount>, ComplianceError> {
        let unit = self.store.begin(scope).await?;
        let counted = unit.entries().count(filter, page).await?;
        unit.commit().await?;
        Ok(counted)
    }

    /// Begins a download of the entries that `filter` accepts, as they are now, and writes into the log who
    /// takes them away.
    pub async fn export(
        &self,
        scope: &TenantScope,
        filter: AuditFilter,
    ) -> Result<AuditExport, ComplianceError> {
        let at = self.clock.now();
        let draft = AuditDraft {
            entity_type: "audit_log",
            entity: None,
            action: AuditAction::Export,
            changes: Changes::none(),
            reason: Some(filter.describe()),
            batch: None,
        };
        let id = AuditEntryId::from_uuid(self.ids.next());
        let entry = AuditEntry::new(id, at, scope, draft);

        let unit = self.store.begin(scope).await?;
        unit.audit().append(&[entry]).await?;
        unit.commit().await?;

        let filter = AuditFilter {
            time: filter.time.ending_by(at),
            ..filter
        };
        Ok(AuditExport::new(
            Arc::clone(&self.store),
            scope.clone(),
            filter,
        ))
    }

    /// What `user` did to accounts and sessions, and what was done to theirs, newest first; in the
    /// platform's scope. Where somebody else did it, that person's address is left out.
    pub async fn own_events(
        &self,
        platform: &TenantScope,
        user: UserId,
        page: &PageRequest,
    ) -> Result<Page<AuditDetail>, ComplianceError> {
        let unit = self.store.begin(platform).await?;
        let found = unit.entries().search_about_user(user, page).await?;
        unit.commit().await?;
        Ok(found.map(|detail| without_others_address(detail, user)))
    }
}

/// An anonymous actor stays: who tried to log in as oneself is what one wants to know.
fn without_others_address(mut detail: AuditDetail, user: UserId) -> AuditDetail {
    if detail.record.actor.is_some_and(|actor| actor != user) {
        detail.payload.ip = None;
        detail.payload.user_agent = None;
    }
    detail
}
