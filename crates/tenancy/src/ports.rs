//! What tenancy needs of its storage.

mod accounts;
mod api_keys;
mod invitations;
mod members;
mod teams;

use async_trait::async_trait;
use kernel::{
    ApiKeyId, AuditDraft, AuditTrail, DomainName, IdGenerator, IdempotencyLedger, InvitationId,
    JobQueue, MembershipId, OrganizationId, Page, PageRequest, RoleId, Slug, StorageError,
    TenantScope, Timestamp, UnitOfWork, UserId, Version,
};

use crate::{Authorization, MemberCard, Membership, Organization, Role, TenancyError, TokenHash};

pub use self::accounts::{
    PlatformRoleRepository, PreferencesRepository, SessionRepository, UserFilter, UserRepository,
};
pub use self::api_keys::{ApiKeyFilter, ApiKeyRepository};
pub use self::invitations::{InvitationFilter, InvitationRepository};
pub use self::members::MemberFilter;
pub use self::teams::{TeamMemberRepository, TeamRepository};

/// Opens units of work.
///
/// In a unit of an organization's scope, only that organization's rows exist, and of the users only
/// its present and former members, readable. In a unit of the platform's scope, accounts and
/// sessions exist, and no organization's rows.
#[async_trait]
pub trait TenancyStore: Send + Sync {
    /// Opens a unit of work inside the scope's organization.
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn TenancyUnit>, StorageError>;
}

/// A unit of work on accounts and organizations.
pub trait TenancyUnit: UnitOfWork {
    /// What is found before the tenant is known, and what is unique over the installation.
    fn directory(&self) -> &dyn Directory;
    /// The organization of the unit.
    fn organizations(&self) -> &dyn OrganizationRepository;
    /// Its roles.
    fn roles(&self) -> &dyn RoleRepository;
    /// Its memberships.
    fn memberships(&self) -> &dyn MembershipRepository;
    /// Accounts.
    fn users(&self) -> &dyn UserRepository;
    /// Sessions.
    fn sessions(&self) -> &dyn SessionRepository;
    /// What users prefer.
    fn preferences(&self) -> &dyn PreferencesRepository;
    /// Who has which role on the whole installation.
    fn platform_roles(&self) -> &dyn PlatformRoleRepository;
    /// Its invitations.
    fn invitations(&self) -> &dyn InvitationRepository;
    /// Its teams.
    fn teams(&self) -> &dyn TeamRepository;
    /// Who is in its teams.
    fn team_members(&self) -> &dyn TeamMemberRepository;
    /// What it starts with.
    fn starter_kit(&self) -> &dyn StarterKit;
    /// Its API keys.
    fn api_keys(&self) -> &dyn ApiKeyRepository;
    /// The audit log.
    fn audit(&self) -> &dyn AuditTrail;
    /// The queue of durable jobs.
    fn jobs(&self) -> &dyn JobQueue;
    /// The answers of requests that take effect once.
    fn idempotency(&self) -> &dyn IdempotencyLedger;
}

