//! The figures for a person, and for a program.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::bare::Bare;
use super::download::Download;
use super::neighbour::{self, Small};
use crate::commands::bench::file::{Expected, FileEncoding};
use crate::commands::bench::following::Seen;
use crate::commands::bench::measuring::verdict;
use crate::commands::bench::program::{Size, Statement};
use crate::commands::bench::searches::Searches;

/// The part of the bare rate that the program promises.
const RATE_BAR: f64 = 0.5;
/// How much memory an import or a download may take, in bytes.
const GROWTH_BAR: u64 = 64 << 20;
/// How large a contact may be with all that belongs to it, in bytes.
const SIZE_BAR: f64 = 1_000.0;
/// In how many milliseconds 95 of 100 searches must be answered.
const SEARCH_BAR: f64 = 50.0;

/// All figures of a run.
pub(super) struct Report {
    pub(super) rows: u64,
    pub(super) imported: Vec<Imported>,
    pub(super) bare: Bare,
    /// Of the tables when one file was imported.
    pub(super) sizes: Vec<Size>,
    pub(super) searches: Vec<Searches>,
    pub(super) download: Download,
    pub(super) small: Small,
}

/// The figures of a file.
pub(super) struct Imported {
    pub(super) encoding: FileEncoding,
    pub(super) expected: Expected,
    pub(super) seen: Seen,
    /// What the program's memory grew by at most, in bytes.
    pub(super) growth: u64,
    /// Time of processors that the program used, without the database.
    pub(super) processor: Duration,
    /// Where the database's time went.
    pub(super) statements: Vec<Statement>,
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^52")]
const fn number(count: u64) -> f64 {
    count as f64
}

fn mebibytes(bytes: u64) -> f64 {
    number(bytes) / f64::from(1 << 20)
}

/// The middle one, and the greatest; zero of none.
fn middle_and_most(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut sorted = numbers.collect::<Vec<_>>();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2).copied();
    (
        middle.unwrap_or_default(),
        sorted.last().copied().unwrap_or_default(),
    )
}

fn seconds(times: &[Duration]) -> impl Iterator<Item = f64> {
    times.iter().map(Duration::as_secs_f64)
}

