//! `RateLimiter`

use kernel::{Quota, RateDecision, Timestamp};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, id};

/// The cases of limits.
#[macro_export]
macro_rules! for_each_limit_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_burst_is_allowed_and_then_one_per_interval,
            what_was_denied_does_not_count,
            keys_are_counted_apart,
            a_forgotten_key_begins_anew,
            the_decisions_are_those_of_the_quota,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_limit_case!([kernel::dispatch_contract_case] name subject);
}

const QUOTA: Quota = Quota {
    burst: 3,
    interval: Duration::seconds(10),
};

fn a_key() -> [u8; 32] {
    let half = id(std::convert::identity).into_bytes();
    [half, half].concat().try_into().unwrap()
}

const fn denied_for(seconds: i64) -> RateDecision {
    RateDecision::Denied {
        retry_after: Duration::seconds(seconds),
    }
}

async fn take<S: Subject>(subject: &S, key: [u8; 32], at: Timestamp) -> RateDecision {
    subject.limiter().take(key, QUOTA, at).await.unwrap()
}

mod cases {
    use super::{Duration, NOW, QUOTA, RateDecision, Subject, a_key, denied_for, take};

    pub(super) async fn a_burst_is_allowed_and_then_one_per_interval<S: Subject>(subject: &S) {
        let key = a_key();
        for _ in 0..3 {
            assert_eq!(take(subject, key, NOW).await, RateDecision::Allowed);
        }
        assert_eq!(take(subject, key, NOW).await, denied_for(10));
        let later = NOW + Duration::seconds(10);
        assert_eq!(take(subject, key, later).await, RateDecision::Allowed);
        assert_eq!(take(subject, key, later).await, denied_for(10));
    }

    pub(super) async fn what_was_denied_does_not_count<S: Subject>(subject: &S) {
        let key = a_key();
        for _ in 0..3 {
            take(subject, key, NOW).await;
        }
        for second in 0..9 {
            let at = NOW + Duration::seconds(second);
            assert_eq!(take(subject, key, at).await, denied_for(10 - second));
        }
        let later = NOW + Duration::seconds(10);
        assert_eq!(take(subject, key, later).await, RateDecision::Allowed);
    }

    pub(super) async fn keys_are_counted_apart<S: Subject>(subject: &S) {
        let (key, other) = (a_key(), a_key());
        for _ in 0..3 {
            take(subject, key, NOW).await;
        }

        assert_eq!(take(subject, other, NOW).await, RateDecision::Allowed);
    }

    pub(super) async fn a_forgotten_key_begins_anew<S: Subject>(subject: &S) {
        let (key, other) = (a_key(), a_key());
        for _ in 0..3 {
            take(subject, key, NOW).await;
            take(subject, other, NOW).await;
        }
        subject.limiter().reset(key).await.unwrap();
        subject.limiter().reset(a_key()).await.unwrap();

        assert_eq!(take(subject, key, NOW).await, RateDecision::Allowed);
        assert_eq!(take(subject, other, NOW).await, denied_for(10));
    }

    pub(super) async fn the_decisions_are_those_of_the_quota<S: Subject>(subject: &S) {
        let key = a_key();
        let mut kept = None;
        for milliseconds in [
            0, 1, 2, 3, 9_999, 10_000, 10_001, 50_000, 50_000, 49_000, 80_000,
        ] {
            let at = NOW + Duration::milliseconds(milliseconds);
            let (next, expected) = QUOTA.decide(kept, at);
            assert_eq!(
                take(subject, key, at).await,
                expected,
                "after {milliseconds} ms"
            );
            if expected == RateDecision::Allowed {
                kept = Some(next);
            }
        }
    }
}
