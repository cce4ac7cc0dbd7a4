//! The shapes of accounts on the wire.

use std::collections::HashMap;

use kernel::FieldFault;
use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object};
use serde_json::{Value, json};
use tenancy::{
    AccountChange, InvalidPassword, NewPassword, PasswordChange, PlatformRole, PlatformRoleGrant,
    Preferences, PreferencesChange, SignUp, User, UserStatus,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, json_object, secret, text, text_by};
use crate::schema::{EmailText, LocaleText, NameText, PasswordText, SecretText, TimeZoneText};

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename = "AccountStatus", rename_all = "snake_case")]
pub(crate) enum Status {
    /// It was made for somebody who has not set a password yet.
    Pending,
    /// It can be used.
    Active,
    /// Its owner does not use it any more.
    Inactive,
    /// An administrator of the platform closed it for the time being.
    Suspended,
}

/// A role on the whole installation.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename = "PlatformRole", rename_all = "snake_case")]
pub(crate) enum Role {
    /// Administers accounts and reads the platform's own audit log.
    PlatformAdmin,
    /// Stands for a program rather than a person.
    System,
}

/// What an account is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct SignUpRequest {
    /// The address to log in with; unique over the installation, in any case.
    email: EmailText,
    /// How you want to be called.
    display_name: NameText,
    /// Not one of the passwords that are tried first.
    password: PasswordText,
}

/// What changes about your account; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateAccountRequest {
    /// How you want to be called.
    display_name: MaybeUndefined<NameText>,
}

/// Another password.
#[derive(Object)]
#[oai(example)]
pub(crate) struct ChangePasswordRequest {
    /// The password until now.
    current_password: SecretText,
    /// The password from now on.
    new_password: PasswordText,
}

/// What changes about your preferences; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdatePreferencesRequest {
    /// The zone in which instants are shown to you.
    timezone: MaybeUndefined<TimeZoneText>,
    /// Your language.
    locale: MaybeUndefined<LocaleText>,
    /// What clients remember for you: merged into what is there, and null removes a key (RFC 7396).
    preferences: MaybeUndefined<HashMap<String, Value>>,
}

/// An account.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct UserAnswer {
    /// Its id.
    id: Uuid,
    /// The address to log in with.
    email: EmailText,
    /// How its user wants to be called.
    display_name: NameText,
    /// Whether it can be used.
    status: Status,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
}

/// The roles of a user on the whole installation.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct PlatformRolesAnswer {
    /// Each role once, by name.
    items: Vec<PlatformRoleAnswer>,
}

/// A role on the whole installation that somebody has.
#[derive(Clone, Debug, Object)]
pub(crate) struct PlatformRoleAnswer {
    /// The role.
    role: Role,
    /// Since when.
    granted_at: OffsetDateTime,
    /// Who gave it; null for the person at the command line.
    granted_by: Option<Uuid>,
}

/// What you prefer.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct PreferencesAnswer {
    /// The zone in which instants are shown to you.
    timezone: TimeZoneText,
    /// Your language.
    locale: LocaleText,
    /// What clients remember for you.
    preferences: HashMap<String, Value>,
}

/// Reads what an account is made from.
pub(crate) fn sign_up(fields: &mut Fields<'_>) -> Option<SignUp> {
    let email = fields.required("email", text);
    let display_name = fields.required("display_name", text);
    let password = fields.required("password", text_by(new_password));
    Some(SignUp {
        email: email?,
        display_name: display_name?,
        password: password?,
    })
}

/// Reads what changes about an account.
pub(crate) fn account_change(fields: &mut Fields<'_>) -> Option<AccountChange> {
    let display_name = fields.patch("display_name", text);
    Some(AccountChange {
        display_name: display_name?,
    })
}

/// Reads another password.
pub(crate) fn password_change(fields: &mut Fields<'_>) -> Option<PasswordChange> {
    let current = fields.required("current_password", secret);
    let new = fields.required("new_password", text_by(new_password));
    Some(PasswordChange {
        current: current?,
        new: new?,
    })
}

