//! Ranges of days.

use kernel::FieldFault;
use time::{Date, Duration};

/// Some days one after the other, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    first: Date,
    length: u16,
}

/// The dates are no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPeriod {
    /// The last day is before the first.
    #[error("the last day is not before the first")]
    Backwards,
    /// There are too many days.
    #[error("at most {} days", Period::MAX_DAYS)]
    TooLong,
    /// It is before events or after time.
    #[error("days lie between the years 1971 and 9998")]
    OutOfTime,
}

impl Period {
    /// The most days: ten years.
    pub const MAX_DAYS: u16 = 3_653;

    /// The days from the first to the last, both included.
    pub fn new(first: Date, last: Date) -> Result<Self, InvalidPeriod> {
        if last < first {
            return Err(InvalidPeriod::Backwards);
        }
        if first.year() < 1971 || last.year() > 9998 {
            return Err(InvalidPeriod::OutOfTime);
        }
        let length = u16::try_from((last - first).whole_days() + 1);
        match length {
            Ok(length) if length <= Self::MAX_DAYS => Ok(Self { first, length }),
            _ => Err(InvalidPeriod::TooLong),
        }
    }

    /// The first day.
    #[must_use]
    pub const fn first(self) -> Date {
        self.first
    }

    /// The last day.
    #[must_use]
    pub fn last(self) -> Date {
        self.first
            .saturating_add(Duration::days(i64::from(self.length) - 1))
    }

    /// How many days it has.
    #[must_use]
    pub const fn length(self) -> u16 {
        self.length
    }

    /// The dates, in order.
    pub fn dates(self) -> impl Iterator<Item = Date> {
        let first = self.first;
        (0..i64::from(self.length)).map(move |day| first.saturating_add(Duration::days(day)))
    }

    /// As many days right before it: what it is compared with.
    #[must_use]
    pub fn previous(self) -> Self {
        Self {
            first: self
                .first
                .saturating_sub(Duration::days(i64::from(self.length))),
            length: self.length,
        }
    }
}

impl From<InvalidPeriod> for FieldFault {
    fn from(error: InvalidPeriod) -> Self {
        Self::new("invalid-range", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn the_period_before_has_as_many_days_and_ends_where_this_one_begins() {
        let march = Period::new(date!(2026 - 03 - 01), date!(2026 - 03 - 31)).unwrap();
        let before = march.previous();

        assert_eq!(before.first(), date!(2026 - 01 - 29));
        assert_eq!(before.last(), date!(2026 - 02 - 28));
        assert_eq!(march.dates().count(), 31);
        assert_eq!(march.dates().last(), Some(march.last()));
    }

    #[test]
    fn a_period_has_at_least_a_day_and_at_most_ten_years() {
        let day = date!(2026 - 03 - 01);
        assert_eq!(Period::new(day, day).map(Period::length), Ok(1));
        assert_eq!(
            Period::new(day, date!(2026 - 02 - 28)),
            Err(InvalidPeriod::Backwards)
        );
        assert_eq!(
            Period::new(day, date!(2036 - 03 - 02)),
            Err(InvalidPeriod::TooLong)
        );
        assert_eq!(
            Period::new(date!(1970 - 12 - 31), date!(1971 - 01 - 01)),
            Err(InvalidPeriod::OutOfTime)
        );
    }
}
