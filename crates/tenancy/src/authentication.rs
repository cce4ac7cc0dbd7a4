//! Who somebody is, by what they bear.

use kernel::{Origin, Secret};

use crate::{BearerKind, Principal, Sessions, TenancyError};

/// Finds out who bears a token of any kind.
#[derive(Clone)]
pub struct Authentication {
    sessions: Sessions,
}

impl Authentication {
    /// Authentication by sessions.
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }

    /// Who bears this token; all refusals are [`TenancyError::Unauthenticated`].
    pub async fn authenticate(
        &self,
        bearer: &Secret,
        origin: Origin,
    ) -> Result<Principal, TenancyError> {
        match BearerKind::of(bearer) {
            Some(BearerKind::AccessToken) => self.sessions.authenticate(bearer, origin).await,
            Some(BearerKind::ApiKey) | None => Err(TenancyError::Unauthenticated),
        }
    }
}
