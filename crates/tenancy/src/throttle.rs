//! How often passwords may be tried.

use std::sync::Arc;

use kernel::{
    EmailAddress, KeyPurpose, KeyRing, Origin, Quota, RateDecision, RateLimiter, StorageError,
    Timestamp, UserId,
};
use time::Duration;

use crate::TenancyError;
use crate::network::network_of;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tries<'a> {
    /// Logins to one address, whether there is an account or not.
    LoginTo(&'a EmailAddress),
    /// Logins from one network.
    LoginFrom(&'a Origin),
    /// Guesses of the present password by somebody who is logged in.
    PasswordOf(UserId),
}

impl Tries<'_> {
    /// A person mistypes a few times in a row; a network may hold a whole office.
    const fn quota(self) -> Quota {
        match self {
            Self::LoginTo(_) | Self::PasswordOf(_) => Quota {
                burst: 10,
                interval: Duration::seconds(30),
            },
            Self::LoginFrom(_) => Quota {
                burst: 100,
                interval: Duration::seconds(2),
            },
        }
    }

    /// What the limit's key is derived from; `None` where there is nothing to count by.
    fn name(self) -> Option<String> {
        match self {
            Self::LoginTo(email) => Some(format!("login:address:{}", email.case_folded())),
            Self::LoginFrom(origin) => origin
                .ip
                .map(|ip| format!("login:network:{}", network_of(ip))),
            Self::PasswordOf(user) => Some(format!("password:user:{user}")),
        }
    }
}

/// How often a refusal is written down.
const REFUSALS_TOLD: Quota = Quota {
    burst: 1,
    interval: Duration::seconds(60),
};

/// Counts tries under keyed names, for all processes together.
#[derive(Clone)]
pub(crate) struct Throttle {
    limiter: Arc<dyn RateLimiter>,
    keys: Arc<dyn KeyRing>,
}

impl Throttle {
    pub(crate) fn new(limiter: Arc<dyn RateLimiter>, keys: Arc<dyn KeyRing>) -> Self {
        Self { limiter, keys }
    }

    /// Counts one try, or refuses it with [`TenancyError::Limited`].
    pub(crate) async fn count(&self, tries: Tries<'_>, at: Timestamp) -> Result<(), TenancyError> {
        let Some(name) = tries.name() else {
            return Ok(());
        };
        let key = self.key(&name);
        let decision = self.limiter.take(key, tries.quota(), at).await?;
        match decision.retry_after() {
            None => Ok(()),
            Some(retry_after) => Err(TenancyError::Limited { retry_after }),
        }
    }

    /// Whether a refusal is to be written down: once in a while, so that whoever is refused by the
    /// thousand does not fill the log.
    pub(crate) async fn is_news(
        &self,
        tries: Tries<'_>,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let Some(name) = tries.name() else {
            return Ok(false);
        };
        let key = self.key(&format!("refused:{name}"));
        let decision = self.limiter.take(key, REFUSALS_TOLD, at).await?;
        Ok(decision == RateDecision::Allowed)
    }

    /// Forgets the tries, because one succeeded; where that fails, they count on for a while.
    pub(crate) async fn forget(&self, tries: Tries<'_>) {
        let Some(name) = tries.name() else {
            return;
        };
        if let Err(error) = self.limiter.reset(self.key(&name)).await {
            tracing::warn!(error = %error, "tries before a success were not forgotten");
        }
    }

    fn key(&self, name: &str) -> [u8; 32] {
        self.keys
            .lasting_mac(KeyPurpose::RateLimit, name.as_bytes())
            .tag
    }
}
