//! Keeping to a rate while mails are handed over.

use kernel::Timestamp;
use time::Duration;

use super::handing_over::GATHERING;
use crate::SendRate;

/// How many mails a rate allows. Mails are planned by their rate, and gather for a while; when nothing was handed over for
/// long, all that were due meanwhile would go out at once. So each mail takes its share of a minute, and what was not used
/// is kept for a minute and no longer: within any time, no more mails go out than the rate gives for a minute more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    rate: SendRate,
    /// Until when the time is used up.
    used_until: Timestamp,
    at: Timestamp,
}

impl Pace {
    /// The pace at an instant, where the time before `used_until` is used up; as much as gathers where nothing was handed
    /// over yet.
    pub(super) fn new(rate: SendRate, used_until: Option<Timestamp>, at: Timestamp) -> Self {
        let share = rate.time_of(1, at) - at;
        let kept_since = at - share.max(Duration::MINUTE);
        let used_until = used_until.unwrap_or(at - share.max(GATHERING));
        Self {
            rate,
            used_until: used_until.clamp(kept_since, at),
            at,
        }
    }

    /// How many mails may go out now.
    pub(super) fn allowed(self) -> u64 {
        self.rate.mails_in(self.at - self.used_until)
    }

    /// Until when the time is used up after so many mails.
    pub(super) fn after(self, mails: u64) -> Timestamp {
        self.rate.time_of(mails, self.used_until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    const START: Timestamp = datetime!(2026-01-15 12:00 UTC);

    #[test]
    fn after_a_standstill_a_minutes_mails_go_out_and_then_those_of_the_time() {
        let rate = SendRate::per_minute(60).unwrap();
        let first = Pace::new(rate, None, START);
        assert_eq!(first.allowed(), 30);
        let used = first.after(1);

        let later = START + Duration::hours(5);
        let pace = Pace::new(rate, Some(used), later);
        assert_eq!(pace.allowed(), 60);
        let used = pace.after(60);
        assert_eq!(Pace::new(rate, Some(used), later).allowed(), 0);
        let next = Pace::new(rate, Some(used), later + GATHERING);
        assert_eq!(next.allowed(), 30);
    }

    #[test]
    fn a_rate_of_one_mail_lets_one_go_and_a_clock_that_was_put_back_stops_nothing() {
        let rate = SendRate::per_minute(1).unwrap();
        assert_eq!(Pace::new(rate, None, START).allowed(), 1);
        let ahead = Some(START + Duration::hours(1));
        let pace = Pace::new(rate, ahead, START);
        assert_eq!(pace.allowed(), 0);
        let next = Pace::new(rate, Some(pace.after(0)), START + Duration::MINUTE);
        assert_eq!(next.allowed(), 1);
    }

    proptest! {
        /// Whatever the worker does in between, and however much is due.
        #[test]
        fn no_time_has_more_mails_than_the_rate_gives_for_a_minute_more(
            mails in 1..=SendRate::MAX,
            waits in prop::collection::vec(0..1_000_000_i64, 1..40),
            from in any::<prop::sample::Index>(),
        ) {
            let rate = SendRate::per_minute(mails).unwrap();
            let (mut at, mut used, mut sent) = (START, None, Vec::new());
            for wait in waits {
                at += Duration::milliseconds(wait);
                let pace = Pace::new(rate, used, at);
                used = Some(pace.after(pace.allowed()));
                sent.push((at, pace.allowed()));
            }
            let since = sent[from.index(sent.len())].0;
            for (until, _) in &sent {
                let within = sent.iter().filter(|(at, _)| (since..=*until).contains(at));
                let sum: u64 = within.map(|(_, mails)| mails).sum();
                let most = rate.mails_in((*until - since).max(Duration::ZERO) + Duration::MINUTE);
                // A share is counted in whole microseconds.
                let rounding = sent.len() as u64 * (1 + u64::from(mails) / 60_000_000);
                prop_assert!(sum <= most + rounding, "{sum} {most}");
            }
        }
    }
}
