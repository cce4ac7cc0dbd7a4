//! When periodic jobs have their turn, in UTC.
//!
//! A **turn** is the instant at which a job is to run. What is remembered is the turn that a job last ran for, not when it
//! ran: so a run that begins late is still that turn's, turns that were missed are caught up by one run for the latest of
//! them, and a clock that jumps back makes nothing run twice. Daylight saving does not exist here.

use std::fmt;
use std::str::FromStr;

use kernel::{FieldFault, Timestamp};
use time::{Duration, Time, Weekday};

/// A job that runs again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodicJob {
    /// Sums up the days whose events changed.
    Aggregation,
    /// Takes personal values out of old events, audit entries and answers; this version has no task for it.
    Anonymisation,
    /// Puts old events and audit entries away; this version has no task for it.
    Archive,
    /// Makes the partitions of the months to come.
    PartitionMaintenance,
    /// Removes for good what was deleted long enough ago.
    Purge,
    /// Removes sessions, invitations and idempotency keys that ran out.
    Expiry,
}

/// When a job has its turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// At the full hour.
    Hourly,
    /// Every day at this hour.
    Daily(u8),
    /// Every week on this day at this hour.
    Weekly(Weekday, u8),
    /// On the first of every month at this hour.
    Monthly(u8),
}

/// The text names no periodic job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of aggregation, anonymisation, archive, partition-maintenance, purge, expiry")]
pub struct UnknownPeriodicJob;

impl PeriodicJob {
    /// Every job.
    pub const ALL: [Self; 6] = [
        Self::Aggregation,
        Self::Anonymisation,
        Self::Archive,
        Self::PartitionMaintenance,
        Self::Purge,
        Self::Expiry,
    ];

    /// The job's word in storage, on the wire and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aggregation => "aggregation",
            Self::Anonymisation => "anonymisation",
            Self::Archive => "archive",
            Self::PartitionMaintenance => "partition-maintenance",
            Self::Purge => "purge",
            Self::Expiry => "expiry",
        }
    }

    /// When it has its turns.
    #[must_use]
    pub const fn rhythm(self) -> Rhythm {
        match self {
            Self::Aggregation => Rhythm::Daily(2),
            Self::Anonymisation => Rhythm::Weekly(Weekday::Sunday, 3),
            Self::Archive => Rhythm::Monthly(4),
            Self::PartitionMaintenance | Self::Expiry => Rhythm::Hourly,
            Self::Purge => Rhythm::Daily(5),
        }
    }

    /// Whether it also runs whenever the program starts, besides its turns.
    #[must_use]
    pub const fn runs_at_start(self) -> bool {
        matches!(self, Self::PartitionMaintenance)
    }

    /// The turn that it has to run for now, given the one that it last ran for; `None` where there is none.
    ///
    /// What never ran has the latest turn that there was. Of several turns that were missed only the latest is told.
    /// A last turn that is not yet, because a clock jumped back, leaves nothing to do.
    #[must_use]
    pub fn due(self, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let turn = self.rhythm().latest(now);
        last.is_none_or(|last| last < turn).then_some(turn)
    }
}

impl Rhythm {
    /// The latest turn that is not after an instant.
    #[must_use]
    pub fn latest(self, at: Timestamp) -> Timestamp {
        let hour = |date: time::Date, hour: u8| {
            date.with_time(Time::MIDNIGHT).assume_utc() + Duration::hours(hour.into())
        };
        let (turn, before) = match self {
            Self::Hourly => {
                let turn = hour(at.date(), at.hour());
                (turn, turn)
            }
            Self::Daily(at_hour) => {
                let turn = hour(at.date(), at_hour);
                (turn, turn - Duration::DAY)
            }
            Self::Weekly(day, at_hour) => {
                let since = at.weekday().number_days_from_monday() + 7;
                let since = (since - day.number_days_from_monday()) % 7;
                let turn = hour(at.date(), at_hour) - Duration::days(since.into());
                (turn, turn - Duration::WEEK)
            }
            Self::Monthly(at_hour) => {
                let first = at.date().replace_day(1).unwrap_or(at.date());
                let last = first.previous_day().unwrap_or(first);
                let before = last.replace_day(1).unwrap_or(last);
                (hour(first, at_hour), hour(before, at_hour))
            }
        };
        if turn <= at { turn } else { before }
    }

    /// The first turn after an instant.
    #[must_use]
    pub fn next(self, after: Timestamp) -> Timestamp {
        let latest = self.latest(after);
        let least = match self {
            Self::Hourly => Duration::HOUR,
            Self::Daily(_) => Duration::DAY,
            Self::Weekly(..) => Duration::WEEK,
            // The turn of the next month is the latest one when that month surely has begun, and not yet the one after.
            Self::Monthly(_) => Duration::days(32),
        };
        self.latest(latest.saturating_add(least))
    }
}

