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

/// What becomes of the assignment of a lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnerChange {
    /// Nothing.
    #[default]
    Keep,
    /// It is this one's, whosever it was.
    Assign(LeadOwner),
    /// It is nobody's.
    Release,
    /// It is no person's; a team keeps it.
    ReleasePerson,
    /// It is no team's; a person keeps it.
    ReleaseTeam,
}

impl OwnerChange {
    /// Whose the lead is afterwards.
    #[must_use]
    pub const fn apply(self, before: Option<LeadOwner>) -> Option<LeadOwner> {
        match (self, before) {
            (Self::Assign(owner), _) => Some(owner),
            (Self::Release, _)
            | (Self::ReleasePerson, Some(LeadOwner::Person(_)))
            | (Self::ReleaseTeam, Some(LeadOwner::Team(_))) => None,
            (Self::Keep | Self::ReleasePerson | Self::ReleaseTeam, before) => before,
        }
    }

    /// Whom it is assigned to by the change, if to anybody.
    #[must_use]
    pub const fn assignee(self) -> Option<LeadOwner> {
        match self {
            Self::Assign(owner) => Some(owner),
            _ => None,
        }
    }
}

impl From<Option<LeadOwner>> for OwnerChange {
    fn from(owner: Option<LeadOwner>) -> Self {
        owner.map_or(Self::Release, Self::Assign)
    }
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn whoever_takes_a_lead_from_a_person_leaves_it_to_its_team_and_the_other_way_round() {
        let person = Some(LeadOwner::Person(UserId::from_uuid(Uuid::from_u128(1))));
        let team = Some(LeadOwner::Team(TeamId::from_uuid(Uuid::from_u128(2))));
        let befores = [person, team, None];
        for (change, after) in [
            (OwnerChange::Keep, befores),
            (OwnerChange::from(team), [team; 3]),
            (OwnerChange::from(None), [None; 3]),
            (OwnerChange::ReleasePerson, [None, team, None]),
            (OwnerChange::ReleaseTeam, [person, None, None]),
        ] {
            assert_eq!(befores.map(|it| change.apply(it)), after, "{change:?}");
        }
    }
}
