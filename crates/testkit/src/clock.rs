//! Time that stands still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};

use kernel::{Clock, Timestamp};
use time::Duration;
use time::macros::datetime;

/// A clock that a test sets; clones show the same time.
#[derive(Clone, Debug)]
pub struct FixedClock(Arc<Mutex<Timestamp>>);

impl FixedClock {
    /// Where [`FixedClock::default`] stands: noon of 15 January 2026, UTC.
    pub const START: Timestamp = datetime!(2026-01-15 12:00 UTC);

    /// A clock that stands at `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(at)))
    }

    /// Moves the time forward, or backward by a negative duration.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// Moves the time to `at`.
    pub fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Default for FixedClock {
    fn default() -> Self {
        Self::at(Self::START)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_stands_still_until_it_is_moved_and_then_for_all_clones() {
        let clock = FixedClock::default();
        let clone = clock.clone();

        assert_eq!(clock.now(), FixedClock::START);
        clock.advance(Duration::seconds(90));

        assert_eq!(clone.now(), FixedClock::START + Duration::seconds(90));
    }
}