impl FromStr for PeriodicJob {
    type Err = UnknownPeriodicJob;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or(UnknownPeriodicJob)
    }
}

impl fmt::Display for PeriodicJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<UnknownPeriodicJob> for FieldFault {
    fn from(error: UnknownPeriodicJob) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    /// A Sunday, the last day but one of a month.
    const START: Timestamp = datetime!(2026-03-29 0:00 UTC);

    #[test]
    fn turns_are_when_they_are_said_to_be() {
        let at = datetime!(2026-03-01 3:30 UTC);
        for (job, latest, next) in [
            (
                PeriodicJob::Aggregation,
                datetime!(2026-03-01 2:00 UTC),
                datetime!(2026-03-02 2:00 UTC),
            ),
            (
                PeriodicJob::Anonymisation,
                datetime!(2026-03-01 3:00 UTC),
                datetime!(2026-03-08 3:00 UTC),
            ),
            (
                PeriodicJob::Archive,
                datetime!(2026-02-01 4:00 UTC),
                datetime!(2026-03-01 4:00 UTC),
            ),
            (
                PeriodicJob::Expiry,
                datetime!(2026-03-01 3:00 UTC),
                datetime!(2026-03-01 4:00 UTC),
            ),
            (
                PeriodicJob::Purge,
                datetime!(2026-02-28 5:00 UTC),
                datetime!(2026-03-01 5:00 UTC),
            ),
        ] {
            assert_eq!(job.rhythm().latest(at), latest, "{job}");
            assert_eq!(job.rhythm().next(at), next, "{job}");
            assert_eq!(job.to_string().parse(), Ok(job));
        }
        assert_eq!("nap".parse::<PeriodicJob>(), Err(UnknownPeriodicJob));
    }

    #[test]
    fn what_was_missed_is_caught_up_once() {
        let job = PeriodicJob::Aggregation;
        let last = datetime!(2026-03-01 2:00 UTC);
        let now = datetime!(2026-03-09 14:00 UTC);

        let turn = job.due(Some(last), now);
        assert_eq!(turn, Some(datetime!(2026-03-09 2:00 UTC)));
        assert_eq!(job.due(turn, now), None);
        assert_eq!(job.due(None, now), turn);
    }

    #[test]
    fn a_clock_that_jumps_back_makes_nothing_run() {
        let now = datetime!(2026-03-09 14:00 UTC);
        for job in PeriodicJob::ALL {
            let last = job.due(None, now);
            for back in [Duration::SECOND, Duration::HOUR, Duration::days(400)] {
                assert_eq!(job.due(last, now - back), None, "{job}");
            }
        }
    }

    #[test]
    fn through_ten_days_every_turn_is_run_for_once() {
        let count = |job: PeriodicJob| {
            let mut last = Some(job.rhythm().latest(START));
            let mut turns = 0;
            // A look every minute and a half, and one on the last instant.
            for tick in 1..=9_600_i64 {
                if let Some(turn) = job.due(last, START + Duration::seconds(90 * tick)) {
                    last = Some(turn);
                    turns += 1;
                }
            }
            turns
        };
        assert_eq!(count(PeriodicJob::Aggregation), 10);
        assert_eq!(count(PeriodicJob::Anonymisation), 2);
        assert_eq!(count(PeriodicJob::Archive), 1);
        assert_eq!(count(PeriodicJob::Expiry), 240);
    }

    proptest! {
        #[test]
        fn whenever_one_looks_no_turn_is_run_for_twice_and_none_that_was_seen_is_missed(
            // Looks up to six hours apart, some of them back in time.
            steps in proptest::collection::vec(-7_200..21_600_i64, 1..60),
            job in 0..6_usize,
        ) {
            let job = PeriodicJob::ALL[job];
            let mut last = Some(job.rhythm().latest(START));
            let mut now = START;
            let mut latest_seen = START;
            let mut turns = BTreeSet::new();
            for step in steps {
                now += Duration::seconds(step);
                latest_seen = latest_seen.max(now);
                if let Some(turn) = job.due(last, now) {
                    prop_assert!(turn <= now && turns.insert(turn));
                    last = Some(turn);
                }
                prop_assert_eq!(job.due(last, now), None);
                prop_assert_eq!(last, Some(job.rhythm().latest(latest_seen)));
            }
        }

        #[test]
        fn the_next_turn_is_the_first_one_after(second in 0..4_000_000_000_i64, job in 0..6_usize) {
            let rhythm = PeriodicJob::ALL[job].rhythm();
            let at = Timestamp::from_unix_timestamp(second).expect("an instant");

            let next = rhythm.next(at);

            prop_assert!(rhythm.latest(at) <= at && at < next);
            prop_assert_eq!(rhythm.latest(next - Duration::MICROSECOND), rhythm.latest(at));
            prop_assert_eq!(rhythm.latest(next), next);
        }
    }
}
