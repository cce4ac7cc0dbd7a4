//! Use cases: making, reading, changing, deleting and restoring forms, and their versions.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, Done, Expected, FormId, FormVersionId,
    IdGenerator, Once, Page, PageRequest, TenantScope, begin_once,
};

use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::{Kept as _, Workbench, deletion};
use crate::{
    CampaignError, Form, FormChange, FormDefinition, FormVersion, FormVersionCard, NewForm,
};

/// Use cases on forms. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct Forms {
    bench: Workbench,
}

impl Forms {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Makes a form with its first version.
    pub async fn create(
        &self,
        scope: &TenantScope,
        new: Checked<NewForm>,
        once: &Once<'_, Form>,
    ) -> Result<Done<Form>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let ids = (
            self.bench.id(FormId::from_uuid),
            self.bench.id(FormVersionId::from_uuid),
        );
        let by = scope.actor().user();
        let (form, version) = Form::open(ids, scope.organization(), new?, at, by);
        let forms = unit.forms();
        forms.insert(&form).await?;
        forms.insert_version(&version).await?;
        let drafts = [
            noted(&form, AuditAction::Create, form.changes_since(None)),
            version_creation(&version),
        ];
        self.bench
            .note(unit.as_ref(), scope, at, drafts.into())
            .await?;
        once.record(unit.idempotency(), &form).await?;
        unit.commit().await?;
        Ok(Done::Fresh(form))
    }

    /// Living forms, or the deleted ones, in the order of their ids.
    pub async fn list(
        &self,
        scope: &TenantScope,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<Form>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let forms = unit.forms().list(deleted, page).await?;
        unit.commit().await?;
        Ok(forms)
    }

    /// A living form.
    pub async fn read(&self, scope: &TenantScope, id: FormId) -> Result<Form, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let form = find_living(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(form)
    }

    /// Changes a form's name and description; what it asks changes by another version.
    pub async fn update(
        &self,
        scope: &TenantScope,
        id: FormId,
        expected: &Expected,
        change: Checked<FormChange>,
    ) -> Result<Form, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let change = change?;
        let mut after = before.clone();
        after.change(&change, at, scope.actor().user());
        let changes = after.changes_since(Some(&before));
        if changes.is_empty() {
            return Ok(before);
        }
        unit.forms()
            .update(&after, before.state().stamps.version)
            .await
            .map_err(|error| error.contended_unless(expected))?;
        let draft = noted(&after, AuditAction::Update, changes);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(after)
    }

    /// Deletes a form, restorably; its versions stay for the campaigns that have them.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        id: FormId,
        expected: &Expected,
    ) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let mut after = before.clone();
        after.delete(at, scope.actor().user());
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        let written = unit.forms().update(&after, old.version);
        written
            .await
            .map_err(|error| error.contended_unless(expected))?;
        let draft = noted(&after, AuditAction::Delete, deletion(old, new));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Takes the deletion back.
    pub async fn restore(
        &self,
        scope: &TenantScope,
        id: FormId,
        once: &Once<'_, Form>,
    ) -> Result<Done<Form>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = Form::deleted(unit.forms().find(id).await?)?;
        let mut after = before.clone();
        after.undelete(at, scope.actor().user());
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        let written = unit.forms().update(&after, old.version);
        written.await.map_err(CampaignError::contended)?;
        let draft = noted(&after, AuditAction::Restore, deletion(old, new));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        once.record(unit.idempotency(), &after).await?;
        unit.commit().await?;
        Ok(Done::Fresh(after))
    }

    /// Makes another version of a form.
    pub async fn publish(
        &self,
        scope: &TenantScope,
        id: FormId,
        new: Checked<FormDefinition>,
        once: &Once<'_, FormVersion>,
    ) -> Result<Done<FormVersion>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = find_living(unit.as_ref(), id).await?;
        let mut after = before.clone();
        let version = self.bench.id(FormVersionId::from_uuid);
        let version = after.publish(version, new?, at, scope.actor().user());
        unit.forms()
            .update(&after, before.state().stamps.version)
            .await
            // Nobody said which version this should follow.
            .map_err(CampaignError::contended)?;
        unit.forms().insert_version(&version).await?;
        let changes = after.changes_since(Some(&before));
        let drafts = vec![
            noted(&after, AuditAction::Update, changes),
            version_creation(&version),
        ];
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        once.record(unit.idempotency(), &version).await?;
        unit.commit().await?;
        Ok(Done::Fresh(version))
    }

    /// The versions of a living form, in the order in which they were made.
    pub async fn versions(
        &self,
        scope: &TenantScope,
        id: FormId,
        page: &PageRequest,
    ) -> Result<Page<FormVersionCard>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        find_living(unit.as_ref(), id).await?;
        let versions = unit.forms().list_versions(id, page).await?;
        unit.commit().await?;
        Ok(versions)
    }

    /// A version of a living form.
    pub async fn version(
        &self,
        scope: &TenantScope,
        id: FormId,
        version: FormVersionId,
    ) -> Result<FormVersion, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let found = find_version(unit.as_ref(), id, version).await?;
        unit.commit().await?;
        Ok(found)
    }
}

fn noted(form: &Form, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("form", form.id().as_uuid(), action, changes)
}

/// The living form with this id.
async fn find_living(unit: &dyn CampaignUnit, id: FormId) -> Result<Form, CampaignError> {
    Form::living(unit.forms().find(id).await?)
}

async fn find_expected(
    unit: &dyn CampaignUnit,
    id: FormId,
    expected: &Expected,
) -> Result<Form, CampaignError> {
    find_living(unit, id).await?.expected(expected)
}

async fn find_version(
    unit: &dyn CampaignUnit,
    id: FormId,
    version: FormVersionId,
) -> Result<FormVersion, CampaignError> {
    find_living(unit, id).await?;
    let found = unit.forms().find_version(id, version).await?;
    found.ok_or(CampaignError::NotFound("form version"))
}

/// What the audit log says of a version that was made.
fn version_creation(version: &FormVersion) -> AuditDraft {
    AuditDraft::new(
        "form_version",
        version.id.as_uuid(),
        AuditAction::Create,
        version.changes(),
    )
}
