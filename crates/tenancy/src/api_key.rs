//! API keys: what programs prove with who they work for.

use kernel::{
    ApiKeyId, Changes, FieldErrors, FieldFault, Name, OrganizationId, Patch, Secret, Stamps,
    Timestamp, UserId,
};
use serde_json::json;

use crate::instant::shown;
use crate::{ApiKeyToken, PermissionSet, TokenHash};

/// All that an API key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyState {
    /// The key's id.
    pub id: ApiKeyId,
    /// The only organization in which it can be used.
    pub organization: OrganizationId,
    /// The user for whom its bearer acts.
    pub user: UserId,
    /// What its owner calls it.
    pub name: Name,
    /// The most rights that it gives; at each call they are limited by the rights that the user holds then.
    pub scopes: PermissionSet,
    /// The beginning of its token, to recognise it by.
    pub prefix: String,
    /// The hash of its token.
    pub key_hash: TokenHash,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it runs out; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, for good.
    pub revoked_at: Option<Timestamp>,
    /// Its history; it is never deleted.
    pub stamps: Stamps,
}

/// An API key of a user within an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey(ApiKeyState);

/// What it takes to make an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiKey {
    /// What its owner calls it.
    pub name: Name,
    /// The most rights that it gives.
    pub scopes: PermissionSet,
    /// When it runs out.
    pub expires_at: Option<Timestamp>,
}

/// A partial update of an API key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiKeyChange {
    /// What its owner calls it.
    pub name: Patch<Name>,
    /// The most rights that it gives.
    pub scopes: Patch<PermissionSet>,
    /// When it runs out.
    pub expires_at: Patch<Option<Timestamp>>,
}

/// An API key that was made now, with its token, which is shown this once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedApiKey {
    /// The key.
    pub key: ApiKey,
    /// Its token.
    pub token: Secret,
}

/// What became of the wish to revoke one of several API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// It is revoked now.
    Revoked,
    /// It was revoked already.
    AlreadyRevoked,
    /// There is no such key that the member could see.
    NoSuchKey,
    /// It is somebody else's, and the member may not revoke those.
    NotAllowed,
}

impl ApiKey {
    /// A new key with this token, for somebody who holds its scopes.
    pub fn issue(
        id: ApiKeyId,
        organization: OrganizationId,
        user: UserId,
        new: NewApiKey,
        token: &ApiKeyToken,
        at: Timestamp,
    ) -> Result<Self, FieldErrors> {
        check(Some(&new.scopes), new.expires_at, at)?;
        Ok(Self(ApiKeyState {
            id,
            organization,
            user,
            name: new.name,
            scopes: new.scopes,
            prefix: token.shown().to_owned(),
            key_hash: token.hash(),
            last_used_at: None,
            expires_at: new.expires_at,
            revoked_at: None,
            stamps: Stamps::new(at, Some(user)),
        }))
    }

    /// A key as it was stored.
    #[must_use]
    pub const fn restore(state: ApiKeyState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &ApiKeyState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> ApiKeyId {
        self.0.id
    }

    /// Whether it can be used: neither revoked nor run out.
    #[must_use]
    pub fn is_living(&self, at: Timestamp) -> bool {
        self.0.revoked_at.is_none() && self.0.expires_at.is_none_or(|expires| expires > at)
    }

    /// Applies a partial update for its user, who holds the scopes that it gets, where [`ApiKey::is_living`].
    pub fn change(&mut self, change: &ApiKeyChange, at: Timestamp) -> Result<(), FieldErrors> {
        let scopes = match &change.scopes {
            Patch::Keep => None,
            Patch::Set(scopes) => Some(scopes),
        };
        let expires_at = match change.expires_at {
            Patch::Keep => None,
            Patch::Set(expires_at) => expires_at,
        };
        check(scopes, expires_at, at)?;
        self.0.name = change.name.apply(&self.0.name);
        self.0.scopes = change.scopes.apply(&self.0.scopes);
        self.0.expires_at = change.expires_at.apply(&self.0.expires_at);
        self.0.stamps.touch(at, Some(self.0.user));
        Ok(())
    }

    /// Revokes it, for good.
    pub const fn revoke(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.revoked_at = Some(at);
        self.0.stamps.touch(at, by);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        let changes = Changes::none()
            .field("user_id", json!(old.map(|k| k.user)), json!(new.user))
            .field(
                "name",
                json!(old.map(|k| k.name.as_str())),
                json!(new.name.as_str()),
            )
            .field(
                "scopes",
                json!(old.map(|k| k.scopes.keys())),
                json!(new.scopes.keys()),
            )
            .field("prefix", json!(old.map(|k| &k.prefix)), json!(new.prefix))
            .field(
                "expires_at",
                shown(old.and_then(|k| k.expires_at)),
                shown(new.expires_at),
            )
            .field(
                "revoked_at",
                shown(old.and_then(|k| k.revoked_at)),
                shown(new.revoked_at),
            );
        if before.is_some() {
            changes
        } else {
            changes.secret("key_hash", false)
        }
    }
}

/// The rules of what a key may be: something at all, and with a future.
fn check(
    scopes: Option<&PermissionSet>,
    expires_at: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    if scopes.is_some_and(|scopes| scopes.iter().next().is_none()) {
        let fault = FieldFault::new("required", "an API key needs at least one scope");
        errors.push("#/scopes", fault);
    }
    if expires_at.is_some_and(|expires| expires <= at) {
        let fault = FieldFault::new("in-the-past", "an API key runs out in the future or never");
        errors.push("#/expires_at", fault);
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}