/// Small global tables without personal data; look-ups match exactly and tell ids only.
///
/// Look-ups work in a unit of any scope. What writes, writes for the unit's organization.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The organization with this slug.
    async fn find_organization_by_slug(
        &self,
        slug: &Slug,
    ) -> Result<Option<OrganizationId>, StorageError>;
    /// The organization with this domain.
    async fn find_organization_by_domain(
        &self,
        domain: &DomainName,
    ) -> Result<Option<OrganizationId>, StorageError>;
    /// Takes the slug for the unit's organization; fails with [`TenancyError::SlugTaken`] where
    /// another one has it, and the unit stays usable after that failure.
    async fn claim_slug(&self, slug: &Slug, at: Timestamp) -> Result<(), TenancyError>;
    /// Gives the slug back, if it is the unit's organization's.
    async fn release_slug(&self, slug: &Slug) -> Result<(), StorageError>;
    /// Takes the domain for the unit's organization; fails with [`TenancyError::DomainTaken`] where
    /// another one has it, and the unit stays usable after that failure.
    async fn claim_domain(&self, domain: &DomainName, at: Timestamp) -> Result<(), TenancyError>;
    /// Gives the domain back, if it is the unit's organization's.
    async fn release_domain(&self, domain: &DomainName) -> Result<(), StorageError>;
    /// Reserves an idempotency key, by its hash, for the request that makes the unit's organization; `false` where
    /// another request reserved it, after waiting for that one's unit to end.
    async fn claim_request(&self, key: &[u8; 32], at: Timestamp) -> Result<bool, TenancyError>;
    /// The organization that the request with this idempotency key made.
    async fn find_organization_by_request(
        &self,
        key: &[u8; 32],
    ) -> Result<Option<OrganizationId>, StorageError>;
    /// Forgets the idempotency key, if it made the unit's organization.
    async fn release_request(&self, key: &[u8; 32]) -> Result<(), StorageError>;
    /// The organization and the API key inside it that a token with this hash belongs to.
    async fn find_api_key(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<(OrganizationId, ApiKeyId)>, StorageError>;
    /// Makes the hash lead to an API key of the unit's organization; `false` where it leads to one already, and
    /// the unit stays usable.
    async fn add_api_key(
        &self,
        hash: &TokenHash,
        key: ApiKeyId,
        at: Timestamp,
    ) -> Result<bool, StorageError>;
    /// Makes no hash lead to this API key of the unit's organization any more.
    async fn remove_api_key(&self, key: ApiKeyId) -> Result<(), StorageError>;
    /// The organization and the invitation into it that a token with this hash opens, or opened once.
    async fn find_invitation(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<(OrganizationId, InvitationId)>, StorageError>;
    /// Makes the hash lead to an invitation into the unit's organization; `false` where it leads to one already,
    /// and the unit stays usable.
    async fn add_invitation(
        &self,
        hash: &TokenHash,
        invitation: InvitationId,
        at: Timestamp,
    ) -> Result<bool, StorageError>;
    /// Makes no hash lead to this invitation into the unit's organization any more.
    async fn remove_invitation(&self, invitation: InvitationId) -> Result<(), StorageError>;
    /// The organizations of which the user is a living member, in the order of their ids.
    async fn list_organizations_of(
        &self,
        user: UserId,
    ) -> Result<Vec<OrganizationId>, StorageError>;
    /// Notes that the user is a member of the unit's organization; noting it twice is the same.
    async fn add_member(&self, user: UserId, at: Timestamp) -> Result<(), StorageError>;
    /// Notes that the user is no member of the unit's organization any more.
    async fn remove_member(&self, user: UserId) -> Result<(), StorageError>;
}

/// What other contexts give an organization to start with.
#[async_trait]
pub trait StarterKit: Send + Sync {
    /// Puts all of it into the unit's organization, which was just made, and tells what the audit log has to say.
    async fn unpack(
        &self,
        ids: &dyn IdGenerator,
        at: Timestamp,
        by: UserId,
    ) -> Result<Vec<AuditDraft>, StorageError>;
}

/// The organization of the unit: one row, or none.
#[async_trait]
pub trait OrganizationRepository: Send + Sync {
    /// Adds the organization, whose id MUST be the unit's.
    async fn insert(&self, organization: &Organization) -> Result<(), StorageError>;
    /// The unit's organization, deleted or not.
    async fn find(&self) -> Result<Option<Organization>, StorageError>;
    /// Writes the organization where its stored version is `expected`; fails with
    /// [`TenancyError::Stale`] otherwise, and the unit stays usable after that failure.
    async fn update(
        &self,
        organization: &Organization,
        expected: Version,
    ) -> Result<(), TenancyError>;
}

/// The roles of the unit's organization.
#[async_trait]
pub trait RoleRepository: Send + Sync {
    /// Adds a role with its permissions; fails with [`TenancyError::RoleNameTaken`] where a living role has the
    /// name in any case, and the unit stays usable after that failure.
    async fn insert(&self, role: &Role) -> Result<(), TenancyError>;
    /// The role with this id, if it lives.
    async fn find(&self, id: RoleId) -> Result<Option<Role>, StorageError>;
    /// Living roles in the order of their ids.
    async fn list(&self, page: &PageRequest) -> Result<Page<Role>, StorageError>;
    /// Writes the role and its permissions where its stored version is `expected`; fails with
    /// [`TenancyError::Stale`] otherwise (the unit stays usable), and with [`TenancyError::RoleNameTaken`] where
    /// another living role has the name.
    async fn update(&self, role: &Role, expected: Version) -> Result<(), TenancyError>;
    /// As [`RoleRepository::find`]; in addition it MUST keep other units from changing or deleting the role until
    /// this one ends, so that nobody can be given a role that is just deleted.
    async fn find_for_grant(&self, id: RoleId) -> Result<Option<Role>, StorageError>;
    /// Whether a living member, or an invitation that is open at this instant, has the role.
    async fn is_in_use(&self, id: RoleId, at: Timestamp) -> Result<bool, StorageError>;
}

/// The memberships of the unit's organization.
#[async_trait]
pub trait MembershipRepository: Send + Sync {
    /// Adds a membership; fails with [`TenancyError::AlreadyMember`] where the user has a living
    /// one, and the unit stays usable after that failure.
    async fn insert(&self, membership: &Membership) -> Result<(), TenancyError>;
    /// The living membership with this id.
    async fn find(&self, id: MembershipId) -> Result<Option<Membership>, StorageError>;
    /// The user's living membership.
    async fn find_by_user(&self, user: UserId) -> Result<Option<Membership>, StorageError>;
    /// Living memberships in the order of their ids.
    async fn list(&self, page: &PageRequest) -> Result<Page<Membership>, StorageError>;
    /// The living membership with this id, and whose it is.
    async fn find_card(&self, id: MembershipId) -> Result<Option<MemberCard>, StorageError>;
    /// Living memberships that the filter lets through, and whose they are, in the order of their ids.
    async fn list_cards(
        &self,
        filter: &MemberFilter,
        page: &PageRequest,
    ) -> Result<Page<MemberCard>, StorageError>;
    /// Writes the membership where its stored version is `expected`; fails with
    /// [`TenancyError::Stale`] otherwise, and the unit stays usable after that failure.
    async fn update(&self, membership: &Membership, expected: Version) -> Result<(), TenancyError>;
    /// How many living members have the owner role. It MUST keep other units from changing that
    /// number until this one ends, so that two owners cannot remove each other at once.
    async fn count_owners_for_update(&self) -> Result<u64, StorageError>;
    /// What decides whether the user may act in the unit's organization; `None` for no living member.
    async fn find_authorization(&self, user: UserId)
    -> Result<Option<Authorization>, StorageError>;
    /// As [`MembershipRepository::find_authorization`]; in addition it MUST keep other units from ending or changing
    /// the membership until this one ends, so that whoever ends it finds all that was granted on its strength.
    async fn find_authorization_for_share(
        &self,
        user: UserId,
    ) -> Result<Option<Authorization>, StorageError>;
}
