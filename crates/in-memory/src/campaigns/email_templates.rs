//! The templates of mails of the unit's organization.

use async_trait::async_trait;
use campaigns::ports::EmailTemplateRepository;
use campaigns::{CampaignError, EmailTemplate, EmailTemplateVersion, TemplateVersionCard};
use kernel::{EmailTemplateId, EmailTemplateVersionId, Page, PageRequest, StorageError, Version};

use crate::unit::MemoryUnit;

#[async_trait]
impl EmailTemplateRepository for MemoryUnit {
    async fn insert(&self, template: &EmailTemplate) -> Result<bool, StorageError> {
        let key = &template.state().template_key;
        let is_copied = self.read(|tenant| {
            let mut templates = tenant.email_templates.values();
            key.is_some() && templates.any(|other| other.state().template_key == *key)
        });
        if !is_copied {
            self.write(|tenant| {
                let templates = &mut tenant.email_templates;
                templates.insert(template.id(), template.clone());
            });
        }
        Ok(!is_copied)
    }

    async fn find(&self, id: EmailTemplateId) -> Result<Option<EmailTemplate>, StorageError> {
        Ok(self.read(|tenant| tenant.email_templates.get(&id).cloned()))
    }

    async fn list(
        &self,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<EmailTemplate>, StorageError> {
        Ok(self.read(|tenant| {
            let templates = tenant.email_templates.values();
            let wanted = templates.filter(|it| it.state().stamps.is_deleted() == deleted);
            self.page(wanted.cloned(), page, |it| it.id().as_uuid())
        }))
    }

    async fn update(
        &self,
        template: &EmailTemplate,
        expected: Version,
    ) -> Result<(), CampaignError> {
        let present = self.read(|tenant| {
            let template = tenant.email_templates.get(&template.id());
            template.map(|template| template.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(CampaignError::Stale);
        }
        self.write(|tenant| {
            let templates = &mut tenant.email_templates;
            templates.insert(template.id(), template.clone());
        });
        Ok(())
    }

    async fn insert_version(&self, version: &EmailTemplateVersion) -> Result<(), StorageError> {
        self.write(|tenant| {
            let versions = &mut tenant.email_template_versions;
            versions.insert(version.id, version.clone());
        });
        Ok(())
    }

    async fn find_version(
        &self,
        template: EmailTemplateId,
        id: EmailTemplateVersionId,
    ) -> Result<Option<EmailTemplateVersion>, StorageError> {
        Ok(self.read(|tenant| {
            let version = tenant.email_template_versions.get(&id);
            version.filter(|it| it.template == template).cloned()
        }))
    }

    async fn find_published(
        &self,
        id: EmailTemplateVersionId,
    ) -> Result<Option<EmailTemplateVersion>, StorageError> {
        Ok(self.read(|tenant| tenant.email_template_versions.get(&id).cloned()))
    }

    async fn list_versions(
        &self,
        template: EmailTemplateId,
        page: &PageRequest,
    ) -> Result<Page<TemplateVersionCard>, StorageError> {
        Ok(self.read(|tenant| {
            let versions = tenant.email_template_versions.values();
            let cards = versions.filter(|it| it.template == template);
            self.page(cards.map(EmailTemplateVersion::card), page, |card| {
                card.id.as_uuid()
            })
        }))
    }
}
