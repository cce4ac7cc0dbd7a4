//! What campaigns need of their storage.

use async_trait::async_trait;
use kernel::{
    AuditTrail, EmailTemplateId, EmailTemplateVersionId, FormId, FormVersionId, IdempotencyLedger,
    Page, PageRequest, StorageError, TenantScope, UnitOfWork, Version,
};

use crate::{
    CampaignError, EmailTemplate, EmailTemplateVersion, Form, FormVersion, FormVersionCard,
    TemplateVersionCard,
};

/// Opens units of work on campaigns.
#[async_trait]
pub trait CampaignStore: Send + Sync {
    /// Opens a unit of work inside the scope's organization; what is other organizations' MUST NOT be found or
    /// changed in it.
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn CampaignUnit>, StorageError>;
}

/// A unit of work on one organization's campaigns.
pub trait CampaignUnit: UnitOfWork {
    /// Its templates of mails.
    fn email_templates(&self) -> &dyn EmailTemplateRepository;
    /// Its forms.
    fn forms(&self) -> &dyn FormRepository;
    /// The audit log.
    fn audit(&self) -> &dyn AuditTrail;
    /// The answers of requests that take effect once.
    fn idempotency(&self) -> &dyn IdempotencyLedger;
}

/// The templates of mails of the unit's organization, and their versions, of which none is ever changed.
#[async_trait]
pub trait EmailTemplateRepository: Send + Sync {
    /// Adds a template; `false`, and nothing done, where it was copied from code and the organization has a copy of
    /// that already, deleted or not.
    async fn insert(&self, template: &EmailTemplate) -> Result<bool, StorageError>;
    /// The template with this id, deleted or not.
    async fn find(&self, id: EmailTemplateId) -> Result<Option<EmailTemplate>, StorageError>;
    /// Living templates, or the deleted ones, in the order of their ids.
    async fn list(
        &self,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<EmailTemplate>, StorageError>;
    /// Writes the template where its stored version is `expected`; fails with [`CampaignError::Stale`] otherwise,
    /// and the unit stays usable after that failure.
    async fn update(
        &self,
        template: &EmailTemplate,
        expected: Version,
    ) -> Result<(), CampaignError>;
    /// Adds a version of a template that is there.
    async fn insert_version(&self, version: &EmailTemplateVersion) -> Result<(), StorageError>;
    /// The version with this id, where it is one of this template, deleted or not.
    async fn find_version(
        &self,
        template: EmailTemplateId,
        id: EmailTemplateVersionId,
    ) -> Result<Option<EmailTemplateVersion>, StorageError>;
    /// The versions of a template, in the order of their ids.
    async fn list_versions(
        &self,
        template: EmailTemplateId,
        page: &PageRequest,
    ) -> Result<Page<TemplateVersionCard>, StorageError>;
}

/// The forms of the unit's organization, and their versions, of which none is ever changed.
#[async_trait]
pub trait FormRepository: Send + Sync {
    /// Adds a form.
    async fn insert(&self, form: &Form) -> Result<(), StorageError>;
    /// The form with this id, deleted or not.
    async fn find(&self, id: FormId) -> Result<Option<Form>, StorageError>;
    /// Living forms, or the deleted ones, in the order of their ids.
    async fn list(&self, deleted: bool, page: &PageRequest) -> Result<Page<Form>, StorageError>;
    /// Writes the form where its stored version is `expected`; fails with [`CampaignError::Stale`] otherwise, and the
    /// unit stays usable after that failure.
    async fn update(&self, form: &Form, expected: Version) -> Result<(), CampaignError>;
    /// Adds a version of a form that is there, with its fields.
    async fn insert_version(&self, version: &FormVersion) -> Result<(), StorageError>;
    /// The version with this id, where it is one of this form, deleted or not; its fields in their order.
    async fn find_version(
        &self,
        form: FormId,
        id: FormVersionId,
    ) -> Result<Option<FormVersion>, StorageError>;
    /// The versions of a form, in the order of their ids.
    async fn list_versions(
        &self,
        form: FormId,
        page: &PageRequest,
    ) -> Result<Page<FormVersionCard>, StorageError>;
}
