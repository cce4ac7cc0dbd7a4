//! How many rows are written at a time.

use time::Duration;

/// How long it should take to write a batch: whoever follows an import is told how far it is after each, and what it takes to
/// begin and to commit one is little beside that.
const WANTED: Duration = Duration::milliseconds(400);

/// Never fewer rows than that, where so many are allowed: of very slow storage, larger batches ask less.
const FEWEST: usize = 250;

/// How many rows the next batch has. What comes of a file does not depend on it.
pub(super) struct BatchSize {
    rows: usize,
    most: usize,
}

impl BatchSize {
    /// Before anything is known of the storage's pace; `most` is at least 1.
    pub(super) fn at_first(most: usize) -> Self {
        Self {
            rows: most.min(1_000),
            most,
        }
    }

    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// So many rows took that long.
    pub(super) fn learn(&mut self, rows: usize, took: Duration) {
        // What a batch took that was small because the file ends, or its rows are long, says nothing of larger ones.
        if rows * 2 < self.rows {
            return;
        }
        let wanted = WANTED.whole_microseconds().unsigned_abs();
        let took = took.whole_microseconds().unsigned_abs().max(1);
        let fitting = usize::try_from(rows as u128 * wanted / took).unwrap_or(self.most);
        // One batch may have waited for something: half the way to what it says.
        let rows = usize::midpoint(self.rows, fitting.min(self.rows * 3));
        self.rows = rows.max(FEWEST).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(most: usize, microseconds_per_row: i64, batches: usize) -> usize {
        let mut size = BatchSize::at_first(most);
        for _ in 0..batches {
            let rows = size.rows();
            let took = microseconds_per_row * i64::try_from(rows).unwrap();
            size.learn(rows, Duration::microseconds(took));
        }
        size.rows()
    }

    #[test]
    fn batches_take_the_time_that_is_wanted_after_a_few() {
        for (pace, rows) in [(100, 4_000), (200, 2_000), (800, 500)] {
            let found = after(5_000, pace, 10);
            assert!(found.abs_diff(rows) <= rows / 20, "{pace}: {found}");
        }
    }

    #[test]
    fn batches_stay_between_their_limits() {
        assert_eq!(after(5_000, 1, 10), 5_000);
        assert_eq!(after(5_000, 100_000, 10), FEWEST);
        assert_eq!(after(7, 100_000, 10), 7);
        assert_eq!(after(1, 1, 10), 1);
    }

    #[test]
    fn a_small_batch_says_nothing_of_larger_ones() {
        let mut size = BatchSize::at_first(5_000);
        size.learn(3, Duration::seconds(1));
        assert_eq!(size.rows(), 1_000);
    }
}
