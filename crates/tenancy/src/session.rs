//! Sessions: one login each, and all the refreshes that follow from it.

use std::fmt;
use std::net::IpAddr;

use kernel::{Changes, Origin, SessionId, Timestamp, UserId, Version};
use serde_json::json;
use time::Duration;

use crate::UserStatus;
use crate::instant::shown;
use crate::tokens::{TokenHash, TokenPair};

/// All that a session is; `Debug` shows neither where it is used nor its tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionState {
    /// The session's id.
    pub id: SessionId,
    /// Who logged in.
    pub user: UserId,
    /// How often its tokens were made, starting at 1.
    pub generation: u32,
    /// Under which master key the present tokens were made.
    pub key_id: u8,
    /// The hash of the present refresh token.
    pub refresh_hash: TokenHash,
    /// The hash of the present access token.
    pub access_hash: TokenHash,
    /// Until when the present access token opens the API.
    pub access_expires_at: Timestamp,
    /// The access token before, which requests under way may still carry.
    pub previous_access: Option<PreviousAccess>,
    /// When the present tokens were made.
    pub rotated_at: Timestamp,
    /// Until when the session can be refreshed.
    pub expires_at: Timestamp,
    /// When it was ended before its time; `None` while it was not.
    pub revoked_at: Option<Timestamp>,
    /// From where the login came. Personal data.
    pub ip: Option<IpAddr>,
    /// With which program. Personal data.
    pub user_agent: Option<String>,
    /// When the login was.
    pub created_at: Timestamp,
    /// When the session was last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for SessionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionState")
            .field("id", &self.id)
            .field("user", &self.user)
            .field("generation", &self.generation)
            .field("expires_at", &self.expires_at)
            .field("revoked_at", &self.revoked_at)
            .finish_non_exhaustive()
    }
}

/// An access token that was replaced and has not run out yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviousAccess {
    /// Its hash.
    pub hash: TokenHash,
    /// Until when it opens the API.
    pub expires_at: Timestamp,
}

/// What a genuine refresh token is to a session that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// The present one: the session goes on with its successor.
    Present,
    /// The one just before, moments ago: another tab was faster, and the answer is the same for both.
    JustReplaced,
    /// One that was replaced long since: two parties have the family, and it is revoked.
    Replayed,
    /// None that this session gave out.
    Unknown,
}

/// What decides whether a token of a session proves anything; read in one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearing {
    /// The session.
    pub session: Session,
    /// The status of its user.
    pub user_status: UserStatus,
    /// Whether its user is deleted.
    pub user_deleted: bool,
}

impl Bearing {
    /// Whether the session lives and its user may act.
    #[must_use]
    pub fn stands(&self, at: Timestamp) -> bool {
        self.session.lives(at) && self.user_status == UserStatus::Active && !self.user_deleted
    }
}

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session(SessionState);

impl Session {
    /// How long an access token opens the API.
    pub const ACCESS_LIFETIME: Duration = Duration::minutes(15);
    /// How long a session lives without being refreshed.
    pub const IDLE_LIFETIME: Duration = Duration::days(30);
    /// How long a session lives however often it is refreshed.
    pub const LIFETIME: Duration = Duration::days(90);
    /// How long a replaced refresh token still gets the answer that replaced it.
    pub const GRACE: Duration = Duration::seconds(10);

    /// The session of a login now, with its first tokens, made under the key `key_id`.
    #[must_use]
    pub fn open(
        id: SessionId,
        user: UserId,
        tokens: &TokenPair,
        key_id: u8,
        origin: &Origin,
        at: Timestamp,
    ) -> Self {
        Self(SessionState {
            id,
            user,
            generation: 1,
            key_id,
            refresh_hash: TokenHash::of(&tokens.refresh),
            access_hash: TokenHash::of(&tokens.access),
            access_expires_at: at + Self::ACCESS_LIFETIME,
            previous_access: None,
            rotated_at: at,
            expires_at: at + Self::IDLE_LIFETIME,
            revoked_at: None,
            ip: origin.ip,
            user_agent: origin.user_agent.clone(),
            created_at: at,
            updated_at: at,
        })
    }

