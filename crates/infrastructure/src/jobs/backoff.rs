//! How long to wait before the next try.

use time::Duration;

/// Doubling pauses between the tries of a job, up to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The pause after the first try.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Backoff {
    /// The pause after the `attempt`th try, which starts at 1: between half of the doubled pause and
    /// all of it, as `chance` has it, so that jobs that failed together do not come back together.
    #[must_use]
    pub fn pause(self, attempt: u16, chance: u32) -> Duration {
        let doublings = u32::from(attempt.saturating_sub(1)).min(30);
        let full = self
            .first
            .checked_mul(1 << doublings)
            .map_or(self.longest, |pause| pause.min(self.longest));
        full / 2 + (full / 2) * (f64::from(chance) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff {
        first: Duration::seconds(2),
        longest: Duration::minutes(10),
    };

    #[test]
    fn pauses_double_up_to_the_longest() {
        let longest = |attempt| BACKOFF.pause(attempt, u32::MAX).whole_seconds();

        assert_eq!(
            [1, 2, 3, 9, 10, u16::MAX].map(longest),
            [2, 4, 8, 512, 600, 600]
        );
    }

    #[test]
    fn chance_shortens_a_pause_by_up_to_a_half() {
        assert_eq!(BACKOFF.pause(1, 0), Duration::seconds(1));
        let middle = BACKOFF.pause(1, u32::MAX / 2).as_seconds_f64();
        assert!((1.49..1.51).contains(&middle), "{middle}");
    }
}
