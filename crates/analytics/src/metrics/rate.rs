//! So many of so many.

use std::fmt;

use super::counts::Counts;

/// So many of so many. Within a period it can be more than all: of mails that were sent before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// So many.
    pub part: u64,
    /// Of so many.
    pub whole: u64,
}

/// The rates of a campaign. People are those of [`ByActor::human`](super::ByActor), each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Mails delivered, of mails sent.
    pub delivery: Rate,
    /// Mails that came back, of mails sent.
    pub bounce: Rate,
    /// People who opened, of mails delivered.
    pub open: Rate,
    /// People who clicked, of mails delivered.
    pub click: Rate,
    /// People who clicked, of people who opened.
    pub click_to_open: Rate,
    /// People who want no more mails, of mails delivered.
    pub unsubscribe: Rate,
    /// Leads, of mails delivered.
    pub conversion: Rate,
    /// People who sent the form, of people who saw the landing page.
    pub landing: Rate,
    /// Mails that machines opened, of mails delivered.
    pub machine_open: Rate,
    /// Mails that machines clicked, of mails delivered.
    pub machine_click: Rate,
}

/// A number of a period beside that of the period before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<T> {
    /// The period's.
    pub now: T,
    /// That of the period before.
    pub before: T,
}

impl Rate {
    /// So many of so many.
    #[must_use]
    pub const fn new(part: u64, whole: u64) -> Self {
        Self { part, whole }
    }

    /// The quotient; `None` where there is nothing to divide by.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts beyond 2⁵³ do not occur, and would only be rounded"
    )]
    pub fn value(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// The quotient in tenths of a percent, rounded half up: what is shown wherever a rate is written.
    #[must_use]
    pub fn tenths_of_percent(self) -> Option<u64> {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        let tenths = (2_000 * part + whole).checked_div(2 * whole)?;
        Some(u64::try_from(tenths).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Rate {
    /// `22.7 %`, and `–` where there is nothing to divide by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tenths_of_percent() {
            Some(tenths) => write!(f, "{}.{}\u{a0}%", tenths / 10, tenths % 10),
            None => f.write_str("–"),
        }
    }
}

impl Counts {
    /// The rates of these counts.
    #[must_use]
    pub fn rates(&self) -> Rates {
        let delivered = self.delivered();
        let of_delivered = |part| Rate::new(part, delivered);
        Rates {
            delivery: Rate::new(delivered, self.sent.people),
            bounce: Rate::new(self.bounced.people, self.sent.people),
            open: of_delivered(self.opened.human.people),
            click: of_delivered(self.clicked.human.people),
            click_to_open: Rate::new(self.clicked.human.people, self.opened.human.people),
            unsubscribe: of_delivered(self.unsubscribed.human.people),
            conversion: of_delivered(self.leads),
            landing: Rate::new(self.submitted.human.people, self.viewed.human.people),
            machine_open: of_delivered(self.opened.machine.people),
            machine_click: of_delivered(self.clicked.machine.people),
        }
    }
}

impl Change<u64> {
    /// By which part of the number before it grew (0.25 for a quarter more); `None` where there was nothing before.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts beyond 2⁵³ do not occur, and would only be rounded"
    )]
    pub fn growth(self) -> Option<f64> {
        let before = self.before as f64;
        (self.before > 0).then(|| (self.now as f64 - before) / before)
    }
}

impl Change<Rate> {
    /// By how many percentage points it grew; `None` where one of the two is none.
    #[must_use]
    pub fn points(self) -> Option<f64> {
        Some((self.now.value()? - self.before.value()?) * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_of_nothing_is_no_number() {
        assert_eq!(Rate::new(0, 0).value(), None);
        assert_eq!(Rate::new(3, 0).to_string(), "–");
        assert_eq!(Rate::new(0, 9).to_string(), "0.0\u{a0}%");
        let change = Change { now: 5, before: 0 };
        assert_eq!(change.growth(), None);
        let change = Change {
            now: Rate::new(1, 2),
            before: Rate::new(0, 0),
        };
        assert_eq!(change.points(), None);
    }

    #[test]
    fn rates_are_rounded_half_up_to_a_tenth_of_a_percent() {
        assert_eq!(Rate::new(1, 3).to_string(), "33.3\u{a0}%");
        assert_eq!(Rate::new(1, 2_000).to_string(), "0.1\u{a0}%");
        assert_eq!(Rate::new(49, 100_000).to_string(), "0.0\u{a0}%");
        assert_eq!(Rate::new(7, 2).to_string(), "350.0\u{a0}%");
        assert_eq!(Rate::new(u64::MAX, u64::MAX).to_string(), "100.0\u{a0}%");
    }

    #[test]
    fn changes_are_told_in_parts_and_in_points() {
        let grown = Change {
            now: 15,
            before: 12,
        }
        .growth()
        .unwrap();
        assert!((grown - 0.25).abs() < 1e-12);
        let fallen = Change {
            now: Rate::new(1, 10),
            before: Rate::new(1, 4),
        };
        assert!((fallen.points().unwrap() + 15.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_computed(part in 0..1_000_000_u64, whole in 1..1_000_000_u64) {
            let rate = Rate::new(part, whole);
            let tenths = rate.tenths_of_percent().unwrap();
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let difference = rate.value().unwrap() * 1_000.0 - tenths as f64;
            prop_assert!(difference.abs() <= 0.5 + 1e-6);
        }
    }
}
