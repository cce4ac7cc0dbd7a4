//! The figures for a person, and for a program.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::assigning::Assigned;
use super::searching::Scans;
use crate::commands::bench::searches::Searches;

/// In how many milliseconds 95 of 100 searches must be answered.
const SEARCH_BAR: f64 = 100.0;

/// All figures of a run.
pub(super) struct Report {
    pub(super) leads: u32,
    /// How long it took to write them.
    pub(super) filled: Duration,
    pub(super) searches: Vec<Searches>,
    /// What the database read meanwhile.
    pub(super) scans: Vec<Scans>,
    pub(super) assigned: Assigned,
}

impl Report {
    /// The figures for a program.
    pub(super) fn to_json(&self) -> Value {
        let searches = self.searches.iter().map(Searches::to_json);
        json!({
            "leads": self.leads,
            "fill_seconds": self.filled.as_secs_f64(),
            "searches": searches.collect::<Vec<_>>(),
            "scans": self.scans.iter().map(|scans| json!({
                "table": scans.table, "sequential": scans.sequential, "by_index": scans.by_index,
            })).collect::<Vec<_>>(),
            "assignment": {
                "contacts": self.assigned.contacts,
                "seconds": self.assigned.elapsed.as_secs_f64(),
                "contacts_per_second": self.assigned.rate(),
            },
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} leads, written in {:.0} s.\n",
            self.leads,
            self.filled.as_secs_f64()
        )?;
        Searches::write(&self.searches, SEARCH_BAR, f)?;
        writeln!(
            f,
            "\n| table | read from end to end | through an index |\n|---|---|---|"
        )?;
        for scans in &self.scans {
            writeln!(
                f,
                "| {} | {} | {} |",
                scans.table, scans.sequential, scans.by_index
            )?;
        }
        writeln!(
            f,
            "\n{} contacts were assigned in {:.1} s, {:.0} per second.",
            self.assigned.contacts,
            self.assigned.elapsed.as_secs_f64(),
            self.assigned.rate()
        )
    }
}
