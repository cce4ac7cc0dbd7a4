//! The forms of the unit's organization.

use std::collections::BTreeMap;

use async_trait::async_trait;
use campaigns::ports::FormRepository;
use campaigns::{CampaignError, FieldKey, FieldProfile, Form, FormVersion, FormVersionCard};
use kernel::{FormId, FormVersionId, Page, PageRequest, StorageError, Version};

use crate::unit::MemoryUnit;

#[async_trait]
impl FormRepository for MemoryUnit {
    async fn insert(&self, form: &Form) -> Result<(), StorageError> {
        self.write(|tenant| tenant.forms.insert(form.id(), form.clone()));
        Ok(())
    }

    async fn find(&self, id: FormId) -> Result<Option<Form>, StorageError> {
        Ok(self.read(|tenant| tenant.forms.get(&id).cloned()))
    }

    async fn list(&self, deleted: bool, page: &PageRequest) -> Result<Page<Form>, StorageError> {
        Ok(self.read(|tenant| {
            let forms = tenant.forms.values();
            let wanted = forms.filter(|it| it.state().stamps.is_deleted() == deleted);
            self.page(wanted.cloned(), page, |it| it.id().as_uuid())
        }))
    }

    async fn update(&self, form: &Form, expected: Version) -> Result<(), CampaignError> {
        let present = self.read(|tenant| {
            let form = tenant.forms.get(&form.id());
            form.map(|form| form.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(CampaignError::Stale);
        }
        self.write(|tenant| {
            let forms = &mut tenant.forms;
            forms.insert(form.id(), form.clone());
        });
        Ok(())
    }

    async fn insert_version(&self, version: &FormVersion) -> Result<(), StorageError> {
        self.write(|tenant| {
            let versions = &mut tenant.form_versions;
            versions.insert(version.id, version.clone());
        });
        Ok(())
    }

    async fn find_version(
        &self,
        form: FormId,
        id: FormVersionId,
    ) -> Result<Option<FormVersion>, StorageError> {
        Ok(self.read(|tenant| {
            let version = tenant.form_versions.get(&id);
            version.filter(|it| it.form == form).cloned()
        }))
    }

    async fn find_published(&self, id: FormVersionId) -> Result<Option<FormVersion>, StorageError> {
        Ok(self.read(|tenant| tenant.form_versions.get(&id).cloned()))
    }

    async fn list_versions(
        &self,
        form: FormId,
        page: &PageRequest,
    ) -> Result<Page<FormVersionCard>, StorageError> {
        Ok(self.read(|tenant| {
            let versions = tenant.form_versions.values();
            let cards = versions.filter(|it| it.form == form);
            self.page(cards.map(FormVersion::card), page, |card| card.id.as_uuid())
        }))
    }

    async fn field_profiles(
        &self,
        keys: &[FieldKey],
    ) -> Result<BTreeMap<FieldKey, FieldProfile>, StorageError> {
        Ok(self.read(|tenant| {
            let mut profiles = BTreeMap::<FieldKey, FieldProfile>::new();
            for version in tenant.form_versions.values().rev() {
                let fields = version.definition.fields().iter();
                for field in fields.filter(|field| keys.contains(field.key())) {
                    let profile = profiles.entry(field.key().clone()).or_default();
                    profile.is_known = true;
                    let field_type = field.field_type();
                    if field.is_indexed() && !profile.indexed.contains(&field_type) {
                        profile.indexed.push(field_type);
                    }
                }
            }
            profiles
        }))
    }
}
