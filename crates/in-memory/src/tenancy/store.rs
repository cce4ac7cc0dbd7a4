//! The unit of work as tenancy sees it.

use async_trait::async_trait;
use kernel::{AuditTrail, IdempotencyLedger, JobQueue, StorageError, TenantScope};
use tenancy::ports::{
    ApiKeyRepository, Directory, InvitationRepository, MembershipRepository,
    OrganizationRepository, PlatformRoleRepository, PreferencesRepository, RoleRepository,
    SessionRepository, StarterKit, TeamMemberRepository, TeamRepository, TenancyStore, TenancyUnit,
    UserRepository,
};

use crate::MemoryDatabase;
use crate::unit::MemoryUnit;

#[async_trait]
impl TenancyStore for MemoryDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn TenancyUnit>, StorageError> {
        Ok(Box::new(self.open(scope)))
    }
}

impl TenancyUnit for MemoryUnit {
    fn directory(&self) -> &dyn Directory {
        self
    }

    fn organizations(&self) -> &dyn OrganizationRepository {
        self
    }

    fn roles(&self) -> &dyn RoleRepository {
        self
    }

    fn memberships(&self) -> &dyn MembershipRepository {
        self
    }

    fn users(&self) -> &dyn UserRepository {
        self
    }

    fn sessions(&self) -> &dyn SessionRepository {
        self
    }

    fn preferences(&self) -> &dyn PreferencesRepository {
        self
    }

    fn platform_roles(&self) -> &dyn PlatformRoleRepository {
        self
    }

    fn invitations(&self) -> &dyn InvitationRepository {
        self
    }

    fn teams(&self) -> &dyn TeamRepository {
        self
    }

    fn team_members(&self) -> &dyn TeamMemberRepository {
        self
    }

    fn starter_kit(&self) -> &dyn StarterKit {
        self
    }

    fn api_keys(&self) -> &dyn ApiKeyRepository {
        self
    }

    fn audit(&self) -> &dyn AuditTrail {
        self
    }

    fn jobs(&self) -> &dyn JobQueue {
        self
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self
    }
}
