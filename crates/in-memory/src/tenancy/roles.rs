//! The roles of the unit's organization.

use async_trait::async_trait;
use kernel::{Page, PageRequest, RoleId, StorageError, Timestamp, Version};
use tenancy::ports::RoleRepository;
use tenancy::{Role, TenancyError};

use crate::unit::MemoryUnit;

impl MemoryUnit {
    fn role_name_is_taken(&self, role: &Role) -> bool {
        let name = role.state().name.case_folded();
        self.read(|tenant| {
            tenant.roles.values().map(Role::state).any(|other| {
                other.id != role.state().id
                    && !other.stamps.is_deleted()
                    && other.name.case_folded() == name
            })
        })
    }
}

#[async_trait]
impl RoleRepository for MemoryUnit {
    async fn insert(&self, role: &Role) -> Result<(), TenancyError> {
        if self.role_name_is_taken(role) {
            return Err(TenancyError::RoleNameTaken);
        }
        self.write(|tenant| tenant.roles.insert(role.state().id, role.clone()));
        Ok(())
    }

    async fn find(&self, id: RoleId) -> Result<Option<Role>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .roles
                .get(&id)
                .filter(|role| !role.state().stamps.is_deleted())
                .cloned()
        }))
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Role>, StorageError> {
        Ok(self.read(|tenant| {
            let living = tenant
                .roles
                .values()
                .filter(|role| !role.state().stamps.is_deleted())
                .cloned();
            self.page(living, page, |role| role.state().id.as_uuid())
        }))
    }

    async fn update(&self, role: &Role, expected: Version) -> Result<(), TenancyError> {
        let present = self.read(|tenant| {
            tenant
                .roles
                .get(&role.state().id)
                .map(|r| r.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(TenancyError::Stale);
        }
        if !role.state().stamps.is_deleted() && self.role_name_is_taken(role) {
            return Err(TenancyError::RoleNameTaken);
        }
        self.write(|tenant| tenant.roles.insert(role.state().id, role.clone()));
        Ok(())
    }

    async fn find_for_grant(&self, id: RoleId) -> Result<Option<Role>, StorageError> {
        // Whoever grants the role writes something, so a concurrent deletion of it fails to commit.
        self.find(id).await
    }

    async fn is_in_use(&self, id: RoleId, at: Timestamp) -> Result<bool, StorageError> {
        Ok(self.read(|tenant| {
            let by_member = tenant.memberships.values().any(|membership| {
                membership.state().role == id && !membership.state().stamps.is_deleted()
            });
            let by_invitation = tenant
                .invitations
                .values()
                .any(|invitation| invitation.state().role == id && invitation.is_open(at));
            by_member || by_invitation
        }))
    }
}
