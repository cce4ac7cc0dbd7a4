//! The figures for a person, and for a program.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::reading::Read;
use crate::commands::bench::measuring::verdict;
use crate::commands::bench::program::Statement;

/// In how many milliseconds, at most, 95 of 100 dashboards must be answered.
const READ_BAR: f64 = 50.0;
/// In how many milliseconds, at most, one must be of a program that has just started.
const COLD_BAR: f64 = 100.0;
/// In how many seconds, at most, a million events must be counted.
const COUNTING_BAR: f64 = 10.0;

/// All figures of a run.
pub(super) struct Report {
    pub(super) events: u32,
    /// How long it took to record them.
    pub(super) filled: Duration,
    /// How long it took to count them for the first time.
    pub(super) first: Duration,
    /// How many more came on one day, and how long it took to count those.
    pub(super) nightly: (u32, Duration),
    /// Where the database spent that time, the most first.
    pub(super) statements: Vec<Statement>,
    /// How fast dashboards are while what is recorded is counted, or nearly.
    pub(super) read: Vec<Read>,
    /// How fast they are when it was not counted for a long time.
    pub(super) behind: Vec<Read>,
}

/// In how many seconds a million events would be counted.
fn seconds_per_million(events: u32, took: Duration) -> f64 {
    took.as_secs_f64() * 1_000_000.0 / f64::from(events.max(1))
}

impl Report {
    /// The figures for a program.
    pub(super) fn to_json(&self) -> Value {
        let told = |read: &Read| {
            json!({
                "what": read.what,
                "count": read.count(),
                "cold_ms": read.cold,
                "p50_ms": read.quantile(0.5),
                "p95_ms": read.quantile(0.95),
                "max_ms": read.quantile(1.0),
            })
        };
        let (more, nightly) = self.nightly;
        json!({
            "events": self.events,
            "fill_seconds": self.filled.as_secs_f64(),
            "first_aggregation_seconds": self.first.as_secs_f64(),
            "first_aggregation_seconds_per_million": seconds_per_million(self.events, self.first),
            "nightly": {
                "events": more,
                "seconds": nightly.as_secs_f64(),
                "seconds_per_million": seconds_per_million(more, nightly),
                "statements": self.statements.iter().map(Statement::to_json).collect::<Vec<_>>(),
            },
            "dashboards": self.read.iter().map(told).collect::<Vec<_>>(),
            "dashboards_behind": self.behind.iter().map(told).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filled = self.filled.as_secs_f64();
        writeln!(f, "{} events were recorded in {filled:.1} s.", self.events)?;
        let first = (self.events, self.first, "of all days");
        let nightly = (self.nightly.0, self.nightly.1, "more of one day");
        for (events, took, which) in [first, nightly] {
            let seconds = took.as_secs_f64();
            let million = seconds_per_million(events, took);
            writeln!(
                f,
                "{events} events {which} were counted in {seconds:.1} s: 1,000,000 events counted in {million:.1} s, \
                 in at most {COUNTING_BAR} s: {}.",
                verdict(million <= COUNTING_BAR)
            )?;
        }
        writeln!(f, "\nOf the latter:\n")?;
        Statement::write_all(&self.statements, f)?;
        writeln!(
            f,
            "| dashboard | times | cold ms | p50 ms | p95 ms | longest ms | cold ≤ {COLD_BAR} ms \
             | p95 ≤ {READ_BAR} ms |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for read in self.read.iter().chain(&self.behind) {
            let cold = read.cold.map(|cold| format!("{cold:.1}"));
            let is_kept = read.cold.map(|cold| verdict(cold <= COLD_BAR));
            writeln!(
                f,
                "| {} | {} | {} | {:.1} | {:.1} | {:.1} | {} | {} |",
                read.what,
                read.count(),
                cold.unwrap_or_default(),
                read.quantile(0.5),
                read.quantile(0.95),
                read.quantile(1.0),
                is_kept.unwrap_or_default(),
                verdict(read.quantile(0.95) <= READ_BAR)
            )?;
        }
        Ok(())
    }
}
