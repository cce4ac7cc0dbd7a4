//! Who has which role on the whole installation.

use async_trait::async_trait;
use kernel::{StorageError, UserId};
use tenancy::ports::PlatformRoleRepository;
use tenancy::{PlatformRole, PlatformRoleGrant};

use crate::unit::MemoryUnit;

#[async_trait]
impl PlatformRoleRepository for MemoryUnit {
    async fn list_of(&self, user: UserId) -> Result<Vec<PlatformRoleGrant>, StorageError> {
        let mut grants = self.read(|platform| {
            platform
                .platform_roles
                .values()
                .filter(|grant| grant.user == user)
                .copied()
                .collect::<Vec<_>>()
        });
        grants.sort_by_key(|grant| grant.role.as_str());
        Ok(grants)
    }

    async fn grant(&self, grant: &PlatformRoleGrant) -> Result<bool, StorageError> {
        self.require_platform()?;
        let key = (grant.user, grant.role);
        if self.read(|platform| platform.platform_roles.contains_key(&key)) {
            return Ok(false);
        }
        self.write(|platform| platform.platform_roles.insert(key, *grant));
        Ok(true)
    }

    async fn revoke(
        &self,
        user: UserId,
        role: PlatformRole,
    ) -> Result<Option<PlatformRoleGrant>, StorageError> {
        Ok(self.write(|platform| platform.platform_roles.remove(&(user, role))))
    }
}
