//! How far a job is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How far a job is: how much of how much, and counts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobProgress {
    done: u64,
    total: Option<u64>,
    counts: BTreeMap<String, u64>,
}

impl JobProgress {
    /// So much is done, in units of the job's own (bytes, rows).
    #[must_use]
    pub fn new(done: u64) -> Self {
        Self {
            done,
            ..Self::default()
        }
    }

    /// The same progress out of `total`. The first total that a job tells stays its total.
    #[must_use]
    pub const fn of(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }

    /// The same progress with a count, e.g. `created`.
    #[must_use]
    pub fn count(mut self, name: &str, count: u64) -> Self {
        self.counts.insert(name.to_owned(), count);
        self
    }

    /// How much is done.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.done
    }

    /// Of how much, where that is known.
    #[must_use]
    pub const fn total(&self) -> Option<u64> {
        self.total
    }

    /// The counts by name.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// The whole percent that is done, at most 100; `None` while the total is unknown.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        match self.total? {
            0 => Some(100),
            total => {
                let percent = u128::from(self.done) * 100 / u128::from(total);
                Some(u8::try_from(percent).unwrap_or(100).min(100))
            }
        }
    }

    /// What is told after `self` was: `later`, unless it is behind, with the total that was told first.
    #[must_use]
    pub fn followed_by(self, later: Self) -> Self {
        if later.done < self.done {
            return self;
        }
        Self {
            total: self.total.or(later.total),
            ..later
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_rounded_down_and_never_more_than_a_hundred() {
        let percent = |done, total| JobProgress::new(done).of(total).percent();

        assert_eq!(percent(0, 3), Some(0));
        assert_eq!(percent(2, 3), Some(66));
        assert_eq!(percent(999, 1000), Some(99));
        assert_eq!(percent(4, 3), Some(100));
        assert_eq!(percent(0, 0), Some(100));
        assert_eq!(percent(u64::MAX, u64::MAX), Some(100));
        assert_eq!(JobProgress::new(4).percent(), None);
    }

    #[test]
    fn progress_never_goes_backwards_and_keeps_its_first_total() {
        let told = JobProgress::new(50).of(100).count("rows", 50);

        let behind = JobProgress::new(20).of(100).count("rows", 20);
        assert_eq!(told.clone().followed_by(behind), told);
        let ahead = JobProgress::new(60).of(1000).count("rows", 60);
        let expected = JobProgress::new(60).of(100).count("rows", 60);
        assert_eq!(told.followed_by(ahead), expected);
    }
}
