//! The shapes of API keys on the wire.

use kernel::ApiKeyId;
use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object};
use tenancy::{
    ApiKey, ApiKeyChange, ApiKeys, IssuedApiKey, NewApiKey, Permission, PermissionSet, Revocation,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, Input, id, instant, list, text};
use crate::permission_key::PermissionKey;
use crate::schema::{ApiKeyText, NameText};

/// What an API key is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateApiKeyRequest {
    /// What you call it.
    name: NameText,
    /// The most rights that it gives: permissions that you hold.
    #[oai(validator(min_items = 1))]
    scopes: Vec<PermissionKey>,
    /// When it runs out; never when absent.
    #[oai(nullable)]
    expires_at: Option<OffsetDateTime>,
}

/// What changes about an API key; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateApiKeyRequest {
    /// What you call it.
    name: MaybeUndefined<NameText>,
    /// The most rights that it gives: permissions that you hold.
    #[oai(validator(min_items = 1))]
    scopes: MaybeUndefined<Vec<PermissionKey>>,
    /// When it runs out; null for never.
    #[oai(nullable)]
    expires_at: MaybeUndefined<OffsetDateTime>,
}

/// Which API keys to revoke.
#[derive(Object)]
#[oai(example)]
pub(crate) struct RevokeApiKeysRequest {
    /// The ids of the keys.
    #[oai(validator(min_items = 1, max_items = 100))]
    ids: Vec<Uuid>,
}

/// An API key of a user within an organization.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ApiKeyAnswer {
    /// Its id.
    id: Uuid,
    /// The user for whom its bearer acts.
    user_id: Uuid,
    /// What its user calls it.
    name: NameText,
    /// The most rights that it gives; at each call they are limited by the rights that its user holds then.
    scopes: Vec<PermissionKey>,
    /// The beginning of its token, to recognise it by.
    prefix: String,
    /// When it was last used, to the minute.
    last_used_at: Option<OffsetDateTime>,
    /// When it runs out.
    expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    revoked_at: Option<OffsetDateTime>,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
}

/// A new API key with its token, which is shown this once.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct IssuedApiKeyAnswer {
    /// The token: for the header `Authorization: Bearer …`. It cannot be shown again.
    token: ApiKeyText,
    #[oai(flatten)]
    key: ApiKeyAnswer,
}

/// What became of one wish to revoke a key.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum RevocationOutcome {
    /// It is revoked now.
    Revoked,
    /// It was revoked already.
    AlreadyRevoked,
    /// There is no such key that you could see.
    NotFound,
    /// It is somebody else's, and you lack the permission `api_key.revoke`.
    NotAllowed,
}

/// What became of one wish to revoke a key.
#[derive(Clone, Debug, Object)]
pub(crate) struct RevocationAnswer {
    /// The id that was named.
    id: Uuid,
    /// What became of it.
    outcome: RevocationOutcome,
}

/// What became of each wish, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct RevocationsAnswer {
    /// One outcome per id.
    items: Vec<RevocationAnswer>,
}

/// Reads what an API key is made from.
pub(crate) fn new_api_key(fields: &mut Fields<'_>) -> Option<NewApiKey> {
    let name = fields.required("name", text);
    let scopes = fields.required("scopes", scopes);
    let expires_at = fields.optional("expires_at", instant);
    Some(NewApiKey {
        name: name?,
        scopes: scopes?,
        expires_at: expires_at?,
    })
}

/// Reads what changes about an API key.
pub(crate) fn api_key_change(fields: &mut Fields<'_>) -> Option<ApiKeyChange> {
    let name = fields.patch("name", text);
    let scopes = fields.patch("scopes", scopes);
    let expires_at = fields.clearable("expires_at", instant);
    Some(ApiKeyChange {
        name: name?,
        scopes: scopes?,
        expires_at: expires_at?,
    })
}