/// Reads what changes about preferences.
pub(crate) fn preferences_change(fields: &mut Fields<'_>) -> Option<PreferencesChange> {
    let timezone = fields.patch("timezone", text);
    let locale = fields.patch("locale", text);
    let preferences = fields.patch("preferences", json_object);
    Some(PreferencesChange {
        timezone: timezone?,
        locale: locale?,
        preferences: preferences?,
    })
}

fn new_password(text: &str) -> Result<NewPassword, FieldFault> {
    NewPassword::parse(text.to_owned()).map_err(|error: InvalidPassword| error.into())
}

impl From<&User> for UserAnswer {
    fn from(user: &User) -> Self {
        let state = user.state();
        Self {
            id: state.id.as_uuid(),
            email: EmailText::new(&state.email),
            display_name: NameText::new(&state.display_name),
            status: match state.status {
                UserStatus::Pending => Status::Pending,
                UserStatus::Active => Status::Active,
                UserStatus::Inactive => Status::Inactive,
                UserStatus::Suspended => Status::Suspended,
            },
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
        }
    }
}

impl From<Vec<PlatformRoleGrant>> for PlatformRolesAnswer {
    fn from(grants: Vec<PlatformRoleGrant>) -> Self {
        let items = grants
            .into_iter()
            .map(|grant| PlatformRoleAnswer {
                role: match grant.role {
                    PlatformRole::PlatformAdmin => Role::PlatformAdmin,
                    PlatformRole::System => Role::System,
                },
                granted_at: grant.granted_at,
                granted_by: grant.granted_by.map(kernel::UserId::as_uuid),
            })
            .collect();
        Self { items }
    }
}

impl From<&Preferences> for PreferencesAnswer {
    fn from(preferences: &Preferences) -> Self {
        let state = preferences.state();
        Self {
            timezone: TimeZoneText::new(&state.timezone),
            locale: LocaleText::new(&state.locale),
            preferences: state.preferences.clone().into_iter().collect(),
        }
    }
}

impl Example for SignUpRequest {
    fn example() -> Self {
        Self {
            email: EmailText::new("ada@acme.example"),
            display_name: NameText::new("Ada Lovelace"),
            password: PasswordText::new("three blind mice ran"),
        }
    }
}

impl Example for UpdateAccountRequest {
    fn example() -> Self {
        Self {
            display_name: MaybeUndefined::Value(NameText::new("Ada King")),
        }
    }
}

impl Example for ChangePasswordRequest {
    fn example() -> Self {
        Self {
            current_password: SecretText::new("three blind mice ran"),
            new_password: PasswordText::new("four deaf cats slept"),
        }
    }
}

impl Example for UpdatePreferencesRequest {
    fn example() -> Self {
        Self {
            timezone: MaybeUndefined::Value(TimeZoneText::new("Europe/Berlin")),
            locale: MaybeUndefined::Value(LocaleText::new("de-DE")),
            preferences: MaybeUndefined::Value(remembered()),
        }
    }
}

impl Example for UserAnswer {
    fn example() -> Self {
        let at = example_instant();
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0002),
            email: EmailText::new("ada@acme.example"),
            display_name: NameText::new("Ada Lovelace"),
            status: Status::Active,
            created_at: at,
            updated_at: at,
        }
    }
}

impl Example for PlatformRolesAnswer {
    fn example() -> Self {
        Self {
            items: vec![PlatformRoleAnswer {
                role: Role::PlatformAdmin,
                granted_at: example_instant(),
                granted_by: None,
            }],
        }
    }
}

impl Example for PreferencesAnswer {
    fn example() -> Self {
        Self {
            timezone: TimeZoneText::new("Europe/Berlin"),
            locale: LocaleText::new("de-DE"),
            preferences: remembered(),
        }
    }
}

fn remembered() -> HashMap<String, Value> {
    HashMap::from([("theme".to_owned(), json!("dark"))])
}

fn example_instant() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454)
}
