//! The shapes of teams on the wire.

use kernel::Description;
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use tenancy::{NewTeam, Team, TeamChange};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, text};
use crate::schema::{DescriptionText, NameText};

/// What a team is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateTeamRequest {
    /// Its name, unique among the living teams of the organization without regard to case.
    name: NameText,
    /// What it is for.
    #[oai(nullable)]
    description: Option<DescriptionText>,
}

/// What changes about a team; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateTeamRequest {
    /// Its name.
    name: MaybeUndefined<NameText>,
    /// What it is for; it may be empty.
    description: MaybeUndefined<DescriptionText>,
}

/// A team of an organization.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct TeamAnswer {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// What it is for.
    description: DescriptionText,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
    /// When it was deleted.
    deleted_at: Option<OffsetDateTime>,
}

/// Reads what a team is made from.
pub(crate) fn new_team(fields: &mut Fields<'_>) -> Option<NewTeam> {
    let name = fields.required("name", text);
    let description = fields.optional("description", text);
    Some(NewTeam {
        name: name?,
        description: description?.unwrap_or_else(Description::empty),
    })
}

/// Reads what changes about a team.
pub(crate) fn team_change(fields: &mut Fields<'_>) -> Option<TeamChange> {
    let name = fields.patch("name", text);
    let description = fields.patch("description", text);
    Some(TeamChange {
        name: name?,
        description: description?,
    })
}

impl From<&Team> for TeamAnswer {
    fn from(team: &Team) -> Self {
        let state = team.state();
        Self {
            id: state.id.as_uuid(),
            name: NameText::new(&state.name),
            description: DescriptionText::new(&state.description),
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
            deleted_at: state.stamps.deleted_at,
        }
    }
}

impl Example for CreateTeamRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("North"),
            description: Some(DescriptionText::new("Follows up on leads from the north.")),
        }
    }
}

impl Example for UpdateTeamRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Value(NameText::new("North and West")),
            description: MaybeUndefined::Undefined,
        }
    }
}

impl Example for TeamAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0003),
            name: NameText::new("North"),
            description: DescriptionText::new("Follows up on leads from the north."),
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}
