//! What somebody wants to know.

use std::fmt;
use std::str::FromStr;

use kernel::{FieldFault, Timestamp};
use time::{Date, Duration};

use crate::Segment;
use crate::metrics::{Calendar, InvalidPeriod, Period};

/// Of which days, and of whom, something is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Question {
    from: Option<Date>,
    to: Option<Date>,
    segment: Option<Segment>,
}

/// A view that a table can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViewName {
    /// The figures, with those of the period before.
    Totals,
    /// The figures of each day.
    Daily,
    /// How far people went.
    Funnel,
    /// Where leads came from.
    Sources,
    /// The figures by what was known of addresses; of one campaign.
    Segments,
    /// The figures of each campaign; of several.
    Comparison,
}

/// What kind of file a view is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileFormat {
    /// A table for spreadsheets: one view.
    Csv,
    /// A report to send to somebody: all views, with charts.
    Pdf,
}

/// The text names no view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of totals, daily, funnel, sources, segments, comparison")]
pub struct UnknownViewName;

/// The text names no kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of csv, pdf")]
pub struct UnknownFileFormat;

impl Question {
    /// A question of the days from one to another, both included, about everybody or a segment. Where the first day is
    /// absent, it is that of the first event; where the last is, today.
    pub fn new(
        from: Option<Date>,
        to: Option<Date>,
        segment: Option<Segment>,
    ) -> Result<Self, InvalidPeriod> {
        for date in [from, to].into_iter().flatten() {
            Period::new(date, date)?;
        }
        if let (Some(from), Some(to)) = (from, to) {
            Period::new(from, to)?;
        }
        Ok(Self { from, to, segment })
    }

    /// Of whom: `None` for everybody.
    #[must_use]
    pub const fn segment(&self) -> Option<Segment> {
        self.segment
    }

    /// Whether it says of which days itself, whenever something happened.
    pub(crate) const fn names_all_days(&self) -> bool {
        self.from.is_some() && self.to.is_some()
    }

    /// Of which days, where events happened between these instants and it is `now`; at most as many as a period has.
    pub(crate) fn period(
        &self,
        calendar: &Calendar,
        span: Option<(Timestamp, Timestamp)>,
        now: Timestamp,
    ) -> Result<Period, InvalidPeriod> {
        let most = Duration::days(i64::from(Period::MAX_DAYS) - 1);
        let latest = span.map_or(now, |(_, last)| last.max(now));
        let to = self.to.unwrap_or_else(|| {
            let today = calendar.date_of(latest);
            self.from
                .map_or(today, |from| today.clamp(from, from.saturating_add(most)))
        });
        let from = self.from.unwrap_or_else(|| {
            let earliest = span.map_or(now, |(first, _)| first);
            calendar
                .date_of(earliest)
                .clamp(to.saturating_sub(most), to)
        });
        Period::new(from, to)
    }

    /// The same question of the last days until today where it names no first day.
    pub(crate) fn of_last_days(self, days: u16, calendar: &Calendar, now: Timestamp) -> Self {
        let to = self.to.unwrap_or_else(|| calendar.date_of(now));
        let first = to.saturating_sub(Duration::days(i64::from(days) - 1));
        Self {
            from: self.from.or(Some(first)),
            ..self
        }
    }
}

impl ViewName {
    /// Every view.
    pub const ALL: [Self; 6] = [
        Self::Totals,
        Self::Daily,
        Self::Funnel,
        Self::Sources,
        Self::Segments,
        Self::Comparison,
    ];

    /// The view's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totals => "totals",
            Self::Daily => "daily",
            Self::Funnel => "funnel",
            Self::Sources => "sources",
            Self::Segments => "segments",
            Self::Comparison => "comparison",
        }
    }
}

impl FileFormat {
    /// Every kind of file.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Pdf];

    /// The kind's word on the wire, and the end of a file's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Pdf => "pdf",
        }
    }
}

impl FromStr for ViewName {
    type Err = UnknownViewName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or(UnknownViewName)
    }
}

impl FromStr for FileFormat {
    type Err = UnknownFileFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or(UnknownFileFormat)
    }
}

impl fmt::Display for ViewName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<UnknownViewName> for FieldFault {
    fn from(error: UnknownViewName) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

impl From<UnknownFileFormat> for FieldFault {
    fn from(error: UnknownFileFormat) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    const NOW: Timestamp = datetime!(2026-03-10 12:00 UTC);

    fn utc() -> Calendar {
        Calendar::of(&kernel::TimeZoneName::utc())
    }

    #[test]
    fn what_is_not_said_goes_from_the_first_event_to_today() {
        let span = Some((
            datetime!(2026-02-27 23:00 UTC),
            datetime!(2026-03-02 1:00 UTC),
        ));
        let asked = Question::default().period(&utc(), span, NOW).unwrap();
        assert_eq!(
            (asked.first(), asked.last()),
            (date!(2026 - 02 - 27), date!(2026 - 03 - 10))
        );
        let asked = Question::default().period(&utc(), None, NOW).unwrap();
        assert_eq!((asked.first(), asked.length()), (date!(2026 - 03 - 10), 1));
        let past = Question::new(None, Some(date!(2025 - 01 - 01)), None).unwrap();
        assert_eq!(past.period(&utc(), span, NOW).unwrap().length(), 1);
    }

    #[test]
    fn days_that_are_none_are_refused() {
        let (first, second) = (date!(2026 - 03 - 01), date!(2026 - 03 - 02));
        let backwards = Question::new(Some(second), Some(first), None);
        assert_eq!(backwards, Err(InvalidPeriod::Backwards));
        let before = Question::new(Some(date!(1969 - 01 - 01)), None, None);
        assert_eq!(before, Err(InvalidPeriod::OutOfTime));
    }

    proptest! {
        #[test]
        fn every_question_has_days(
            from in proptest::option::of(365..2_900_000_i32),
            to in proptest::option::of(365..2_900_000_i32),
            first in 0..1_700_000_000_i64,
        ) {
            let date = |days: i32| date!(1970 - 01 - 01) + Duration::days(i64::from(days));
            let (from, to) = (from.map(date), to.map(date));
            let Ok(question) = Question::new(from, to, None) else { return Ok(()) };
            let first = Timestamp::UNIX_EPOCH + Duration::seconds(first) + Duration::days(366);

            let period = question.period(&utc(), Some((first, NOW)), NOW);

            let period = period.unwrap();
            prop_assert!(from.is_none_or(|from| period.first() == from));
            prop_assert!(to.is_none_or(|to| period.last() == to));
        }
    }
}
