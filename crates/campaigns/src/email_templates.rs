//! Use cases: making, reading, changing, deleting and restoring templates, and their versions.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, ContactId, Done, EmailTemplateId,
    EmailTemplateVersionId, Expected, FieldErrors, FieldFault, IdGenerator, Locale, Once, Page,
    PageRequest, Patch, StorageError, TenantScope, begin_once,
};

use crate::ports::{CampaignStore, CampaignUnit};
use crate::starter::version_creation;
use crate::workbench::{Kept as _, Workbench, deletion};
use crate::{
    CampaignError, ContentDiff, EmailTemplate, EmailTemplateChange, EmailTemplateVersion,
    NewEmailTemplate, NewTemplateVersion, RenderedMail, TemplateVersionCard, Values,
    template_creation,
};

/// Use cases on templates of mails. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct EmailTemplates {
    bench: Workbench,
}

/// What a preview is made with.
#[derive(Clone, Debug)]
pub struct PreviewWith {
    /// Values that stand in the place of the sample ones.
    pub values: Values,
    /// The language of what the program adds.
    pub locale: Locale,
}

impl EmailTemplates {
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

    /// Makes a template with its first version, which is active.
    pub async fn create(
        &self,
        scope: &TenantScope,
        new: Checked<NewEmailTemplate>,
        once: &Once<'_, EmailTemplate>,
    ) -> Result<Done<EmailTemplate>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let ids = (
            self.bench.id(EmailTemplateId::from_uuid),
            self.bench.id(EmailTemplateVersionId::from_uuid),
        );
        let by = scope.actor().user();
        let (template, version) =
            EmailTemplate::open(ids, scope.organization(), new?, None, at, by);
        let templates = unit.email_templates();
        templates.insert(&template).await?;
        templates.insert_version(&version).await?;
        let drafts = template_creation(&template, &version);
        self.bench
            .note(unit.as_ref(), scope, at, drafts.into())
            .await?;
        once.record(unit.idempotency(), &template).await?;
        unit.commit().await?;
        Ok(Done::Fresh(template))
    }

    /// Living templates, or the deleted ones, in the order of their ids.
    pub async fn list(
        &self,
        scope: &TenantScope,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<EmailTemplate>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let templates = unit.email_templates().list(deleted, page).await?;
        unit.commit().await?;
        Ok(templates)
    }

    /// A living template.
    pub async fn read(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
    ) -> Result<EmailTemplate, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let template = find_living(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(template)
    }

    /// Changes a template; its active version has to be one of its own.
    pub async fn update(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
        expected: &Expected,
        change: Checked<EmailTemplateChange>,
    ) -> Result<EmailTemplate, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let change = change?;
        if let Patch::Set(version) = change.active_version
            && unit
                .email_templates()
                .find_version(id, version)
                .await?
                .is_none()
        {
            let fault = FieldFault::new("unknown-value", "the template has no such version");
            return Err(FieldErrors::one("#/active_version_id", fault).into());
        }
        let mut after = before.clone();
        after.change(&change, at, scope.actor().user());
        let changes = after.changes_since(Some(&before));
        if changes.is_empty() {
            return Ok(before);
        }
        unit.email_templates()
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

    /// Deletes a template, restorably; its versions stay for the campaigns that have them.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
        expected: &Expected,
    ) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let mut after = before.clone();
        after.delete(at, scope.actor().user());
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        let written = unit.email_templates().update(&after, old.version);
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
        id: EmailTemplateId,
        once: &Once<'_, EmailTemplate>,
    ) -> Result<Done<EmailTemplate>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = EmailTemplate::deleted(unit.email_templates().find(id).await?)?;
        let mut after = before.clone();
        after.undelete(at, scope.actor().user());
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        let written = unit.email_templates().update(&after, old.version);
        written.await.map_err(CampaignError::contended)?;
        let draft = noted(&after, AuditAction::Restore, deletion(old, new));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        once.record(unit.idempotency(), &after).await?;
        unit.commit().await?;
        Ok(Done::Fresh(after))
    }

    /// Makes another version of a template.
    pub async fn publish(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
        new: Checked<NewTemplateVersion>,
        once: &Once<'_, EmailTemplateVersion>,
    ) -> Result<Done<EmailTemplateVersion>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = find_living(unit.as_ref(), id).await?;
        let mut after = before.clone();
        let version = self.bench.id(EmailTemplateVersionId::from_uuid);
        let version = after.publish(version, new?, at, scope.actor().user());
        unit.email_templates()
            .update(&after, before.state().stamps.version)
            .await
            // Nobody said which version this should follow.
            .map_err(CampaignError::contended)?;
        unit.email_templates().insert_version(&version).await?;
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

    /// The versions of a living template, in the order in which they were made; with them which one is active.
    pub async fn versions(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
        page: &PageRequest,
    ) -> Result<(EmailTemplateVersionId, Page<TemplateVersionCard>), CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let template = find_living(unit.as_ref(), id).await?;
        let versions = unit.email_templates().list_versions(id, page).await?;
        unit.commit().await?;
        Ok((template.state().active_version, versions))
    }

    /// A version of a living template.
    pub async fn version(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
        version: EmailTemplateVersionId,
    ) -> Result<EmailTemplateVersion, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let found = find_version(unit.as_ref(), id, version).await?;
        unit.commit().await?;
        Ok(found)
    }

    /// What changed from one version of a living template to another.
    pub async fn compare(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
        version: EmailTemplateVersionId,
        since: EmailTemplateVersionId,
    ) -> Result<ContentDiff, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let new = find_version(unit.as_ref(), id, version).await?;
        let old = find_version(unit.as_ref(), id, since).await?;
        unit.commit().await?;
        Ok(ContentDiff::between(&old.content, &new.content))
    }

    /// A version as a person gets it who has these values, and sample ones where there are none. Variables without
    /// either are errors of `#/values`.
    pub async fn preview(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
        version: EmailTemplateVersionId,
        with: Checked<PreviewWith>,
    ) -> Result<RenderedMail, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let found = find_version(unit.as_ref(), id, version).await?;
        unit.commit().await?;
        let with = with?;
        let values = Values::sample().overlaid(with.values);
        let mail = found.content.render(&values, &with.locale);
        mail.map_err(|unrenderable| CampaignError::Invalid(unrenderable.into()))
    }

    /// A version as this contact would get it. Links that only a campaign knows, and its name, are sample ones. Variables
    /// that need a value and have none are errors of `#/values`.
    pub async fn preview_for(
        &self,
        scope: &TenantScope,
        id: EmailTemplateId,
        version: EmailTemplateVersionId,
        contact: ContactId,
    ) -> Result<RenderedMail, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let found = find_version(unit.as_ref(), id, version).await?;
        let addressee = unit.people().find_addressee(contact).await?;
        let addressee = addressee.ok_or(CampaignError::NotFound("contact"))?;
        let letterhead = unit.people().find_letterhead().await?;
        let letterhead = letterhead.ok_or_else(|| {
            StorageError::Corrupt("a unit of work has no organization".to_owned())
        })?;
        unit.commit().await?;
        let values = Values::sample()
            .overlaid(letterhead.values())
            .overlaid(addressee.values());
        let mail = found
            .content
            .render(&values, &letterhead.locale_for(&addressee));
        mail.map_err(|unrenderable| CampaignError::Invalid(unrenderable.into()))
    }
}

fn noted(template: &EmailTemplate, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("email_template", template.id().as_uuid(), action, changes)
}

/// The living template with this id.
async fn find_living(
    unit: &dyn CampaignUnit,
    id: EmailTemplateId,
) -> Result<EmailTemplate, CampaignError> {
    EmailTemplate::living(unit.email_templates().find(id).await?)
}

async fn find_expected(
    unit: &dyn CampaignUnit,
    id: EmailTemplateId,
    expected: &Expected,
) -> Result<EmailTemplate, CampaignError> {
    find_living(unit, id).await?.expected(expected)
}

async fn find_version(
    unit: &dyn CampaignUnit,
    id: EmailTemplateId,
    version: EmailTemplateVersionId,
) -> Result<EmailTemplateVersion, CampaignError> {
    find_living(unit, id).await?;
    let found = unit.email_templates().find_version(id, version).await?;
    found.ok_or(CampaignError::NotFound("email template version"))
}
