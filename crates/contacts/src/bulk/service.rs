//! Use cases: asking for one deed on every contact that a filter lets through.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Checked, Clock, ContactListId, Done, IdGenerator, JobId, NewJob, Once,
    TenantScope, begin_once,
};

use super::job::{BULK, MAX_ATTEMPTS, payload};
use super::{BulkDeed, ContactBulkOperation};
use crate::ports::ContactStore;
use crate::workbench::Workbench;
use crate::{ContactError, ContactFilter, ProfileChange, lists};

/// Use cases on many contacts at once. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct BulkContacts {
    bench: Workbench,
}

impl BulkContacts {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn ContactStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Has all contacts deleted, restorably, that the filter lets through.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        filter: Checked<ContactFilter>,
        once: &Once<'_, ContactBulkOperation>,
    ) -> Result<Done<ContactBulkOperation>, ContactError> {
        let wanted = filter.map(|filter| (filter, BulkDeed::Delete));
        self.start(scope, None, wanted, once).await
    }

    /// Has all contacts changed alike that the filter lets through.
    pub async fn update(
        &self,
        scope: &TenantScope,
        wanted: Checked<(ContactFilter, ProfileChange)>,
        once: &Once<'_, ContactBulkOperation>,
    ) -> Result<Done<ContactBulkOperation>, ContactError> {
        let wanted = wanted.map(|(filter, change)| (filter, BulkDeed::Update(change)));
        self.start(scope, None, wanted, once).await
    }

    /// Has all contacts put on a living list that the filter lets through.
    pub async fn add_to_list(
        &self,
        scope: &TenantScope,
        list: ContactListId,
        filter: Checked<ContactFilter>,
        once: &Once<'_, ContactBulkOperation>,
    ) -> Result<Done<ContactBulkOperation>, ContactError> {
        let wanted = filter.map(|filter| (filter, BulkDeed::AddToList(list)));
        self.start(scope, Some(list), wanted, once).await
    }

    /// Has all contacts taken off a living list that the filter lets through.
    pub async fn remove_from_list(
        &self,
        scope: &TenantScope,
        list: ContactListId,
        filter: Checked<ContactFilter>,
        once: &Once<'_, ContactBulkOperation>,
    ) -> Result<Done<ContactBulkOperation>, ContactError> {
        let wanted = filter.map(|filter| (filter, BulkDeed::RemoveFromList(list)));
        self.start(scope, Some(list), wanted, once).await
    }

    async fn start(
        &self,
        scope: &TenantScope,
        list: Option<ContactListId>,
        wanted: Checked<(ContactFilter, BulkDeed)>,
        once: &Once<'_, ContactBulkOperation>,
    ) -> Result<Done<ContactBulkOperation>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        if let Some(list) = list {
            lists::find_living(unit.as_ref(), list).await?;
        }
        let (filter, deed) = wanted?;
        let told = filter.describe();
        let operation = ContactBulkOperation::open(
            self.bench.id(JobId::from_uuid),
            scope.organization(),
            deed,
            filter,
            at,
            scope.actor().user(),
        );
        unit.bulk_operations().insert(&operation).await?;
        unit.jobs()
            .enqueue(&NewJob {
                id: operation.id(),
                kind: BULK,
                payload: payload(&operation),
                run_at: at,
                max_attempts: MAX_ATTEMPTS,
            })
            .await?;
        let draft = AuditDraft {
            reason: Some(told),
            ..noted(&operation, AuditAction::Create, None)
        };
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        once.record(unit.idempotency(), &operation).await?;
        unit.commit().await?;
        Ok(Done::Fresh(operation))
    }
}

/// The entry about an operation.
pub(super) fn noted(
    operation: &ContactBulkOperation,
    action: AuditAction,
    before: Option<&ContactBulkOperation>,
) -> AuditDraft {
    AuditDraft::new(
        "contact_bulk_operation",
        operation.id().as_uuid(),
        action,
        operation.changes_since(before),
    )
}
