//! How fast a job goes.

use std::collections::VecDeque;

use time::Duration;

use crate::Timestamp;

/// How fast a try went lately: its progress over the last half minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobPace {
    marks: VecDeque<(Timestamp, u64)>,
}

impl JobPace {
    /// How far back the pace looks.
    pub const WINDOW: Duration = Duration::seconds(30);

    /// At least so much time lies between two marks, so that the window holds few of them.
    const BETWEEN: Duration = Duration::milliseconds(500);

    /// Notes how much was done at this instant.
    pub fn note(&mut self, at: Timestamp, done: u64) {
        // The last mark moves along until it is far enough from the one before it.
        if let [.., (before, _), _] = self.marks.make_contiguous()
            && at - *before < Self::BETWEEN
        {
            self.marks.pop_back();
        }
        self.marks.push_back((at, done));
        while self
            .marks
            .get(1)
            .is_some_and(|(second, _)| at - *second >= Self::WINDOW)
        {
            self.marks.pop_front();
        }
    }

    /// How much is done per second; `None` until two marks lie apart.
    #[must_use]
    pub fn per_second(&self) -> Option<f64> {
        let (from, before) = self.marks.front()?;
        let (until, after) = self.marks.back()?;
        let seconds = (*until - *from).as_seconds_f64();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a rate is a figure to look at, exact to 15 digits"
        )]
        let done = after.saturating_sub(*before) as f64;
        (seconds > 0.0).then(|| done / seconds)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const START: Timestamp = datetime!(2026-01-15 12:00 UTC);

    #[test]
    fn a_pace_needs_two_marks_that_lie_apart() {
        let mut pace = JobPace::default();
        assert_eq!(pace.per_second(), None);
        pace.note(START, 0);
        assert_eq!(pace.per_second(), None);
        pace.note(START, 10);
        assert_eq!(pace.per_second(), None);

        pace.note(START + Duration::seconds(2), 20);
        assert_eq!(pace.per_second(), Some(10.0));
    }

    #[test]
    fn a_pace_forgets_what_is_longer_ago_than_its_window() {
        let mut pace = JobPace::default();
        for second in 0..60 {
            pace.note(START + Duration::seconds(second), 0);
        }
        for second in 60..120_u8 {
            let done = u64::from(second - 60) * 7;
            pace.note(START + Duration::seconds(i64::from(second)), done);
        }

        assert_eq!(pace.per_second(), Some(7.0));
    }

    #[test]
    fn many_marks_at_once_cost_little_and_lose_nothing() {
        let mut pace = JobPace::default();
        for step in 0..=100_000_u32 {
            let at = START + Duration::milliseconds(i64::from(step));
            pace.note(at, u64::from(step));
        }

        assert!(pace.marks.len() <= 62, "{}", pace.marks.len());
        let rate = pace.per_second().unwrap();
        assert!((999.0..=1001.0).contains(&rate), "{rate}");
    }
}
