//! The figures for a person, and for a program.

use std::fmt;

use serde_json::{Value, json};

use super::bare::Bare;
use super::telling::Told;
use crate::commands::bench::measuring::{quantile, verdict};

/// Which part of the rate of bare statements the API has to reach.
const RATE_BAR: f64 = 0.5;
/// How many bytes an event may take.
const SIZE_BAR: f64 = 400.0;

/// All figures of a run.
pub(super) struct Report {
    /// The events alone, in batches as the API takes them and in large ones; then all that the API writes, in batches as it
    /// takes them.
    pub(super) bare: [Bare; 3],
    pub(super) told: Told,
}

impl Report {
    /// Which part of the rate of these bare statements the API reached.
    fn part_of(&self, bare: Bare) -> f64 {
        self.told.rate() / bare.rate()
    }

    fn bytes_per_event(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "no table has 2^52 bytes")]
        let (bytes, events) = (self.told.grown as f64, self.told.events as f64);
        bytes / events
    }

    /// The milliseconds in which this part of the requests was answered.
    fn quantile(&self, part: f64) -> f64 {
        quantile(&self.told.requests, part)
    }

    /// The figures for a program.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "events": self.told.events,
            "senders": self.told.senders,
            "events_per_second": self.told.rate(),
            "bare_events_per_second": self.bare[0].rate(),
            "part_of_bare": self.part_of(self.bare[0]),
            "bare_events_per_second_in_large_batches": self.bare[1].rate(),
            "bare_events_per_second_with_recipients": self.bare[2].rate(),
            "part_of_bare_with_recipients": self.part_of(self.bare[2]),
            "request_p50_ms": self.quantile(0.5),
            "request_p95_ms": self.quantile(0.95),
            "bytes_per_event": self.bytes_per_event(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = &self.told;
        writeln!(f, "| what | figure | bar | kept |\n|---|---|---|---|")?;
        writeln!(
            f,
            "| {} events over the API, {} senders, batches of 1,000 | {:.0} per second | | |",
            told.events,
            told.senders,
            told.rate()
        )?;
        for bare in self.bare {
            let what = if bare.counts {
                "events and what they are for recipients"
            } else {
                "events alone"
            };
            writeln!(
                f,
                "| bare statements, {what}, {} rows per statement and commit | {:.0} per second | | |",
                bare.batch,
                bare.rate()
            )?;
        }
        for (rows, bare) in [
            ("the same rows", self.bare[2]),
            ("events alone", self.bare[0]),
        ] {
            let part = self.part_of(bare);
            writeln!(
                f,
                "| part of the rate of bare statements that write {rows} in the same batches | {:.0} % | ≥ {:.0} % | {} |",
                part * 100.0,
                RATE_BAR * 100.0,
                verdict(part >= RATE_BAR)
            )?;
        }
        writeln!(
            f,
            "| a batch, p50 and p95 | {:.1} ms, {:.1} ms | | |",
            self.quantile(0.5),
            self.quantile(0.95)
        )?;
        let bytes = self.bytes_per_event();
        writeln!(
            f,
            "| size of an event with indexes | {bytes:.0} B | ≤ {SIZE_BAR:.0} B | {} |",
            verdict(bytes <= SIZE_BAR)
        )
    }
}
