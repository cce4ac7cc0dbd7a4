//! What every use case of campaigns works with.

use std::sync::Arc;

use kernel::{
    AuditDraft, AuditEntry, AuditEntryId, Changes, Clock, Expected, IdGenerator, Stamps,
    StorageError, TenantScope, Timestamp,
};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::ports::{CampaignStore, CampaignUnit};
use crate::{Campaign, CampaignError, EmailTemplate, Form, Lead, LeadView};

/// Storage, time and ids, and the habit of writing down what was done.
#[derive(Clone)]
pub(crate) struct Workbench {
    store: Arc<dyn CampaignStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl Workbench {
    pub(crate) fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { store, clock, ids }
    }

    pub(crate) async fn begin(
        &self,
        scope: &TenantScope,
    ) -> Result<Box<dyn CampaignUnit>, StorageError> {
        self.store.begin(scope).await
    }

    pub(crate) fn store(&self) -> Arc<dyn CampaignStore> {
        Arc::clone(&self.store)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn id<T>(&self, wrap: impl Fn(Uuid) -> T) -> T {
        wrap(self.ids.next())
    }

    /// Appends to the audit log what was done in `unit`; several entries are one piece of bulk work.
    pub(crate) async fn note(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        at: Timestamp,
        drafts: Vec<AuditDraft>,
    ) -> Result<(), StorageError> {
        let batch = (drafts.len() > 1).then(|| self.ids.next());
        self.append(unit, scope, at, drafts, batch).await
    }

    /// Appends to the audit log what bulk work did in `unit`, which is a batch of its own however few it reached.
    pub(crate) async fn note_batch(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        at: Timestamp,
        drafts: Vec<AuditDraft>,
    ) -> Result<(), StorageError> {
        let batch = self.ids.next();
        self.append(unit, scope, at, drafts, Some(batch)).await
    }

    async fn append(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        at: Timestamp,
        drafts: Vec<AuditDraft>,
        batch: Option<Uuid>,
    ) -> Result<(), StorageError> {
        let entry = |draft: AuditDraft| {
            let draft = match batch {
                Some(batch) => draft.in_batch(batch),
                None => draft,
            };
            AuditEntry::new(self.id(AuditEntryId::from_uuid), at, scope, draft)
        };
        let entries: Vec<_> = drafts.into_iter().map(entry).collect();
        unit.audit().append(&entries).await
    }
}

/// What is kept with its history: changed version by version, and deleted restorably.
pub(crate) trait Kept: Sized {
    /// What it is called where it is missing.
    const NOUN: &'static str;

    /// Its history.
    fn stamps(&self) -> &Stamps;

    /// What was found, where it lives.
    fn living(found: Option<Self>) -> Result<Self, CampaignError> {
        found
            .filter(|found| !found.stamps().is_deleted())
            .ok_or(CampaignError::NotFound(Self::NOUN))
    }

    /// What was found, where it is deleted.
    fn deleted(found: Option<Self>) -> Result<Self, CampaignError> {
        let found = found.ok_or(CampaignError::NotFound(Self::NOUN))?;
        if found.stamps().is_deleted() {
            Ok(found)
        } else {
            Err(CampaignError::NotDeleted)
        }
    }

    /// It, where its version is one that the caller expects.
    fn expected(self, expected: &Expected) -> Result<Self, CampaignError> {
        if expected.accepts(self.stamps().version) {
            Ok(self)
        } else {
            Err(CampaignError::Stale)
        }
    }
}

macro_rules! kept {
    ($($kept:ty: $noun:literal),+ $(,)?) => {
        $(impl Kept for $kept {
            const NOUN: &'static str = $noun;

            fn stamps(&self) -> &Stamps {
                &self.state().stamps
            }
        })+
    };
}

kept! {
    Campaign: "campaign",
    EmailTemplate: "email template",
    Form: "form",
    Lead: "lead",
    LeadView: "lead view",
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
