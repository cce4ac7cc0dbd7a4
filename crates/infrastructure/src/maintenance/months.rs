//! Months of the calendar, in UTC.

use kernel::Timestamp;
use time::{Date, UtcOffset};

/// The first days of the month of `at` and of the `ahead` months after it.
pub(super) fn from(at: Timestamp, ahead: u8) -> impl Iterator<Item = Date> {
    let present = first_day(at.to_offset(UtcOffset::UTC).date());
    std::iter::successors(Some(present), |month| {
        let last = month.month().length(month.year());
        month.replace_day(last).ok().and_then(Date::next_day)
    })
    .take(usize::from(ahead) + 1)
}

fn first_day(date: Date) -> Date {
    date.replace_day(1).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn months_go_on_over_the_end_of_a_year() {
        let months = from(datetime!(2026-11-30 23:59 UTC), 3).collect::<Vec<_>>();

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
    fn the_month_is_the_one_that_it_is_in_utc() {
        let months = from(datetime!(2026-03-01 00:30 +1), 0).collect::<Vec<_>>();

        assert_eq!(months, [date!(2026 - 02 - 01)]);
    }
}
