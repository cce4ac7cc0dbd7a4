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

    async fn count_admins_for_update(&self) -> Result<u64, StorageError> {
        let admins = self.read(|platform| {
            let holders = platform.platform_roles.keys();
            holders
                .filter(|(_, role)| *role == PlatformRole::PlatformAdmin)
                .map(|(user, _)| *user)
                .collect::<Vec<_>>()
        });
        let count = self.read_global(|global| {
            let users = admins.iter().filter_map(|id| global.users.get(id));
            users
                .filter(|user| user.can_act() && !user.state().stamps.is_deleted())
                .count()
        });
        // Two units that lower the number change the platform's state, of which one is committed.
        self.write(|_| ());
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    async fn revoke(
        &self,
        user: UserId,
        role: PlatformRole,
    ) -> Result<Option<PlatformRoleGrant>, StorageError> {
        Ok(self.write(|platform| platform.platform_roles.remove(&(user, role))))
    }
}
