//! What is sent to the small API, and what it answers.

use api::input::{Fields, instant, integer, list, text};
use api::schema::{DescriptionText, NameText, SecretText};
use kernel::Name;
use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use super::teams::{NewTeam, Team};

/// How a team is coloured.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
enum Colour {
    Red,
    Green,
}

/// What a team is made from.
#[derive(Object)]
#[oai(example)]
pub(super) struct CreateTeam {
    /// Unique among the living teams.
    name: NameText,
    /// What the team is for.
    #[oai(nullable)]
    description: Option<DescriptionText>,
    /// When it starts.
    #[oai(nullable)]
    starts_at: Option<String>,
    /// How it is coloured.
    #[oai(nullable)]
    colour: Option<Colour>,
    /// Its limits.
    limits: Option<LimitsInput>,
    /// Other names that it goes by.
    #[oai(nullable)]
    aliases: Option<Vec<NameText>>,
}

impl Example for CreateTeam {
    fn example() -> Self {
        Self {
            name: NameText::new("North"),
            description: Some(DescriptionText::new("Everything above the river.")),
            starts_at: Some("2026-01-31T12:00:00Z".to_owned()),
            colour: Some(Colour::Green),
            limits: Some(LimitsInput { members: Some(5) }),
            aliases: Some(vec![NameText::new("Nord")]),
        }
    }
}

/// The limits of a team.
#[derive(Object)]
struct LimitsInput {
    /// How many members it can have.
    #[oai(nullable)]
    members: Option<i64>,
}

/// What changes about a team.
#[derive(Object)]
#[oai(example, skip_serializing_if_is_none)]
pub(super) struct UpdateTeam {
    /// Its name.
    name: Option<NameText>,
    /// What it is for; null for nothing.
    #[oai(nullable)]
    description: MaybeUndefined<DescriptionText>,
}

impl Example for UpdateTeam {
    fn example() -> Self {
        Self {
            name: Some(NameText::new("South")),
            description: MaybeUndefined::Null,
        }
    }
}

/// A team.
#[derive(Clone, Object)]
#[oai(example)]
pub(crate) struct TeamAnswer {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// What it is for.
    description: Option<DescriptionText>,
    /// How it is coloured.
    colour: Option<Colour>,
}

impl Example for TeamAnswer {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(1),
            name: NameText::new("North"),
            description: None,
            colour: Some(Colour::Red),
        }
    }
}

impl From<Team> for TeamAnswer {
    fn from(team: Team) -> Self {
        Self {
            id: team.id.as_uuid(),
            name: NameText::new(team.name),
            description: team.description.map(DescriptionText::new),
            colour: None,
        }
    }
}

/// A key of a team, shown once.
#[derive(Object)]
#[oai(example)]
pub(super) struct KeyAnswer {
    /// The key.
    pub(super) secret: SecretText,
}

impl Example for KeyAnswer {
    fn example() -> Self {
        Self {
            secret: SecretText::new("k-1"),
        }
    }
}

/// What an account is made from.
#[derive(Object)]
#[oai(example)]
pub(super) struct SignUp {
    /// The password.
    password: SecretText,
}

impl Example for SignUp {
    fn example() -> Self {
        Self {
            password: SecretText::new("correct horse battery staple"),
        }
    }
}

pub(super) fn new_team(fields: &mut Fields<'_>) -> Option<NewTeam> {
    let name = fields.required("name", text);
    let description = fields.optional("description", text);
    let _starts_at = fields.optional("starts_at", instant);
    let _colour = fields.optional("colour", text::<Name>);
    let _limits = fields.nested("limits", |fields| {
        fields.optional("members", integer(1..=50))
    });
    let _aliases = fields.optional("aliases", list(0..=3, text::<Name>));
    Some(NewTeam {
        name: name?,
        description: description?,
    })
}
