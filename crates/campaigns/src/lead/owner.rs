//! Who works on a lead.

use kernel::{TeamId, UserId};

/// The person or the team that a lead is assigned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeadOwner {
    /// A member of the organization.
    Person(UserId),
    /// A team of it.
    Team(TeamId),
}

impl LeadOwner {
    /// The person, where it is one.
    #[must_use]
    pub const fn person(self) -> Option<UserId> {
        match self {
            Self::Person(user) => Some(user),
            Self::Team(_) => None,
        }
    }

    /// The team, where it is one.
    #[must_use]
    pub const fn team(self) -> Option<TeamId> {
        match self {
            Self::Team(team) => Some(team),
            Self::Person(_) => None,
        }
    }
}
