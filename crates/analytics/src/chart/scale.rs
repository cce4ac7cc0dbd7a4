//! Axes and how numbers are written on them.

use time::{Date, Month};

/// The marks of an axis from 0 to at least `most`: 0 and up to five more, at 1, 2 or 5 times a power of ten.
pub(super) fn marks(most: u64) -> Vec<u64> {
    let most = most.max(1);
    let mut step = 1_u64;
    let mut factors = [2, 5, 10].into_iter().cycle();
    let mut power = 1_u64;
    while most.div_ceil(step) > 5 {
        let factor = factors.next().unwrap_or(10);
        let Some(next) = power.checked_mul(factor) else {
            break;
        };
        step = next;
        if factor == 10 {
            power = next;
        }
    }
    (0..=most.div_ceil(step))
        .map(|mark| mark.saturating_mul(step))
        .collect()
}

/// A part of a whole as a coordinate has it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "coordinates need no more than a few digits"
)]
pub(super) fn part(value: u64, whole: u64) -> f32 {
    (value as f64 / whole.max(1) as f64) as f32
}

/// A number as it is written in tables: `12,345`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// A number as it is written on an axis: `15k`, `2.5M`.
pub(super) fn short(number: u64) -> String {
    for (size, letter) in [
        (1_000_000_000_000_000, "P"),
        (1_000_000_000_000, "T"),
        (1_000_000_000, "G"),
        (1_000_000, "M"),
        (1_000, "k"),
    ] {
        if number >= 10 * size || (number >= size && number.is_multiple_of(size / 10)) {
            let tenths = number / (size / 10);
            let (whole, tenth) = (tenths / 10, tenths % 10);
            return if tenth == 0 {
                format!("{}{letter}", grouped(whole))
            } else {
                format!("{}.{tenth}{letter}", grouped(whole))
            };
        }
    }
    number.to_string()
}

/// Which days have their date below them, and how it is written: at most so many.
pub(super) fn dates(days: &[Date], room_for: usize) -> Vec<(usize, String)> {
    let room_for = room_for.max(1);
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Vec::new();
    };
    let years = first.year() != last.year();
    if days.len() > 92 {
        let month = |it: &Date| (it.year(), u8::from(it.month()));
        let months = days.iter().enumerate().filter(|(_, it)| it.day() == 1);
        let months: Vec<_> = months.collect();
        let steps = [1, 2, 3, 6, 12, 24, 60, 120];
        let marked = |step: usize| {
            let marked = months.iter().filter(move |(_, it)| {
                let (year, month) = month(it);
                let months = usize::try_from(year).unwrap_or(0) * 12 + usize::from(month) - 1;
                months.is_multiple_of(step)
            });
            let marked = marked
                .map(|(index, it)| (*index, format!("{} {}", month_name(it.month()), it.year())));
            marked.collect::<Vec<_>>()
        };
        let fitting = steps.into_iter().map(marked);
        return fitting
            .into_iter()
            .find(|marked| marked.len() <= room_for)
            .unwrap_or_default();
    }
    let steps = [1, 2, 3, 5, 7, 14, 28, 56, 92];
    let step = steps
        .into_iter()
        .find(|step| days.len().div_ceil(*step) <= room_for)
        .unwrap_or(days.len());
    let marked = days.iter().enumerate().step_by(step);
    let written = |it: &Date| {
        if years {
            format!("{} {} {}", it.day(), month_name(it.month()), it.year())
        } else {
            format!("{} {}", it.day(), month_name(it.month()))
        }
    };
    marked.map(|(index, it)| (index, written(it))).collect()
}

/// A day in full: `1 June 2026`.
pub(crate) fn full_date(date: Date) -> String {
    format!("{} {} {}", date.day(), date.month(), date.year())
}

const fn month_name(month: Month) -> &'static str {
    match month {
        Month::January => "Jan",
        Month::February => "Feb",
        Month::March => "Mar",
        Month::April => "Apr",
        Month::May => "May",
        Month::June => "Jun",
        Month::July => "Jul",
        Month::August => "Aug",
        Month::September => "Sep",
        Month::October => "Oct",
        Month::November => "Nov",
        Month::December => "Dec",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    #[test]
    fn marks_are_round_numbers() {
        assert_eq!(marks(0), [0, 1]);
        assert_eq!(marks(5), [0, 1, 2, 3, 4, 5]);
        assert_eq!(marks(7), [0, 2, 4, 6, 8]);
        assert_eq!(marks(230), [0, 50, 100, 150, 200, 250]);
        assert_eq!(marks(1_001), [0, 500, 1_000, 1_500]);
    }

    #[test]
    fn numbers_are_written_short_on_axes_and_in_full_elsewhere() {
        assert_eq!(short(950), "950");
        assert_eq!(short(1_500), "1.5k");
        assert_eq!(short(2_000_000), "2M");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn few_days_are_named_by_date_and_many_by_month() {
        let days: Vec<_> = (0..400)
            .map(|day| date!(2025 - 05 - 15) + time::Duration::days(day))
            .collect();

        assert!(dates(&[], 5).is_empty());
        assert_eq!(dates(&days[..1], 5), [(0, "15 May".to_owned())]);
        assert_eq!(dates(&days[..12], 6).len(), 6);
        let months = dates(&days, 8);
        assert_eq!(months[0].1, "Jul 2025");
        assert_eq!(months.len(), 6);
    }

    proptest! {
        #[test]
        fn marks_reach_the_most_and_are_few(most: u64) {
            let marks = marks(most);

            prop_assert!(marks.len() >= 2 && marks.len() <= 7, "{:?}", marks);
            prop_assert!(marks.last().is_some_and(|last| *last >= most));
            prop_assert!(marks.is_sorted());
        }
    }
}
