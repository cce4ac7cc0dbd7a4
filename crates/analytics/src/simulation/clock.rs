//! When a simulation plays.

use kernel::{FieldFault, Timestamp};
use time::{Duration, OffsetDateTime};

/// How fast a simulation plays: all at once, in the past, or from now on so many times as fast as life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    factor: Option<f64>,
}

/// The number is no pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a pace is from {} to {} times as fast as life",
    Pace::SLOWEST,
    Pace::FASTEST
)]
pub struct InvalidPace;

/// A simulation cannot start then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStart {
    /// The last event would lie in the future.
    #[error("the whole simulation has to lie in the past: it starts at {latest} or before")]
    TooLate {
        /// The latest start that leaves everything in the past.
        latest: Timestamp,
    },
    /// It is before the time that ids can tell.
    #[error("a simulation starts in 1970 or later")]
    TooEarly,
}

/// Turns the offsets of a journey into instants.
///
/// `instant` puts an offset that long after the start, and the start so early that nothing lies in the future. `paced` makes
/// every offset shorter by its factor: what would take an hour takes a minute at 60, and is to be recorded when that minute
/// is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VirtualClock {
    start_at: Timestamp,
    pace: Pace,
}

impl Pace {
    /// The slowest pace: that of life.
    pub const SLOWEST: f64 = 1.0;
    /// The fastest pace.
    pub const FASTEST: f64 = 1_000_000.0;

    /// All at once, in the past: every event is back-dated.
    pub const INSTANT: Self = Self { factor: None };

    /// From now on, so many times as fast as life.
    pub fn paced(factor: f64) -> Result<Self, InvalidPace> {
        if (Self::SLOWEST..=Self::FASTEST).contains(&factor) {
            let factor = Some(factor);
            Ok(Self { factor })
        } else {
            Err(InvalidPace)
        }
    }

    /// How many times as fast as life it plays; `None` for all at once.
    #[must_use]
    pub const fn factor(self) -> Option<f64> {
        self.factor
    }
}

impl VirtualClock {
    /// Plays all at once in the past, from `start_at`; without one as late as possible. The last event lies `horizon` behind
    /// the start.
    pub fn instant(
        start_at: Option<Timestamp>,
        horizon: Duration,
        now: Timestamp,
    ) -> Result<Self, InvalidStart> {
        let latest = now.saturating_sub(horizon);
        let start_at = start_at.unwrap_or(latest);
        if start_at > latest {
            return Err(InvalidStart::TooLate { latest });
        }
        if start_at < OffsetDateTime::UNIX_EPOCH {
            return Err(InvalidStart::TooEarly);
        }
        Ok(Self::resume(start_at, Pace::INSTANT))
    }

    /// The clock of a simulation that was started before: the same start and pace give the same instants.
    #[must_use]
    pub const fn resume(start_at: Timestamp, pace: Pace) -> Self {
        Self { start_at, pace }
    }

    /// When the first mail goes out.
    #[must_use]
    pub const fn start_at(&self) -> Timestamp {
        self.start_at
    }

    /// How fast it plays.
    #[must_use]
    pub const fn pace(&self) -> Pace {
        self.pace
    }

    /// The instant that lies so far behind the start, in whole microseconds.
    #[must_use]
    pub fn at(&self, offset: Duration) -> Timestamp {
        let micros = offset.whole_microseconds();
        let micros = match self.pace.factor {
            None => i64::try_from(micros).unwrap_or(i64::MAX),
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "offsets are exact up to 285 years, and longer ones saturate"
            )]
            Some(factor) => (micros as f64 / factor) as i64,
        };
        self.start_at.saturating_add(Duration::microseconds(micros))
    }

    /// How long after the start something is in the life that is played, where this clock shows it at an instant: the
    /// offset of which [`VirtualClock::at`] makes the instant again, to the microsecond.
    #[must_use]
    pub fn offset_of(&self, at: Timestamp) -> Duration {
        let passed = at - self.start_at;
        match self.pace.factor {
            None => passed,
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "offsets are exact up to 285 years, and longer ones saturate"
            )]
            Some(factor) => {
                let micros = passed.whole_microseconds() as f64 * factor;
                Duration::microseconds(micros.ceil() as i64)
            }
        }
    }
}

impl From<InvalidPace> for FieldFault {
    fn from(error: InvalidPace) -> Self {
        Self::new("out-of-range", error.to_string())
    }
}

impl From<InvalidStart> for FieldFault {
    fn from(error: InvalidStart) -> Self {
        Self::new("out-of-range", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: Timestamp = datetime!(2026-06-15 12:00 UTC);

    #[test]
    fn a_simulation_of_the_past_is_over_now() {
        let horizon = Duration::days(12);
        let latest = NOW - horizon;

        let clock = VirtualClock::instant(None, horizon, NOW).unwrap();
        assert_eq!(clock.start_at(), latest);
        assert_eq!(clock.at(horizon), NOW);
        assert_eq!(clock.offset_of(NOW), horizon);

        let late = VirtualClock::instant(Some(latest + Duration::MICROSECOND), horizon, NOW);
        assert_eq!(late, Err(InvalidStart::TooLate { latest }));
        let early = VirtualClock::instant(Some(datetime!(1969-12-31 23:59 UTC)), horizon, NOW);
        assert_eq!(early, Err(InvalidStart::TooEarly));
    }

    #[test]
    fn a_paced_simulation_plays_from_now_on() {
        let clock = VirtualClock::resume(NOW, Pace::paced(60.0).unwrap());

        let at = clock.at(Duration::HOUR);

        assert_eq!(at, NOW + Duration::MINUTE);
        assert_eq!(clock.offset_of(at), Duration::HOUR);
        for bad in [0.0, 0.5, 1e7, f64::NAN] {
            assert_eq!(Pace::paced(bad), Err(InvalidPace));
        }
    }
}
