//! Months of the calendar, in UTC.

use kernel::Timestamp;
use time::{Date, UtcOffset};

/// The first days of the `behind` months before that of `at`, of that month, and of the `ahead` months after it.
pub(super) fn around(at: Timestamp, behind: u8, ahead: u8) -> impl Iterator<Item = Date> {
    let mut first = first_day(at.to_offset(UtcOffset::UTC).date());
    for _ in 0..behind {
        first = first.previous_day().map_or(first, first_day);
    }
    std::iter::successors(Some(first), |month| {
        let last = month.month().length(month.year());
        month.replace_day(last).ok().and_then(Date::next_day)
    })
    .take(usize::from(behind) + 1 + usize::from(ahead))
}

/// The first day of the month of a day.
pub(super) fn first_day(date: Date) -> Date {
    date.replace_day(1).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn months_go_on_over_the_end_of_a_year() {
        let months = around(datetime!(2026-11-30 23:59 UTC), 0, 3).collect::<Vec<_>>();

        assert_eq!(
            months,
            [
                date!(2026 - 11 - 01),
                date!(2026 - 12 - 01),
                date!(2027 - 01 - 01),
                date!(2027 - 02 - 01)
            ]
        );
    }

    #[test]
    fn months_before_come_first() {
        let months = around(datetime!(2026-01-31 12:00 UTC), 2, 1).collect::<Vec<_>>();

        assert_eq!(
            months,
            [
                date!(2025 - 11 - 01),
                date!(2025 - 12 - 01),
                date!(2026 - 01 - 01),
                date!(2026 - 02 - 01)
            ]
        );
    }

    #[test]
    fn the_month_is_the_one_that_it_is_in_utc() {
        let months = around(datetime!(2026-03-01 00:30 +1), 0, 0).collect::<Vec<_>>();

        assert_eq!(months, [date!(2026 - 02 - 01)]);
    }
}
