//! Teams and who is in them.

use async_trait::async_trait;
use kernel::{MembershipId, Page, PageRequest, StorageError, TeamId, TeamMemberId, Version};

use crate::{Placement, Team, TeamMember, TeamMemberCard, TenancyError};

/// The teams of the unit's organization.
#[async_trait]
pub trait TeamRepository: Send + Sync {
    /// Adds a team; fails with [`TenancyError::TeamNameTaken`], naming the living team that has the name in
    /// any case, and the unit stays usable after that failure.
    async fn insert(&self, team: &Team) -> Result<(), TenancyError>;
    /// The team with this id, deleted or not.
    async fn find(&self, id: TeamId) -> Result<Option<Team>, StorageError>;
    /// Living teams, or the deleted ones, in the order of their ids.
    async fn list(&self, deleted: bool, page: &PageRequest) -> Result<Page<Team>, StorageError>;
    /// Writes the team where its stored version is `expected`; fails with [`TenancyError::Stale`]
    /// otherwise, and with [`TenancyError::TeamNameTaken`] where the team lives and another living one has
    /// the name. The unit stays usable after these failures, but for the rare one in which another unit took
    /// the name at the same moment.
    async fn update(&self, team: &Team, expected: Version) -> Result<(), TenancyError>;
}

/// The places in the teams of the unit's organization.
///
/// A place lives while neither it nor its membership has ended.
#[async_trait]
pub trait TeamMemberRepository: Send + Sync {
    /// Adds those of these places, all of one team, that can be added, and tells of each in the same order
    /// what became of it. A membership that ends in another unit at the same time MUST NOT get a place.
    async fn insert(&self, members: &[TeamMember]) -> Result<Vec<Placement>, StorageError>;
    /// The living place with this id in the team.
    async fn find(
        &self,
        team: TeamId,
        id: TeamMemberId,
    ) -> Result<Option<TeamMemberCard>, StorageError>;
    /// Living places in the team, in the order of their ids.
    async fn list(
        &self,
        team: TeamId,
        page: &PageRequest,
    ) -> Result<Page<TeamMemberCard>, StorageError>;
    /// Those of the places with these ids that live in the team, in the order of their ids.
    async fn find_all(
        &self,
        team: TeamId,
        ids: &[TeamMemberId],
    ) -> Result<Vec<TeamMember>, StorageError>;
    /// The places that the membership has in any team, deleted teams included, whether or not it
    /// has ended itself, in the order of their ids.
    async fn find_of_membership(
        &self,
        membership: MembershipId,
    ) -> Result<Vec<TeamMember>, StorageError>;
    /// Writes those of these places, which all were given up, that are stored in the version before;
    /// tells which.
    async fn end(&self, members: &[TeamMember]) -> Result<Vec<TeamMemberId>, StorageError>;
}
