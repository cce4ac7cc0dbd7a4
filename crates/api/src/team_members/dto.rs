//! The shapes of places in teams on the wire.

use kernel::{MembershipId, TeamMemberId};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use tenancy::{Departure, Placement, TeamMemberCard, TeamMembers};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, id, list};
use crate::schema::{EmailText, NameText};

/// Whom to put into a team.
#[derive(Object)]
#[oai(example)]
pub(crate) struct AddTeamMemberRequest {
    /// The membership of somebody who belongs to the organization.
    membership_id: Uuid,
}

/// Whom to put into a team.
#[derive(Object)]
#[oai(example)]
pub(crate) struct AddTeamMembersRequest {
    /// The memberships of people who belong to the organization.
    #[oai(validator(min_items = 1, max_items = 100))]
    membership_ids: Vec<Uuid>,
}

/// Whom to take out of a team.
#[derive(Object)]
#[oai(example)]
pub(crate) struct RemoveTeamMembersRequest {
    /// The ids of their places in the team.
    #[oai(validator(min_items = 1, max_items = 100))]
    ids: Vec<Uuid>,
}

/// Somebody's place in a team.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct TeamMemberAnswer {
    /// The id of the place.
    id: Uuid,
    /// The team.
    team_id: Uuid,
    /// The membership of the one who has the place.
    membership_id: Uuid,
    /// The user behind the membership.
    user_id: Uuid,
    /// How they want to be called.
    display_name: NameText,
    /// Their address.
    email: EmailText,
    /// Since when they are in the team.
    joined_at: OffsetDateTime,
}

/// What became of one wish to have somebody in a team.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum PlacementOutcome {
    /// They are in it now.
    Added,
    /// They were in it already.
    AlreadyInTeam,
    /// Nobody who belongs to the organization has this membership.
    NoSuchMember,
}

/// What became of one wish to have somebody in a team.
#[derive(Clone, Debug, Object)]
pub(crate) struct PlacementAnswer {
    /// The membership that was named.
    membership_id: Uuid,
    /// What became of it.
    outcome: PlacementOutcome,
    /// The id of the new place.
    id: Option<Uuid>,
}

/// What became of each wish, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct PlacementsAnswer {
    /// One outcome per membership.
    items: Vec<PlacementAnswer>,
}

/// What became of one wish to have somebody out of a team.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum DepartureOutcome {
    /// They are out of it now.
    Removed,
    /// The team has no such place.
    NotFound,
}

/// What became of one wish to have somebody out of a team.
#[derive(Clone, Debug, Object)]
pub(crate) struct DepartureAnswer {
    /// The id that was named.
    id: Uuid,
    /// What became of it.
    outcome: DepartureOutcome,
}

/// What became of each wish, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct DeparturesAnswer {
    /// One outcome per id.
    items: Vec<DepartureAnswer>,
}

/// Reads whom to put into a team.
pub(crate) fn membership(fields: &mut Fields<'_>) -> Option<MembershipId> {
    fields.required("membership_id", id)
}

/// Reads whom to put into a team.
pub(crate) fn memberships(fields: &mut Fields<'_>) -> Option<Vec<MembershipId>> {
    fields.required("membership_ids", list(1..=TeamMembers::MOST_AT_ONCE, id))
}

/// Reads whom to take out of a team.
pub(crate) fn places(fields: &mut Fields<'_>) -> Option<Vec<TeamMemberId>> {
    fields.required("ids", list(1..=TeamMembers::MOST_AT_ONCE, id))
}

impl From<&TeamMemberCard> for TeamMemberAnswer {
    fn from(card: &TeamMemberCard) -> Self {
        let state = card.member.state();
        Self {
            id: state.id.as_uuid(),
            team_id: state.team.as_uuid(),
            membership_id: state.membership.as_uuid(),
            user_id: card.user.as_uuid(),
            display_name: NameText::new(&card.display_name),
            email: EmailText::new(card.email.as_str()),
            joined_at: state.joined_at,
        }
    }
}

impl From<&[(MembershipId, Placement)]> for PlacementsAnswer {
    fn from(outcomes: &[(MembershipId, Placement)]) -> Self {
        let items = outcomes.iter().map(|(membership, placement)| {
            let (outcome, id) = match placement {
                Placement::Added(id) => (PlacementOutcome::Added, Some(id.as_uuid())),
                Placement::AlreadyIn => (PlacementOutcome::AlreadyInTeam, None),
                Placement::NoSuchMember => (PlacementOutcome::NoSuchMember, None),
            };
            PlacementAnswer {
                membership_id: membership.as_uuid(),
                outcome,
                id,
            }
        });
        Self {
            items: items.collect(),
        }
    }
}

impl From<Vec<(TeamMemberId, Departure)>> for DeparturesAnswer {
    fn from(outcomes: Vec<(TeamMemberId, Departure)>) -> Self {
        let items = outcomes.into_iter().map(|(id, departure)| DepartureAnswer {
            id: id.as_uuid(),
            outcome: match departure {
                Departure::Removed => DepartureOutcome::Removed,
                Departure::NoSuchPlace => DepartureOutcome::NotFound,
            },
        });
        Self {
            items: items.collect(),
        }
    }
}

/// Ids as examples show them.
const fn example_id(n: u128) -> Uuid {
    Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0000 + n)
}

impl Example for AddTeamMemberRequest {
    fn example() -> Self {
        Self {
            membership_id: example_id(4),
        }
    }
}

impl Example for AddTeamMembersRequest {
    fn example() -> Self {
        Self {
            membership_ids: vec![example_id(4), example_id(5)],
        }
    }
}

impl Example for RemoveTeamMembersRequest {
    fn example() -> Self {
        Self {
            ids: vec![example_id(6), example_id(7)],
        }
    }
}

impl Example for TeamMemberAnswer {
    fn example() -> Self {
        Self {
            id: example_id(6),
            team_id: example_id(3),
            membership_id: example_id(4),
            user_id: example_id(2),
            display_name: NameText::new("Ada Lovelace"),
            email: EmailText::new("ada@acme.example"),
            joined_at: OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454),
        }
    }
}

impl Example for PlacementsAnswer {
    fn example() -> Self {
        Self {
            items: vec![
                PlacementAnswer {
                    membership_id: example_id(4),
                    outcome: PlacementOutcome::Added,
                    id: Some(example_id(6)),
                },
                PlacementAnswer {
                    membership_id: example_id(5),
                    outcome: PlacementOutcome::AlreadyInTeam,
                    id: None,
                },
            ],
        }
    }
}

impl Example for DeparturesAnswer {
    fn example() -> Self {
        Self {
            items: vec![
                DepartureAnswer {
                    id: example_id(6),
                    outcome: DepartureOutcome::Removed,
                },
                DepartureAnswer {
                    id: example_id(7),
                    outcome: DepartureOutcome::NotFound,
                },
            ],
        }
    }
}
