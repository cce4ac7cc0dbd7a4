//! When a campaign begins, and when each of its mails goes out.

use std::str::FromStr;

use kernel::{FieldFault, Timestamp};
use time::Duration;

/// How many mails of a campaign go out in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendRate(u32);

/// The number is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rate is {} to {} mails in a minute", SendRate::MIN, SendRate::MAX)]
pub struct InvalidSendRate;

/// What happens to a campaign that could not begin at its time because nothing was running.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PastSchedule {
    /// It stays scheduled, marked as missed, until somebody decides.
    #[default]
    Ask,
    /// It begins late.
    Send,
    /// It does not begin, and is a draft again.
    Skip,
}

/// What is to happen to a scheduled campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Its time has not come.
    Waits,
    /// It begins.
    Begins,
    /// Its time was missed, and somebody has to decide.
    Asks,
    /// Its time was missed, and it does not begin.
    Lapses,
}

/// The text names no such policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of ask, send, skip")]
pub struct UnknownPastSchedule;

impl SendRate {
    /// The lowest rate.
    pub const MIN: u32 = 1;
    /// The highest rate.
    pub const MAX: u32 = 1_000_000;

    /// So many mails in a minute.
    pub const fn per_minute(mails: u32) -> Result<Self, InvalidSendRate> {
        if mails < Self::MIN || mails > Self::MAX {
            return Err(InvalidSendRate);
        }
        Ok(Self(mails))
    }

    /// How many mails go out in a minute.
    #[must_use]
    pub const fn mails(self) -> u32 {
        self.0
    }

    /// When the mail goes out before which `earlier` others went, to the microsecond.
    #[must_use]
    pub fn time_of(self, earlier: u64, start: Timestamp) -> Timestamp {
        let minute = 60_000_000_u128;
        let microseconds = u128::from(earlier) * minute / u128::from(self.0);
        let later = i64::try_from(microseconds).map_or(Duration::MAX, Duration::microseconds);
        start.saturating_add(later)
    }
}

impl SendRate {
    /// How many mails may go out within a time; none where it is no time at all.
    #[must_use]
    pub fn mails_in(self, span: Duration) -> u64 {
        let microseconds = u128::try_from(span.whole_microseconds()).unwrap_or_default();
        let mails = microseconds * u128::from(self.0) / 60_000_000;
        u64::try_from(mails).unwrap_or(u64::MAX)
    }
}

impl From<InvalidSendRate> for FieldFault {
    fn from(error: InvalidSendRate) -> Self {
        Self::new("out-of-range", error.to_string())
    }
}

impl PastSchedule {
    /// How late a campaign may begin without having been missed: what a restart or a busy worker costs.
    pub const GRACE: Duration = Duration::minutes(15);

    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Ask, Self::Send, Self::Skip];

    /// The policy's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Send => "send",
            Self::Skip => "skip",
        }
    }

    /// What is to happen at `now` to a campaign that was scheduled for `at`.
    #[must_use]
    pub fn due(self, at: Timestamp, now: Timestamp) -> Due {
        if now < at {
            return Due::Waits;
        }
        if now - at <= Self::GRACE {
            return Due::Begins;
        }
        match self {
            Self::Ask => Due::Asks,
            Self::Send => Due::Begins,
            Self::Skip => Due::Lapses,
        }
    }
}

impl FromStr for PastSchedule {
    type Err = UnknownPastSchedule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == text)
            .ok_or(UnknownPastSchedule)
    }
}

impl From<UnknownPastSchedule> for FieldFault {
    fn from(error: UnknownPastSchedule) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    const START: Timestamp = datetime!(2026-01-15 12:00 UTC);

    #[test]
    fn mails_go_out_evenly() {
        let rate = SendRate::per_minute(90).unwrap();

        assert_eq!(rate.time_of(0, START), START);
        assert_eq!(rate.time_of(45, START), START + Duration::seconds(30));
        assert_eq!(
            rate.time_of(90_000, START),
            START + Duration::minutes(1_000)
        );
        assert!(rate.time_of(u64::MAX, START) > START);
        for bad in [0, SendRate::MAX + 1, u32::MAX] {
            assert_eq!(SendRate::per_minute(bad), Err(InvalidSendRate));
        }
    }

    #[test]
    fn a_missed_campaign_asks_begins_late_or_lapses() {
        let late = START + PastSchedule::GRACE + Duration::microseconds(1);

        for policy in PastSchedule::ALL {
            assert_eq!(policy.due(START, START - Duration::SECOND), Due::Waits);
            assert_eq!(policy.due(START, START), Due::Begins);
            assert_eq!(policy.due(START, START + PastSchedule::GRACE), Due::Begins);
            assert_eq!(policy.as_str().parse(), Ok(policy));
        }
        assert_eq!(PastSchedule::Ask.due(START, late), Due::Asks);
        assert_eq!(PastSchedule::Send.due(START, late), Due::Begins);
        assert_eq!(PastSchedule::Skip.due(START, late), Due::Lapses);
    }

    proptest! {
        #[test]
        fn no_minute_has_more_mails_than_the_rate(mails in 1..5_000_u32, first in 0..100_000_u64) {
            let rate = SendRate::per_minute(mails).unwrap();

            let begin = rate.time_of(first, START);
            let beyond = rate.time_of(first + u64::from(mails), START);

            prop_assert!(beyond - begin >= Duration::MINUTE - Duration::MICROSECOND);
            prop_assert!(rate.time_of(first + 1, START) >= begin);
        }
    }
}
