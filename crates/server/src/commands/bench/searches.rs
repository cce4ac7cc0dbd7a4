//! How long searches took, by their kind.

use std::fmt;

use serde_json::{Value, json};

use super::measuring::{quantile, verdict};

/// Searches of one kind.
#[derive(Clone, Debug)]
pub(super) struct Searches {
    pub(super) kind: &'static str,
    /// Milliseconds of each, sorted.
    times: Vec<f64>,
    /// Of how many searches something was found.
    found: usize,
}

impl Searches {
    /// Of those searches, each with its milliseconds and whether something was found.
    pub(super) fn of(kind: &'static str, searches: &[(f64, bool)]) -> Self {
        let mut times = searches.iter().map(|(time, _)| *time).collect::<Vec<_>>();
        times.sort_by(f64::total_cmp);
        Self {
            kind,
            times,
            found: searches.iter().filter(|(_, found)| *found).count(),
        }
    }

    /// All of them as one kind.
    pub(super) fn together(all: &[Self]) -> Self {
        let mut times = all
            .iter()
            .flat_map(|searches| searches.times.iter().copied())
            .collect::<Vec<_>>();
        times.sort_by(f64::total_cmp);
        Self {
            kind: "all of them",
            times,
            found: all.iter().map(|searches| searches.found).sum(),
        }
    }

    /// The figures for a program.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "kind": self.kind,
            "count": self.times.len(),
            "found": self.found,
            "p50_ms": quantile(&self.times, 0.5),
            "p95_ms": quantile(&self.times, 0.95),
            "max_ms": quantile(&self.times, 1.0),
        })
    }

    /// A table of them, each kind and all together, beside the bar of so many milliseconds for 95 of 100.
    pub(super) fn write(all: &[Self], bar: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| search | times | found something | p50 ms | p95 ms | longest ms | p95 < {bar} ms |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for searches in all.iter().chain([&Self::together(all)]) {
            let Self { kind, times, found } = searches;
            writeln!(
                f,
                "| {kind} | {} | {found} | {:.1} | {:.1} | {:.1} | {} |",
                times.len(),
                quantile(times, 0.5),
                quantile(times, 0.95),
                quantile(times, 1.0),
                verdict(quantile(times, 0.95) < bar)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_searches_is_as_fast_as_its_slowest() {
        let searches = (1..=100)
            .map(|n| (f64::from(n), n > 10))
            .collect::<Vec<_>>();

        let told = Searches::of("word", &searches).to_json();

        let expected = json!({
            "kind": "word", "count": 100, "found": 90, "p50_ms": 50.0, "p95_ms": 95.0, "max_ms": 100.0,
        });
        assert_eq!(told, expected);
    }
}
