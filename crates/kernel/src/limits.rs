//! Limits on how often something may be done.

use async_trait::async_trait;
use time::Duration;

use crate::{StorageError, Timestamp};

/// How often something may be done: `burst` times at once, and after that once per `interval`.
///
/// The generic cell rate algorithm (ITU-T I.371, annex A): one instant per key is all there is to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many times in a row, after a long pause.
    pub burst: u16,
    /// How long until one more is allowed.
    pub interval: Duration,
}

/// Whether it may be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateDecision {
    /// Yes; this time was counted.
    Allowed,
    /// No; it was not counted.
    Denied {
        /// How long until the next time is allowed.
        retry_after: Duration,
    },
}

impl RateDecision {
    /// Whole seconds until the next time is allowed, rounded up; `None` where it was allowed now.
    #[must_use]
    pub fn retry_after(self) -> Option<u64> {
        let Self::Denied { retry_after } = self else {
            return None;
        };
        let seconds = retry_after.whole_seconds() + i64::from(retry_after.subsec_nanoseconds() > 0);
        Some(u64::try_from(seconds).unwrap_or(1))
    }
}

/// Counts what is done per key, for all processes of the installation together.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts one more time for `key`, if its quota allows. Concurrent calls MUST NOT together
    /// exceed the quota. The key is a keyed hash, so that no personal data is kept.
    async fn take(
        &self,
        key: [u8; 32],
        quota: Quota,
        now: Timestamp,
    ) -> Result<RateDecision, StorageError>;

    /// Forgets what was counted for `key`.
    async fn reset(&self, key: [u8; 32]) -> Result<(), StorageError>;
}

impl Quota {
    /// The instant after the next allowed one, and the decision, given the theoretical arrival time
    /// that was kept for the key; the rule that every adapter applies.
    #[must_use]
    pub fn decide(self, kept: Option<Timestamp>, now: Timestamp) -> (Timestamp, RateDecision) {
        let earliest = kept.map_or(now, |kept| kept.max(now));
        let tolerance = self.interval * i32::from(self.burst.saturating_sub(1));
        let wait = earliest - now - tolerance;
        if wait > Duration::ZERO {
            (earliest, RateDecision::Denied { retry_after: wait })
        } else {
            (earliest + self.interval, RateDecision::Allowed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_one_per_interval() {
        let quota = Quota {
            burst: 3,
            interval: Duration::seconds(10),
        };
        let start = Timestamp::UNIX_EPOCH;
        let mut kept = None;
        let mut take = |at| {
            let (next, decision) = quota.decide(kept, at);
            if decision == RateDecision::Allowed {
                kept = Some(next);
            }
            decision
        };

        for _ in 0..3 {
            assert_eq!(take(start), RateDecision::Allowed);
        }
        assert_eq!(
            take(start),
            RateDecision::Denied {
                retry_after: Duration::seconds(10)
            }
        );
        assert_eq!(take(start + Duration::seconds(10)), RateDecision::Allowed);
        assert_eq!(
            take(start + Duration::seconds(11)),
            RateDecision::Denied {
                retry_after: Duration::seconds(9)
            }
        );
    }
}
