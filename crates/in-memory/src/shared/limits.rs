//! Limits on how often something may be done.

use async_trait::async_trait;
use kernel::{Quota, RateDecision, RateLimiter, StorageError, Timestamp};

use crate::MemoryDatabase;

#[async_trait]
impl RateLimiter for MemoryDatabase {
    async fn take(
        &self,
        key: [u8; 32],
        quota: Quota,
        now: Timestamp,
    ) -> Result<RateDecision, StorageError> {
        Ok(self.with_limits(|limits| {
            let (next_at, decision) = quota.decide(limits.get(&key).copied(), now);
            if decision == RateDecision::Allowed {
                limits.insert(key, next_at);
            }
            decision
        }))
    }

    async fn reset(&self, key: [u8; 32]) -> Result<(), StorageError> {
        self.with_limits(|limits| limits.remove(&key));
        Ok(())
    }
}
