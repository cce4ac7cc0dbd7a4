//! Who somebody is, by what they bear.

use kernel::{Origin, Secret};

use crate::{ApiKeyAuthentication, BearerKind, Principal, Sessions, TenancyError};

/// Finds out who bears a token of any kind.
#[derive(Clone)]
pub struct Authentication {
    sessions: Sessions,
    api_keys: ApiKeyAuthentication,
}

impl Authentication {
    /// Authentication by sessions and API keys.
    #[must_use]
    pub const fn new(sessions: Sessions, api_keys: ApiKeyAuthentication) -> Self {
        Self { sessions, api_keys }
    }

    /// Who bears this token; all refusals are [`TenancyError::Unauthenticated`].
    pub async fn authenticate(
        &self,
        bearer: &Secret,
        origin: Origin,
    ) -> Result<Principal, TenancyError> {
        match BearerKind::of(bearer) {
            Some(BearerKind::AccessToken) => self.sessions.authenticate(bearer, origin).await,
            Some(BearerKind::ApiKey) => self.api_keys.authenticate(bearer, origin).await,
            None => Err(TenancyError::Unauthenticated),
        }
    }
}
