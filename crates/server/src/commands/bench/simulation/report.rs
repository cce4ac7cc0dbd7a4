//! The figures for a person, and for a program.

use std::fmt;

use serde_json::{Value, json};

use super::staging::Played;
use crate::commands::bench::measuring::verdict;
use crate::commands::bench::program::Statement;

/// Within how many seconds a campaign to 100,000 contacts must be simulated.
const BAR: f64 = 20.0;

/// How many contacts that are.
const OF: f64 = 100_000.0;

/// All figures of a run.
pub(super) struct Report {
    pub(super) played: Played,
    /// Where the database spent its time, the most first.
    pub(super) statements: Vec<Statement>,
}

impl Report {
    /// The figures for a program.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "counts": self.played.counts,
            "seconds": self.seconds(),
            "seconds_per_100000": self.per_hundred_thousand(),
            "is_within_the_bar": self.is_within_the_bar(),
            "statements": self.statements.iter().map(Statement::to_json).collect::<Vec<_>>(),
        })
    }

    fn seconds(&self) -> f64 {
        self.played.elapsed.as_secs_f64()
    }

    /// How long as many contacts would take as the bar is for.
    fn per_hundred_thousand(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody simulates 2^52 contacts")]
        let people = self.played.count("assigned").max(1) as f64;
        self.seconds() * OF / people
    }

    fn is_within_the_bar(&self) -> bool {
        self.per_hundred_thousand() < BAR
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| contacts | mails | events | answers | seconds | of 100,000 | < 20 s |\n|---|---|---|---|---|---|---|"
        )?;
        let kept = verdict(self.is_within_the_bar());
        let count = |name| self.played.count(name);
        writeln!(
            f,
            "| {} | {} | {} | {} | {:.1} | {:.1} | {kept} |",
            count("assigned"),
            count("sent"),
            count("events"),
            count("submitted"),
            self.seconds(),
            self.per_hundred_thousand(),
        )?;
        writeln!(f)?;
        Statement::write_all(&self.statements, f)
    }
}
