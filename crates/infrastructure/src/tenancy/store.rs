//! The unit of work as tenancy sees it.

use async_trait::async_trait;
use kernel::{AuditTrail, IdempotencyLedger, JobQueue, StorageError, TenantScope};
use tenancy::ports::{
    ApiKeyRepository, Directory, InvitationRepository, MembershipRepository,
    OrganizationRepository, PlatformRoleRepository, PreferencesRepository, RoleRepository,
    SessionRepository, TeamMemberRepository, TeamRepository, TenancyStore, TenancyUnit,
    UserRepository,
};

use crate::PostgresDatabase;
use crate::unit::PostgresUnit;

#[async_trait]
impl TenancyStore for PostgresDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn TenancyUnit>, StorageError> {
        Ok(Box::new(self.begin_tenant(scope).await?))
    }
}

impl TenancyUnit for PostgresUnit {
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
