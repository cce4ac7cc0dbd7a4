//! The shapes of sessions on the wire.

use kernel::{Secret, SessionId};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use tenancy::{Login, Opened, Session};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, secret, text};
use crate::schema::{EmailText, IpText, SecretText};

/// How the access token is sent.
#[derive(Clone, Copy, Debug, Enum)]
pub(crate) enum TokenType {
    /// In the header `Authorization: Bearer …` (RFC 6750).
    Bearer,
}

/// What you log in with.
#[derive(Object)]
#[oai(example)]
pub(crate) struct LoginRequest {
    /// The address of your account.
    email: EmailText,
    /// Your password.
    password: SecretText,
}

/// What a session goes on with.
#[derive(Object)]
#[oai(example)]
pub(crate) struct RefreshRequest {
    /// The refresh token of the session; it is used up.
    refresh_token: SecretText,
}

/// A session with its present tokens, which are shown now and never again.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct TokensAnswer {
    /// The session's id.
    session_id: Uuid,
    /// Who logged in.
    user_id: Uuid,
    /// How the access token is sent.
    token_type: TokenType,
    /// Opens the API.
    access_token: SecretText,
    /// Until when.
    access_token_expires_at: OffsetDateTime,
    /// Gets the next tokens, once.
    refresh_token: SecretText,
    /// Until when.
    refresh_token_expires_at: OffsetDateTime,
}

/// A login, and all the refreshes that followed from it.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct SessionAnswer {
    /// Its id.
    id: Uuid,
    /// Whether it is the one that you act with.
    is_current: bool,
    /// From which address the login came.
    ip: Option<IpText>,
    /// With which program, in its own words.
    user_agent: Option<String>,
    /// When the login was.
    created_at: OffsetDateTime,
    /// When its tokens were last renewed.
    refreshed_at: OffsetDateTime,
    /// When it ends unless it is refreshed.
    expires_at: OffsetDateTime,
}

/// Reads what somebody logs in with.
pub(crate) fn login(fields: &mut Fields<'_>) -> Option<Login> {
    let email = fields.required("email", text);
    let password = fields.required("password", secret);
    Some(Login {
        email: email?,
        password: password?,
    })
}

/// Reads what a session goes on with.
pub(crate) fn refresh(fields: &mut Fields<'_>) -> Option<Secret> {
    fields.required("refresh_token", secret)
}

impl From<&Opened> for TokensAnswer {
    fn from(opened: &Opened) -> Self {
        let state = opened.session.state();
        Self {
            session_id: state.id.as_uuid(),
            user_id: state.user.as_uuid(),
            token_type: TokenType::Bearer,
            access_token: SecretText::new(opened.tokens.access.expose()),
            access_token_expires_at: state.access_expires_at,
            refresh_token: SecretText::new(opened.tokens.refresh.expose()),
            refresh_token_expires_at: state.expires_at,
        }
    }
}

impl SessionAnswer {
    /// The session as somebody sees it who acts with the session `current`.
    pub(crate) fn new(session: &Session, current: SessionId) -> Self {
        let state = session.state();
        Self {
            id: state.id.as_uuid(),
            is_current: state.id == current,
            ip: state.ip.map(IpText::new),
            user_agent: state.user_agent.clone(),
            created_at: state.created_at,
            refreshed_at: state.rotated_at,
            expires_at: state.expires_at,
        }
    }
}

impl Example for LoginRequest {
    fn example() -> Self {
        Self {
            email: EmailText::new("ada@acme.example"),
            password: SecretText::new("three blind mice ran"),
        }
    }
}

impl Example for RefreshRequest {
    fn example() -> Self {
        Self {
            refresh_token: SecretText::new("cvr_AQGbbDxqAHAAgAAAAAAAAAMAAAAB…"),
        }
    }
}

impl Example for TokensAnswer {
    fn example() -> Self {
        let at = example_instant();
        Self {
            session_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0003),
            user_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0002),
            token_type: TokenType::Bearer,
            access_token: SecretText::new("cva_AQGbbDxqAHAAgAAAAAAAAAMAAAAB…"),
            access_token_expires_at: at + Session::ACCESS_LIFETIME,
            refresh_token: SecretText::new("cvr_AQGbbDxqAHAAgAAAAAAAAAMAAAAB…"),
            refresh_token_expires_at: at + Session::IDLE_LIFETIME,
        }
    }
}

impl Example for SessionAnswer {
    fn example() -> Self {
        let at = example_instant();
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0003),
            is_current: true,
            ip: Some(IpText::new("203.0.113.9")),
            user_agent: Some("Mozilla/5.0".to_owned()),
            created_at: at,
            refreshed_at: at,
            expires_at: at + Session::IDLE_LIFETIME,
        }
    }
}

fn example_instant() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454)
}
