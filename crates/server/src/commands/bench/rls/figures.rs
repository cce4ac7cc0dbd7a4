//! From times to figures.

/// The times of one stretch of runs, in microseconds, which were taken in turn.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// Under row-level security.
    pub(super) with: Vec<f64>,
    /// Without it.
    pub(super) without: Vec<f64>,
    /// Without it, in another database.
    pub(super) again: Vec<f64>,
}

/// What is told of many times, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Summary {
    pub(super) p50: f64,
    pub(super) p95: f64,
    pub(super) mean: f64,
}

/// How many times longer one side takes than the other, and between what that lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ratio {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// How many times the blocks are drawn anew for the interval.
const DRAWS: usize = 1_000;

/// Sums up times, of which there is at least one.
pub(super) fn summary(times: &[f64]) -> Summary {
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Summary {
        p50: quantile(&sorted, 0.5),
        p95: quantile(&sorted, 0.95),
        mean: times.iter().sum::<f64>() / count(times.len()),
    }
}

/// The ratio of the medians. Its interval is that of drawing whole blocks with replacement, since times
/// that were taken near each other are alike.
pub(super) fn ratio(blocks: &[Block], of: fn(&Block) -> &[f64], to: fn(&Block) -> &[f64]) -> Ratio {
    let all: Vec<&Block> = blocks.iter().collect();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut drawn: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let draw: Vec<&Block> = all.iter().map(|_| all[chance.below(all.len())]).collect();
            median(&draw, of) / median(&draw, to)
        })
        .collect();
    drawn.sort_unstable_by(f64::total_cmp);
    Ratio {
        value: median(&all, of) / median(&all, to),
        low: quantile(&drawn, 0.025),
        high: quantile(&drawn, 0.975),
    }
}

/// The median of all times of one side; of an even number the upper one, which needs no sorting.
fn median(blocks: &[&Block], side: fn(&Block) -> &[f64]) -> f64 {
    let mut times: Vec<f64> = blocks
        .iter()
        .flat_map(|block| side(block))
        .copied()
        .collect();
    let middle = times.len() / 2;
    *times.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// The quantile of sorted values, interpolated between neighbours.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * count(sorted.len().saturating_sub(1));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list is between 0 and its length"
    )]
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor())
}

#[expect(clippy::cast_precision_loss, reason = "nobody measures 2^52 times")]
const fn count(number: usize) -> f64 {
    number as f64
}

/// Chance that is the same in every run (Marsaglia's xorshift), so that the same times give the same figures.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(with: &[f64], without: &[f64]) -> Block {
        Block {
            with: with.to_vec(),
            without: without.to_vec(),
            again: without.to_vec(),
        }
    }

    fn of_with(block: &Block) -> &[f64] {
        &block.with
    }

    fn of_without(block: &Block) -> &[f64] {
        &block.without
    }

    #[test]
    fn a_summary_is_that_of_the_sorted_times() {
        let times: Vec<f64> = (0..=100).rev().map(f64::from).collect();

        let Summary { p50, p95, mean } = summary(&times);

        assert!(
            (p50 - 50.0).abs() < 1e-9 && (p95 - 95.0).abs() < 1e-9 && (mean - 50.0).abs() < 1e-9
        );
    }

    #[test]
    fn the_same_times_on_both_sides_have_the_ratio_one() {
        let blocks = [
            block(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]),
            block(&[5.0], &[5.0]),
        ];

        let ratio = ratio(&blocks, of_with, of_without);

        assert!((ratio.value - 1.0).abs() < 1e-9 && (ratio.high - ratio.low).abs() < 1e-9);
    }

    #[test]
    fn the_interval_holds_the_true_ratio_and_grows_with_the_scatter() {
        let blocks = |scatter: f64| -> Vec<Block> {
            let mut chance = Chance(7);
            let mut noisy = |true_time: f64| -> Vec<f64> {
                (0..20)
                    .map(|_| true_time + scatter * count(chance.below(1_000)) / 1_000.0)
                    .collect()
            };
            (0..20)
                .map(|_| block(&noisy(110.0), &noisy(100.0)))
                .collect()
        };

        let calm = ratio(&blocks(1.0), of_with, of_without);
        let wild = ratio(&blocks(40.0), of_with, of_without);

        assert!(calm.low <= calm.value && calm.value <= calm.high);
        assert!((calm.value - 1.1).abs() < 0.01);
        assert!(wild.high - wild.low > calm.high - calm.low);
    }
}
