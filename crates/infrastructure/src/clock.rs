//! The real time, and ids in its order.

use kernel::{Clock, IdGenerator, RandomBytes, Timestamp};
use time::OffsetDateTime;
use uuid::{ContextV7, Uuid};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is injected with"
    )]
    fn now(&self) -> Timestamp {
        let now = OffsetDateTime::now_utc();
        now.replace_nanosecond(now.microsecond() * 1_000)
            .unwrap_or(now)
    }
}

/// UUIDv7 in the order in which they were asked for, also within a millisecond (RFC 9562, section 6.2).
#[derive(Debug, Default)]
pub struct SystemIds {
    context: std::sync::Mutex<ContextV7>,
}

impl IdGenerator for SystemIds {
    fn next(&self) -> Uuid {
        let context = self
            .context
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(uuid::Timestamp::now(&*context))
    }
}

/// The operating system's source of chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl RandomBytes for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "without chance there are no secrets, and the program must not go on"
    )]
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system's source of chance answers");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_ticks_in_whole_microseconds() {
        assert_eq!(SystemClock.now().nanosecond() % 1_000, 0);
    }

    #[test]
    fn ids_come_in_their_own_order() {
        let ids = SystemIds::default();
        let made = (0..10_000).map(|_| ids.next()).collect::<Vec<_>>();

        assert!(made.is_sorted());
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }
}
