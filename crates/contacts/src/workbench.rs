//! What every use case of contacts works with.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, Changes, Clock, ContactImportId,
    ContactListId, IdGenerator, JobId, JobKind, Stamps, StorageError, TenantScope, Timestamp,
    UserId,
};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::judging::ask_again_later;
use crate::ports::{ContactStore, ContactUnit};
use crate::{ContactError, ContactList, Judgement, ListStatus};

/// Judges the members of a list again.
pub(crate) const VALIDATE_LIST: JobKind = JobKind::new("validate_contact_list");

/// What was at work on the validation of a list.
#[derive(Clone, Copy)]
pub(crate) struct Works {
    pub(crate) list: ContactListId,
    pub(crate) import: Option<ContactImportId>,
    pub(crate) job: Option<JobId>,
}

/// Storage, time and ids, and the habit of writing down what was done.
#[derive(Clone)]
pub(crate) struct Workbench {
    store: Arc<dyn ContactStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl Workbench {
    pub(crate) fn new(
        store: Arc<dyn ContactStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { store, clock, ids }
    }

    pub(crate) async fn begin(
        &self,
        scope: &TenantScope,
    ) -> Result<Box<dyn ContactUnit>, StorageError> {
        self.store.begin(scope).await
    }

    pub(crate) fn store(&self) -> Arc<dyn ContactStore> {
        Arc::clone(&self.store)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn ids(&self) -> &dyn IdGenerator {
        &*self.ids
    }

    pub(crate) fn id<T>(&self, wrap: impl Fn(uuid::Uuid) -> T) -> T {
        wrap(self.ids.next())
    }

    /// Logs how contacts were judged that the unit writes, and has name servers asked again that did not answer.
    pub(crate) async fn log(
        &self,
        unit: &dyn ContactUnit,
        judgements: &[Judgement],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        unit.validation_log().append(judgements).await?;
        ask_again_later(unit, judgements, &*self.ids, at).await
    }

    /// Appends to the audit log what was done in `unit`; several entries are one piece of bulk work, where they are not
    /// part of another one.
    pub(crate) async fn note(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        at: Timestamp,
        drafts: Vec<AuditDraft>,
    ) -> Result<(), StorageError> {
        let batch = (drafts.len() > 1).then(|| self.ids.next());
        let entries = drafts
            .into_iter()
            .map(|draft| match batch {
                Some(batch) if draft.batch.is_none() => draft.in_batch(batch),
                _ => draft,
            })
            .map(|draft| AuditEntry::new(self.id(AuditEntryId::from_uuid), at, scope, draft))
            .collect::<Vec<_>>();
        unit.audit().append(&entries).await
    }

    /// Notes that this piece of work on the validation of a list has ended so. While others are at work on the same
    /// list, its validation goes on.
    pub(crate) async fn end_validation(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        ended: Works,
        status: ListStatus,
        by: Option<UserId>,
    ) -> Result<(), ContactError> {
        // Of two that end at the same moment, the second sees that the first has ended.
        unit.lists().lock(ended.list).await?;
        let imports = unit.imports();
        let is_read_into = imports.is_read_into(ended.list, ended.import).await?;
        let of_list = ("list", ended.list.as_uuid());
        let is_judged_again = unit
            .jobs()
            .is_open(VALIDATE_LIST, of_list, ended.job)
            .await?;
        if is_read_into || is_judged_again {
            return Ok(());
        }
        self.advance_list(unit, scope, ended.list, status, by).await
    }

    /// Notes how far the validation of a list's addresses is, be the list deleted meanwhile or not.
    pub(crate) async fn advance_list(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        list: ContactListId,
        status: ListStatus,
        by: Option<UserId>,
    ) -> Result<(), ContactError> {
        // Of two that get as far at the same moment, the second sees what the first has noted.
        unit.lists().lock(list).await?;
        let Some(before) = unit.lists().find(list).await? else {
            return Ok(());
        };
        if before.state().status == status {
            return Ok(());
        }
        let at = self.now();
        let mut after = before.clone();
        after.advance(status, at, by);
        let expected = before.state().stamps.version;
        let noted = unit.lists().update(&after, expected).await;
        noted.map_err(ContactError::into_retriable)?;
        let changes = after.changes_since(Some(&before));
        let draft = AuditDraft::new("contact_list", list.as_uuid(), AuditAction::Update, changes);
        Ok(self.note(unit, scope, at, vec![draft]).await?)
    }
}

/// The living list with this id.
pub(crate) async fn find_list(
    unit: &dyn ContactUnit,
    id: ContactListId,
) -> Result<ContactList, ContactError> {
    unit.lists()
        .find(id)
        .await?
        .filter(|list| !list.state().stamps.is_deleted())
        .ok_or(ContactError::NotFound("contact list"))
}

/// The deletion of something, or its restoration, as the audit log tells it.
pub(crate) fn deletion(before: &Stamps, after: &Stamps) -> Changes {
    let instant =
        |at: Option<Timestamp>| -> Value { json!(at.and_then(|at| at.format(&Rfc3339).ok())) };
    Changes::none().field(
        "deleted_at",
        instant(before.deleted_at),
        instant(after.deleted_at),
    )
}
