//! Accounts, sessions, preferences and platform roles: what belongs to no tenant.

use async_trait::async_trait;
use kernel::{
    EmailAddress, Page, PageRequest, SessionId, StorageError, Timestamp, UserId, Version,
};

use crate::{
    Bearing, PlatformRole, PlatformRoleGrant, Preferences, Session, TenancyError, User, UserStatus,
};

/// Which users of the installation are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Only the one with this address, in any case.
    pub email: Option<EmailAddress>,
    /// Only those with this status.
    pub status: Option<UserStatus>,
}

/// Accounts.
///
/// In a unit of the platform's scope all of them exist. In a unit of an organization's scope only
/// its present and former members do, and they MUST NOT be changed there.
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Adds an account; fails with [`TenancyError::EmailTaken`] where a living one has the address in any case,
    /// and the unit stays usable after that failure.
    async fn insert(&self, user: &User) -> Result<(), TenancyError>;
    /// The living user with this id.
    async fn find(&self, id: UserId) -> Result<Option<User>, StorageError>;
    /// As [`UserRepository::find`]; in addition it MUST keep other units from changing the user
    /// until this one ends. For units of the platform's scope.
    async fn find_for_update(&self, id: UserId) -> Result<Option<User>, StorageError>;
    /// As [`UserRepository::find`]; in addition it MUST keep other units from changing the account until this one ends,
    /// and wait for one that is doing so: nobody becomes a member whose account was just deleted.
    async fn find_for_share(&self, id: UserId) -> Result<Option<User>, StorageError>;
    /// The living user with this address, in any case.
    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StorageError>;
    /// Those of these users who exist here, deleted ones too, in the order of their ids.
    async fn list_by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StorageError>;
    /// Living users in the order of their ids.
    async fn list(
        &self,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Result<Page<User>, StorageError>;
    /// Writes the user where its stored version is `expected`; fails with [`TenancyError::Stale`]
    /// otherwise, and the unit stays usable after that failure.
    async fn update(&self, user: &User, expected: Version) -> Result<(), TenancyError>;
}

/// Sessions. They exist in units of the platform's scope only.
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Adds a session.
    async fn insert(&self, session: &Session) -> Result<(), StorageError>;
    /// The session with this id, be it over or not, with what is known of its user; in one query.
    async fn find_bearing(&self, id: SessionId) -> Result<Option<Bearing>, StorageError>;
    /// As [`SessionRepository::find_bearing`]; in addition it MUST keep other units from changing
    /// the session until this one ends.
    async fn find_bearing_for_update(&self, id: SessionId)
    -> Result<Option<Bearing>, StorageError>;
    /// The user's sessions that were neither revoked nor ran out, in the order of their ids.
    async fn list_living(
        &self,
        user: UserId,
        at: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<Session>, StorageError>;
    /// Writes a session that was found for update in this unit.
    async fn update(&self, session: &Session) -> Result<(), StorageError>;
    /// Revokes the user's living sessions, but for one, and tells which they were, in the order of their ids.
    async fn revoke_all(
        &self,
        user: UserId,
        but: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Vec<SessionId>, StorageError>;
}

/// What users prefer. It exists in units of the platform's scope only.
#[async_trait]
pub trait PreferencesRepository: Send + Sync {
    /// The user's preferences, if they ever changed any.
    async fn find(&self, user: UserId) -> Result<Option<Preferences>, StorageError>;
    /// Adds a user's first preferences; fails with [`TenancyError::Stale`] where there are some,
    /// and the unit stays usable after that failure.
    async fn insert(&self, preferences: &Preferences) -> Result<(), TenancyError>;
    /// Writes the preferences where their stored version is `expected`; fails with
    /// [`TenancyError::Stale`] otherwise, and the unit stays usable after that failure.
    async fn update(
        &self,
        preferences: &Preferences,
        expected: Version,
    ) -> Result<(), TenancyError>;
}

/// Who has which role on the whole installation. It exists in units of the platform's scope only.
#[async_trait]
pub trait PlatformRoleRepository: Send + Sync {
    /// The user's platform roles, in the order of their names.
    async fn list_of(&self, user: UserId) -> Result<Vec<PlatformRoleGrant>, StorageError>;
    /// Grants a role; `false` where the user has it already.
    async fn grant(&self, grant: &PlatformRoleGrant) -> Result<bool, StorageError>;
    /// How many living users with an active account have the role [`PlatformRole::PlatformAdmin`]. It MUST keep other
    /// units from lowering that number until this one ends, so that two administrators cannot close each other at once.
    async fn count_admins_for_update(&self) -> Result<u64, StorageError>;
    /// Takes a role back; the grant that there was.
    async fn revoke(
        &self,
        user: UserId,
        role: PlatformRole,
    ) -> Result<Option<PlatformRoleGrant>, StorageError>;
}
