//! Use cases: checking addresses without storing them.

use std::sync::Arc;

use kernel::{Checked, Clock, KeyPurpose, KeyRing, Quota, RateLimiter, TenantScope};
use time::Duration;

use crate::contacts::rules_in;
use crate::ports::ContactStore;
use crate::{ContactError, Judge, Verdict};

/// An address that somebody wants to know about, and what is to be thought of it.
#[derive(Clone, PartialEq, Eq)]
pub struct CheckedAddress {
    /// The text as it was given.
    pub address: String,
    /// What is to be thought of it.
    pub verdict: Verdict,
}

/// Shows nothing of the address.
impl std::fmt::Debug for CheckedAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckedAddress")
            .field("verdict", &self.verdict)
            .finish_non_exhaustive()
    }
}

/// Checks addresses as every other door judges them, and stores nothing.
#[derive(Clone)]
pub struct EmailChecks {
    store: Arc<dyn ContactStore>,
    judge: Judge,
    limiter: Arc<dyn RateLimiter>,
    keys: Arc<dyn KeyRing>,
    clock: Arc<dyn Clock>,
}

impl EmailChecks {
    /// The most addresses that are checked at once.
    pub const MAX_ADDRESSES: usize = 1_000;

    /// The most octets of a text that is checked.
    pub const MAX_LEN: usize = 320;

    /// How often an organization may have addresses checked: a form does it at every entry, a program in bulk.
    const QUOTA: Quota = Quota {
        burst: 120,
        interval: Duration::milliseconds(500),
    };

    /// Checks by the rules in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn ContactStore>,
        judge: Judge,
        limiter: Arc<dyn RateLimiter>,
        keys: Arc<dyn KeyRing>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            judge,
            limiter,
            keys,
            clock,
        }
    }

    /// What is to be thought of these addresses, in their order.
    pub async fn check(
        &self,
        scope: &TenantScope,
        addresses: Checked<Vec<String>>,
    ) -> Result<Vec<CheckedAddress>, ContactError> {
        let addresses = addresses?;
        self.count(scope).await?;
        let known = self
            .judge
            .look_up(
                addresses.iter().map(String::as_str),
                Judge::PATIENCE_OF_REQUESTS,
            )
            .await;
        let unit = self.store.begin(scope).await?;
        let rules = rules_in(unit.as_ref()).await?;
        unit.commit().await?;
        Ok(addresses
            .into_iter()
            .map(|address| {
                let verdict = self.judge.verdict(&address, &known, &rules);
                CheckedAddress { address, verdict }
            })
            .collect())
    }

    async fn count(&self, scope: &TenantScope) -> Result<(), ContactError> {
        let name = format!("email-checks:{}", scope.organization());
        let key = self.keys.mac(KeyPurpose::RateLimit, name.as_bytes()).tag;
        let now = self.clock.now();
        let decision = self.limiter.take(key, Self::QUOTA, now).await?;
        match decision.retry_after() {
            None => Ok(()),
            Some(retry_after) => Err(ContactError::Limited { retry_after }),
        }
    }
}
