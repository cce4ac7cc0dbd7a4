//! The organization of the unit.

use async_trait::async_trait;
use kernel::{StorageError, Version};
use tenancy::ports::OrganizationRepository;
use tenancy::{Organization, TenancyError};

use crate::unit::MemoryUnit;

#[async_trait]
impl OrganizationRepository for MemoryUnit {
    async fn insert(&self, organization: &Organization) -> Result<(), StorageError> {
        if organization.id() != self.organization_id() {
            return Err(StorageError::Unexpected(
                "an organization other than the unit's".into(),
            ));
        }
        self.write(|tenant| tenant.organization = Some(organization.clone()));
        Ok(())
    }

    async fn find(&self) -> Result<Option<Organization>, StorageError> {
        Ok(self.read(|tenant| tenant.organization.clone()))
    }

    async fn update(
        &self,
        organization: &Organization,
        expected: Version,
    ) -> Result<(), TenancyError> {
        let present = self.read(|tenant| {
            tenant
                .organization
                .as_ref()
                .map(|o| o.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(TenancyError::Stale);
        }
        self.write(|tenant| tenant.organization = Some(organization.clone()));
        Ok(())
    }
}