impl Imported {
    fn to_json(&self, report: &Report) -> Value {
        let seen = &self.seen;
        let (error, worst) = middle_and_most(seen.errors.iter().copied());
        json!({
            "encoding": self.encoding.name(),
            "bytes": seen.bytes,
            "created": self.expected.created,
            "suppressed": self.expected.suppressed,
            "duplicate_in_file": self.expected.duplicate_in_file,
            "rejected": self.expected.rejected,
            "upload_seconds": seen.uploaded.as_secs_f64(),
            "seconds": seen.elapsed.as_secs_f64(),
            "rows_per_second": report.rate(self),
            "part_of_bare": report.ratio(self),
            "growth_bytes": self.growth,
            "processor_seconds": self.processor.as_secs_f64(),
            "steps": seen.steps,
            "longest_silence_seconds": seen.longest_silence.as_secs_f64(),
            "end_foretold": seen.errors.len(),
            "end_wrong_by": { "middle": error, "most": worst },
            "statements": self.statements.iter().map(Statement::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Report {
    fn rate(&self, imported: &Imported) -> f64 {
        number(self.rows) / imported.seen.elapsed.as_secs_f64()
    }

    /// The rate of an import as a part of the bare one: rows that it reads, 2 % of which become no contact, beside contacts
    /// that are written.
    fn ratio(&self, imported: &Imported) -> f64 {
        self.rate(imported) / self.bare.rate()
    }

    /// Bytes per contact.
    fn size(&self) -> f64 {
        self.per_contact(self.sizes.iter().map(|size| size.bytes).sum())
    }

    fn per_contact(&self, bytes: u64) -> f64 {
        let contacts = self.imported.first().map(|first| first.expected.kept());
        number(bytes) / number(contacts.unwrap_or_default().max(1))
    }

    /// The figures for a program.
    pub(super) fn to_json(&self) -> Value {
        let imports = self.imported.iter().map(|imported| imported.to_json(self));
        let (alone, most_alone) = middle_and_most(seconds(&self.small.alone));
        let (beside, most_beside) = middle_and_most(seconds(&self.small.beside));
        json!({
            "rows": self.rows,
            "imports": imports.collect::<Vec<_>>(),
            "bare": {
                "contacts": self.bare.contacts,
                "seconds": self.bare.elapsed.as_secs_f64(),
                "rows_per_second": self.bare.rate(),
                "tables": self.bare.tables.iter().map(|(name, time)| json!({
                    "table": name, "seconds": time.as_secs_f64(),
                })).collect::<Vec<_>>(),
            },
            "bytes_per_contact": self.size(),
            "sizes": self.sizes.iter().map(|size| json!({
                "relation": size.relation, "bytes": size.bytes,
            })).collect::<Vec<_>>(),
            "search": Searches::together(&self.searches).to_json(),
            "searches": self.searches.iter().map(Searches::to_json).collect::<Vec<_>>(),
            "download": {
                "lines": self.download.lines,
                "bytes": self.download.bytes,
                "seconds": self.download.elapsed.as_secs_f64(),
                "growth_bytes": self.download.growth,
            },
            "small_imports": {
                "rows": neighbour::ROWS,
                "alone": {
                    "count": self.small.alone.len(), "middle_seconds": alone, "most_seconds": most_alone,
                },
                "beside": {
                    "count": self.small.beside.len(), "middle_seconds": beside, "most_seconds": most_beside,
                },
            },
        })
    }

    fn write_imports(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| file | created | suppressed | duplicate | rejected | s | of these upload | rows/s | of bare | \
             memory grew by MiB | program's CPU s |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|---|---|")?;
        for imported in &self.imported {
            let (expected, seen) = (imported.expected, &imported.seen);
            writeln!(
                f,
                "| {}, {:.0} MB | {} | {} | {} | {} | {:.1} | {:.1} | {:.0} | {:.2} | {:.1} | {:.1} |",
                imported.encoding.name(),
                number(seen.bytes) / 1e6,
                expected.created,
                expected.suppressed,
                expected.duplicate_in_file,
                expected.rejected,
                seen.elapsed.as_secs_f64(),
                seen.uploaded.as_secs_f64(),
                self.rate(imported),
                self.ratio(imported),
                mebibytes(imported.growth),
                imported.processor.as_secs_f64(),
            )?;
        }
        let tables = self.bare.tables.iter();
        let tables = tables.map(|(name, time)| format!("{name} {:.1}", time.as_secs_f64()));
        writeln!(
            f,
            "| bare statements ({} s) | {} | | | | {:.1} | | {:.0} | 1 | | |\n",
            tables.collect::<Vec<_>>().join(", "),
            self.bare.contacts,
            self.bare.elapsed.as_secs_f64(),
            self.bare.rate(),
        )?;
        let is_fast = self
            .imported
            .iter()
            .all(|imported| self.ratio(imported) >= RATE_BAR);
        let is_small = self
            .imported
            .iter()
            .all(|imported| imported.growth < GROWTH_BAR);
        writeln!(
            f,
            "At least half the bare rate: {}. Memory grew by less than 64 MiB: {}.\n",
            verdict(is_fast),
            verdict(is_small)
        )
    }

    fn write_progress(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| file | times progress was seen | longest time without, s | times the end was foretold after a fifth | \
             wrong by, of the whole time: middle | most |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for imported in &self.imported {
            let seen = &imported.seen;
            let (error, worst) = middle_and_most(seen.errors.iter().copied());
            writeln!(
                f,
                "| {} | {} | {:.2} | {} | {:.0} % | {:.0} % |",
                imported.encoding.name(),
                seen.steps,
                seen.longest_silence.as_secs_f64(),
                seen.errors.len(),
                error * 100.0,
                worst * 100.0
            )?;
        }
        let (alone, most_alone) = middle_and_most(seconds(&self.small.alone));
        let (beside, most_beside) = middle_and_most(seconds(&self.small.beside));
        writeln!(
            f,
            "\n{} rows of another organization took {alone:.2} s alone (middle of {}, most {most_alone:.2}), and \
             {beside:.2} s beside the last large import (middle of {}, most {most_beside:.2}).\n",
            neighbour::ROWS,
            self.small.alone.len(),
            self.small.beside.len()
        )?;
        let download = &self.download;
        writeln!(
            f,
            "The download of all contacts had {} lines and {:.0} MB in {:.1} s; memory grew by {:.1} MiB.\n",
            download.lines,
            number(download.bytes) / 1e6,
            download.elapsed.as_secs_f64(),
            mebibytes(download.growth)
        )
    }

    fn write_statements(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.imported.first() else {
            return Ok(());
        };
        writeln!(f, "Of the first import:\n")?;
        Statement::write_all(&first.statements, f)
    }

    fn write_sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| table or index | MB | bytes per contact |\n|---|---|---|"
        )?;
        for size in &self.sizes {
            let per_contact = self.per_contact(size.bytes);
            // Empty partitions, and what does not grow with the contacts.
            if per_contact >= 1.0 {
                let (name, bytes) = (&size.relation, number(size.bytes) / 1e6);
                writeln!(f, "| {name} | {bytes:.1} | {per_contact:.0} |")?;
            }
        }
        writeln!(
            f,
            "\n{:.0} bytes per contact, at most 1 kB: {}\n",
            self.size(),
            verdict(self.size() <= SIZE_BAR)
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} rows in each file, 2 % of them broken.\n", self.rows)?;
        self.write_imports(f)?;
        self.write_progress(f)?;
        self.write_statements(f)?;
        self.write_sizes(f)?;
        Searches::write(&self.searches, SEARCH_BAR, f)
    }
}