    /// A session as it was stored.
    #[must_use]
    pub const fn restore(state: SessionState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &SessionState {
        &self.0
    }

    /// The version of what somebody sees of it who acts with the session `current`: another one after each
    /// refresh, and another one where it is that session itself.
    #[must_use]
    pub fn version_for(&self, current: SessionId) -> Version {
        let seen = self.0.generation.saturating_mul(2);
        let seen = seen.saturating_add(u32::from(self.0.id == current));
        Version::from_number(i32::try_from(seen).unwrap_or(i32::MAX))
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.0.id
    }

    /// Whether it was neither revoked nor ran out.
    #[must_use]
    pub fn lives(&self, at: Timestamp) -> bool {
        self.0.revoked_at.is_none() && at < self.0.expires_at
    }

    /// Whether the access token of this generation and hash opens the API now.
    #[must_use]
    pub fn admits(&self, generation: u32, hash: TokenHash, at: Timestamp) -> bool {
        let state = &self.0;
        let expires_at = if generation == state.generation && hash == state.access_hash {
            Some(state.access_expires_at)
        } else if generation.checked_add(1) == Some(state.generation) {
            state
                .previous_access
                .filter(|previous| previous.hash == hash)
                .map(|previous| previous.expires_at)
        } else {
            None
        };
        self.lives(at) && expires_at.is_some_and(|expires_at| at < expires_at)
    }

    /// What the genuine refresh token of this generation and hash is, while the session lives.
    #[must_use]
    pub fn judge(&self, generation: u32, hash: TokenHash, at: Timestamp) -> RefreshVerdict {
        let state = &self.0;
        if generation == state.generation {
            if hash == state.refresh_hash {
                RefreshVerdict::Present
            } else {
                RefreshVerdict::Unknown
            }
        } else if generation > state.generation {
            // Storage that was put back to an older state does not know its youngest tokens.
            RefreshVerdict::Unknown
        } else if generation + 1 == state.generation && at - state.rotated_at <= Self::GRACE {
            RefreshVerdict::JustReplaced
        } else {
            RefreshVerdict::Replayed
        }
    }

    /// Replaces the tokens by those of the next generation, and prolongs the session within its bounds.
    pub fn rotate(&mut self, tokens: &TokenPair, key_id: u8, at: Timestamp) {
        let state = &mut self.0;
        state.previous_access = Some(PreviousAccess {
            hash: state.access_hash,
            expires_at: state.access_expires_at,
        });
        state.generation += 1;
        state.key_id = key_id;
        state.refresh_hash = TokenHash::of(&tokens.refresh);
        state.access_hash = TokenHash::of(&tokens.access);
        state.rotated_at = at;
        state.expires_at = (at + Self::IDLE_LIFETIME).min(state.created_at + Self::LIFETIME);
        state.access_expires_at = (at + Self::ACCESS_LIFETIME).min(state.expires_at);
        state.updated_at = at;
    }

    /// Ends the session.
    pub const fn revoke(&mut self, at: Timestamp) {
        self.0.revoked_at = Some(at);
        self.0.updated_at = at;
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        let previous = |state: &SessionState| state.previous_access.map(|access| access.expires_at);
        let mut changes = Changes::none()
            .field("user_id", json!(old.map(|s| s.user)), json!(new.user))
            .field(
                "generation",
                json!(old.map(|s| s.generation)),
                json!(new.generation),
            )
            .field("key_id", json!(old.map(|s| s.key_id)), json!(new.key_id))
            .field(
                "access_expires_at",
                shown(old.map(|s| s.access_expires_at)),
                shown(Some(new.access_expires_at)),
            )
            .field(
                "previous_access_expires_at",
                shown(old.and_then(previous)),
                shown(previous(new)),
            )
            .field(
                "rotated_at",
                shown(old.map(|s| s.rotated_at)),
                shown(Some(new.rotated_at)),
            )
            .field(
                "expires_at",
                shown(old.map(|s| s.expires_at)),
                shown(Some(new.expires_at)),
            )
            .field(
                "revoked_at",
                shown(old.and_then(|s| s.revoked_at)),
                shown(new.revoked_at),
            )
            .field("ip", json!(old.and_then(|s| s.ip)), json!(new.ip))
            .field(
                "user_agent",
                json!(old.and_then(|s| s.user_agent.as_ref())),
                json!(new.user_agent),
            );
        if old.map(|s| s.refresh_hash) != Some(new.refresh_hash) {
            changes = changes.secret("refresh_hash", old.is_some());
        }
        if old.map(|s| s.access_hash) != Some(new.access_hash) {
            changes = changes.secret("access_hash", old.is_some());
        }
        let hash = |state: &SessionState| state.previous_access.map(|access| access.hash);
        if old.and_then(hash) != hash(new) {
            changes = changes.secret("previous_access_hash", old.and_then(hash).is_some());
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use kernel::{RequestId, Secret};
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_session_shows_neither_its_place_nor_its_tokens() {
        let origin = Origin {
            ip: Some(IpAddr::from([203, 0, 113, 7])),
            user_agent: Some("Mosaic".to_owned()),
            ..Origin::internal(RequestId::from_uuid(Uuid::nil()))
        };
        let tokens = TokenPair {
            access: Secret::new("open".to_owned()),
            refresh: Secret::new("sesame".to_owned()),
        };
        let at = datetime!(2026-01-15 12:00 UTC);
        let (id, user) = (Uuid::nil(), UserId::from_uuid(Uuid::nil()));
        let session = Session::open(SessionId::from_uuid(id), user, &tokens, 1, &origin, at);

        let shown = format!("{session:?}");

        for hidden in ["203.0.113.7", "Mosaic", "hash", "open", "sesame"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
        assert!(shown.contains("generation: 1"), "{shown}");
    }
}
