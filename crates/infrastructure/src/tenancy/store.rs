//! The unit of work as tenancy sees it.

use async_trait::async_trait;
use kernel::{AuditTrail, IdempotencyLedger, JobQueue, StorageError, TenantScope};
use tenancy::ports::{
    ApiKeyRepository, Directory, InvitationRepository, MembershipRepository,
    OrganizationRepository, PlatformRoleRepository, PreferencesRepository, RoleRepository,
    SessionRepository, StarterKit, TeamMemberRepository, TeamRepository, TenancyStore, TenancyUnit,
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
        self.port("tenancy.directory")
    }

    fn organizations(&self) -> &dyn OrganizationRepository {
        self.port("tenancy.organizations")
    }

    fn roles(&self) -> &dyn RoleRepository {
        self.port("tenancy.roles")
    }

    fn memberships(&self) -> &dyn MembershipRepository {
        self.port("tenancy.memberships")
    }

    fn users(&self) -> &dyn UserRepository {
        self.port("tenancy.users")
    }

    fn sessions(&self) -> &dyn SessionRepository {
        self.port("tenancy.sessions")
    }

    fn preferences(&self) -> &dyn PreferencesRepository {
        self.port("tenancy.preferences")
    }

    fn platform_roles(&self) -> &dyn PlatformRoleRepository {
        self.port("tenancy.platform_roles")
    }

    fn invitations(&self) -> &dyn InvitationRepository {
        self.port("tenancy.invitations")
    }

    fn teams(&self) -> &dyn TeamRepository {
        self.port("tenancy.teams")
    }

    fn team_members(&self) -> &dyn TeamMemberRepository {
        self.port("tenancy.team_members")
    }

    fn starter_kit(&self) -> &dyn StarterKit {
        self.port("tenancy.starter_kit")
    }

    fn api_keys(&self) -> &dyn ApiKeyRepository {
        self.port("tenancy.api_keys")
    }

    fn audit(&self) -> &dyn AuditTrail {
        self.port("audit")
    }

    fn jobs(&self) -> &dyn JobQueue {
        self.port("jobs")
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self.port("idempotency")
    }
}
