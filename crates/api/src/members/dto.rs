//! The shapes of members on the wire.

use kernel::{Classify as _, MembershipId};
use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object};
use tenancy::{MemberCard, MemberChange, MemberOutcome, Members, MembersChange, RoleTemplate};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, id, list};
use crate::schema::{EmailText, NameText};

/// The roles that every organization starts with.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename = "RoleTemplate", rename_all = "snake_case")]
pub(crate) enum MemberRoleTemplate {
    /// May do everything.
    Owner,
    /// May do everything but delete the organization.
    Admin,
    /// Runs the daily work and its people.
    Manager,
    /// Works on campaigns and leads.
    Consultant,
    /// Works with what is assigned.
    Member,
    /// Sees only.
    Viewer,
}

/// The role that a member has.
#[derive(Clone, Debug, Object)]
pub(crate) struct MemberRole {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// The template that it was copied from; null for a role of the organization's own.
    template: Option<MemberRoleTemplate>,
}

/// A member: a person who belongs to the organization.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct MemberAnswer {
    /// The id of the membership.
    id: Uuid,
    /// The person.
    user_id: Uuid,
    /// How they want to be called.
    display_name: NameText,
    /// Their address.
    email: EmailText,
    /// Their role.
    role: MemberRole,
    /// Since when they belong to the organization.
    joined_at: OffsetDateTime,
    /// When the membership was last changed.
    updated_at: OffsetDateTime,
}

/// What changes about a member; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateMemberRequest {
    /// Their role.
    role_id: MaybeUndefined<Uuid>,
}

/// The role that several members get.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateMembersRequest {
    /// The ids of the memberships.
    #[oai(validator(min_items = 1, max_items = 100))]
    ids: Vec<Uuid>,
    /// Their new role.
    role_id: Uuid,
}

/// Several members who are removed.
#[derive(Object)]
#[oai(example)]
pub(crate) struct RemoveMembersRequest {
    /// The ids of the memberships.
    #[oai(validator(min_items = 1, max_items = 100))]
    ids: Vec<Uuid>,
}

/// Why something was refused to one of several.
#[derive(Clone, Debug, Object)]
pub(crate) struct MemberRefusal {
    /// The stable code of the problem.
    code: String,
    /// What stood in the way, in words.
    detail: String,
}

/// What became of the request for one of several members.
#[derive(Clone, Debug, Object)]
pub(crate) struct MemberOutcomeAnswer {
    /// The id of the membership.
    id: Uuid,
    /// Why nothing was done; null where it was done.
    problem: Option<MemberRefusal>,
}

/// What became of the request for each member, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct MemberOutcomesAnswer {
    /// One outcome per id.
    results: Vec<MemberOutcomeAnswer>,
}

/// Reads what changes about a member.
pub(crate) fn member_change(fields: &mut Fields<'_>) -> Option<MemberChange> {
    let role = fields.patch("role_id", id);
    Some(MemberChange { role: role? })
}

/// Reads which members get which role.
pub(crate) fn members_change(fields: &mut Fields<'_>) -> Option<MembersChange> {
    let members = member_ids(fields);
    let role = fields.required("role_id", id);
    Some(MembersChange {
        members: members?,
        role: role?,
    })
}

/// Reads of which members it is.
pub(crate) fn member_ids(fields: &mut Fields<'_>) -> Option<Vec<MembershipId>> {
    fields.required("ids", list(1..=Members::MOST_AT_ONCE, id))
}

impl From<&MemberCard> for MemberAnswer {
    fn from(card: &MemberCard) -> Self {
        let state = card.membership.state();
        Self {
            id: state.id.as_uuid(),
            user_id: state.user.as_uuid(),
            display_name: NameText::new(&card.display_name),
            email: EmailText::new(&card.email),
            role: MemberRole {
                id: state.role.as_uuid(),
                name: NameText::new(&card.role_name),
                template: card.role_template.map(MemberRoleTemplate::from),
            },
            joined_at: state.joined_at,
            updated_at: state.stamps.updated_at,
        }
    }
}

impl From<RoleTemplate> for MemberRoleTemplate {
    fn from(template: RoleTemplate) -> Self {
        match template {
            RoleTemplate::Owner => Self::Owner,
            RoleTemplate::Admin => Self::Admin,
            RoleTemplate::Manager => Self::Manager,
            RoleTemplate::Consultant => Self::Consultant,
            RoleTemplate::Member => Self::Member,
            RoleTemplate::Viewer => Self::Viewer,
        }
    }
}

impl From<&[MemberOutcome]> for MemberOutcomesAnswer {
    fn from(outcomes: &[MemberOutcome]) -> Self {
        let results = outcomes.iter().map(|(id, done)| MemberOutcomeAnswer {
            id: id.as_uuid(),
            problem: done.as_ref().err().map(|error| MemberRefusal {
                code: error.code().to_owned(),
                detail: error.to_string(),
            }),
        });
        Self {
            results: results.collect(),
        }
    }
}

const fn example_id(number: u128) -> Uuid {
    Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0000 + number)
}

impl Example for MemberAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: example_id(3),
            user_id: example_id(2),
            display_name: NameText::new("Ada Lovelace"),
            email: EmailText::new("ada@acme.example"),
            role: MemberRole {
                id: example_id(4),
                name: NameText::new("manager"),
                template: Some(MemberRoleTemplate::Manager),
            },
            joined_at: at,
            updated_at: at,
        }
    }
}

impl Example for UpdateMemberRequest {
    fn example() -> Self {
        Self {
            role_id: MaybeUndefined::Value(example_id(4)),
        }
    }
}

impl Example for UpdateMembersRequest {
    fn example() -> Self {
        Self {
            ids: vec![example_id(3), example_id(5)],
            role_id: example_id(4),
        }
    }
}

impl Example for RemoveMembersRequest {
    fn example() -> Self {
        Self {
            ids: vec![example_id(3), example_id(5)],
        }
    }
}

impl Example for MemberOutcomesAnswer {
    fn example() -> Self {
        Self {
            results: vec![
                MemberOutcomeAnswer {
                    id: example_id(3),
                    problem: None,
                },
                MemberOutcomeAnswer {
                    id: example_id(5),
                    problem: Some(MemberRefusal {
                        code: "last-owner".to_owned(),
                        detail: "the last owner can be neither removed nor demoted".to_owned(),
                    }),
                },
            ],
        }
    }
}
