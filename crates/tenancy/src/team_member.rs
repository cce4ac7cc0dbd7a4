//! Who is in which team.

use kernel::{
    Changes, EmailAddress, MembershipId, Name, OrganizationId, Stamps, TeamId, TeamMemberId,
    Timestamp, UserId,
};
use serde_json::json;

use crate::instant::shown;

/// All that a place in a team is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamMemberState {
    /// The place's id.
    pub id: TeamMemberId,
    /// The organization.
    pub organization: OrganizationId,
    /// The team.
    pub team: TeamId,
    /// Who has the place; they can have places in other teams too.
    pub membership: MembershipId,
    /// Since when.
    pub joined_at: Timestamp,
    /// Its history.
    pub stamps: Stamps,
}

/// A member's place in a team; one living one per pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamMember(TeamMemberState);

impl TeamMember {
    /// A new place.
    #[must_use]
    pub const fn join(
        id: TeamMemberId,
        organization: OrganizationId,
        team: TeamId,
        membership: MembershipId,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self(TeamMemberState {
            id,
            organization,
            team,
            membership,
            joined_at: at,
            stamps: Stamps::new(at, by),
        })
    }

    /// A place as it was stored.
    #[must_use]
    pub const fn restore(state: TeamMemberState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &TeamMemberState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> TeamMemberId {
        self.0.id
    }

    /// Gives the place up.
    pub const fn leave(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// What a new place is, field by field, as the audit log tells it.
    #[must_use]
    pub fn as_changes(&self) -> Changes {
        let new = &self.0;
        Changes::none()
            .field("team_id", json!(null), json!(new.team))
            .field("membership_id", json!(null), json!(new.membership))
            .field("joined_at", json!(null), shown(Some(new.joined_at)))
    }
}

/// A place in a team together with who the person is, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamMemberCard {
    /// The place.
    pub member: TeamMember,
    /// The user behind the membership.
    pub user: UserId,
    /// How they want to be called.
    pub display_name: Name,
    /// Their address.
    pub email: EmailAddress,
}

/// What became of the wish to have somebody in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// They are in it now.
    Added(TeamMemberId),
    /// They were in it already.
    AlreadyIn,
    /// There is no such living membership in the organization.
    NoSuchMember,
}

/// What became of the wish to have somebody out of a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// They are out of it now.
    Removed,
    /// There is no such place in the team.
    NoSuchPlace,
}