/// Reads which API keys to revoke.
pub(crate) fn api_key_ids(fields: &mut Fields<'_>) -> Option<Vec<ApiKeyId>> {
    fields.required("ids", list(1..=ApiKeys::MOST_AT_ONCE, id))
}

/// How many of them there must be is a rule of the use case.
fn scopes(input: Input<'_>) -> Option<PermissionSet> {
    let most = Permission::ALL.len();
    list(0..=most, text::<Permission>)(input).map(PermissionSet::from_iter)
}

impl From<&ApiKey> for ApiKeyAnswer {
    fn from(key: &ApiKey) -> Self {
        let state = key.state();
        Self {
            id: state.id.as_uuid(),
            user_id: state.user.as_uuid(),
            name: NameText::new(&state.name),
            scopes: state.scopes.iter().map(PermissionKey).collect(),
            prefix: state.prefix.clone(),
            last_used_at: state.last_used_at,
            expires_at: state.expires_at,
            revoked_at: state.revoked_at,
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
        }
    }
}

impl From<&IssuedApiKey> for IssuedApiKeyAnswer {
    fn from(issued: &IssuedApiKey) -> Self {
        Self {
            token: ApiKeyText::new(issued.token.expose()),
            key: ApiKeyAnswer::from(&issued.key),
        }
    }
}

impl From<Vec<(ApiKeyId, Revocation)>> for RevocationsAnswer {
    fn from(outcomes: Vec<(ApiKeyId, Revocation)>) -> Self {
        let items = outcomes
            .into_iter()
            .map(|(id, revocation)| RevocationAnswer {
                id: id.as_uuid(),
                outcome: match revocation {
                    Revocation::Revoked => RevocationOutcome::Revoked,
                    Revocation::AlreadyRevoked => RevocationOutcome::AlreadyRevoked,
                    Revocation::NoSuchKey => RevocationOutcome::NotFound,
                    Revocation::NotAllowed => RevocationOutcome::NotAllowed,
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

fn example_instant(days: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454 + days)
}

impl Example for CreateApiKeyRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Nightly export"),
            scopes: vec![
                PermissionKey(Permission::TeamView),
                PermissionKey(Permission::AuditExport),
            ],
            expires_at: Some(example_instant(365)),
        }
    }
}

impl Example for UpdateApiKeyRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Value(NameText::new("Weekly export")),
            scopes: MaybeUndefined::Undefined,
            expires_at: MaybeUndefined::Null,
        }
    }
}

impl Example for RevokeApiKeysRequest {
    fn example() -> Self {
        Self {
            ids: vec![example_id(8), example_id(9)],
        }
    }
}

impl Example for ApiKeyAnswer {
    fn example() -> Self {
        Self {
            id: example_id(8),
            user_id: example_id(2),
            name: NameText::new("Nightly export"),
            scopes: vec![
                PermissionKey(Permission::TeamView),
                PermissionKey(Permission::AuditExport),
            ],
            prefix: "cvk_4fQ0aB7x".to_owned(),
            last_used_at: Some(example_instant(1)),
            expires_at: Some(example_instant(365)),
            revoked_at: None,
            created_at: example_instant(0),
            updated_at: example_instant(0),
        }
    }
}

impl Example for IssuedApiKeyAnswer {
    fn example() -> Self {
        Self {
            // Not a token: its checksum is wrong.
            token: ApiKeyText::new(format!("cvk_4fQ0aB7x{}", "x".repeat(49))),
            key: ApiKeyAnswer {
                last_used_at: None,
                ..ApiKeyAnswer::example()
            },
        }
    }
}

impl Example for RevocationsAnswer {
    fn example() -> Self {
        Self {
            items: vec![
                RevocationAnswer {
                    id: example_id(8),
                    outcome: RevocationOutcome::Revoked,
                },
                RevocationAnswer {
                    id: example_id(9),
                    outcome: RevocationOutcome::NotFound,
                },
            ],
        }
    }
}
