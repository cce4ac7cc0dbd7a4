//! `canvass bench all`: every figure that the program is to reach, in one table.
//!
//! Each measurement is a run of this program of its own (`canvass bench import --json` and so on), one after the other, so
//! that none of them leaves memory, pages or processes to the next. What they say goes into one table: the figure, the
//! bare one from the same run where there is one, and whether the bar is kept.

mod figures;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use self::figures::{Figure, Told};
use super::program::Program;
use crate::cli::{BenchAll, BenchScale, Failure};
use crate::settings::Settings;

/// How long a program that just started is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(10);

/// A measurement: its name among the others, and how the program is asked for it.
type Measurement = (&'static str, &'static [&'static str]);

/// Small enough to try the measurements themselves out.
const SMALL: [Measurement; 9] = [
    ("rls", &["rls", "--rows", "1000", "--repeat", "10"]),
    ("import", &["import", "--rows", "2000", "--searches", "2"]),
    (
        "leads",
        &[
            "leads",
            "--leads",
            "10000",
            "--contacts",
            "1000",
            "--searches",
            "2",
        ],
    ),
    (
        "events",
        &["events", "--events", "5000", "--contacts", "1000"],
    ),
    ("tracking", &["tracking", "--rate", "50", "--seconds", "2"]),
    ("simulation", &["simulation", "--contacts", "1000"]),
    (
        "analytics-10000",
        &[
            "analytics",
            "--events",
            "10000",
            "--nightly",
            "1000",
            "--reads",
            "5",
        ],
    ),
    (
        "analytics-1000000",
        &[
            "analytics",
            "--events",
            "30000",
            "--nightly",
            "1000",
            "--reads",
            "5",
        ],
    ),
    (
        "analytics-10000000",
        &[
            "analytics",
            "--events",
            "50000",
            "--nightly",
            "1000",
            "--reads",
            "5",
        ],
    ),
];

/// What the bars are said for.
const STANDARD: [Measurement; 9] = [
    ("rls", &["rls"]),
    ("import", &["import"]),
    ("leads", &["leads"]),
    ("events", &["events"]),
    ("tracking", &["tracking"]),
    ("simulation", &["simulation"]),
    ("analytics-10000", &["analytics", "--events", "10000"]),
    ("analytics-1000000", &["analytics", "--events", "1000000"]),
    ("analytics-10000000", &["analytics", "--events", "10000000"]),
];

/// What is measured once in a while beyond that.
const BEYOND: Measurement = (
    "analytics-100000000",
    &["analytics", "--events", "100000000"],
);

/// Measures everything, and prints one table or JSON.
pub(crate) fn run(settings: &Settings, arguments: &BenchAll) -> Result<(), Failure> {
    let mut measurements = match arguments.scale {
        BenchScale::Small => SMALL.to_vec(),
        BenchScale::Standard | BenchScale::Full => STANDARD.to_vec(),
    };
    if arguments.scale == BenchScale::Full {
        measurements.push(BEYOND);
    }
    let mut told = BTreeMap::new();
    told.insert("idle", json!({ "bytes": idle_memory(settings)? }));
    for (name, words) in measurements {
        tracing::info!(name, "measuring");
        told.insert(name, measure(settings, words)?);
    }
    let figures = Told(&told).figures();
    if arguments.json {
        let rows: Vec<_> = figures.iter().map(Figure::to_json).collect();
        println!("{:#}", json!({ "figures": rows, "measurements": told }));
    } else {
        print!("{}", table(&figures));
    }
    Ok(())
}

/// Bytes of the program, without PostgreSQL, when it has nothing to do.
fn idle_memory(settings: &Settings) -> Result<u64, Failure> {
    let program = Program::start(settings.pg_bin_dir.as_deref())?;
    std::thread::sleep(IDLE);
    let (now, _) = program.memory()?;
    program.stop()?;
    Ok(now)
}

/// What the program says to these words.
fn measure(settings: &Settings, words: &[&str]) -> Result<Value, Failure> {
    let program = std::env::current_exe().map_err(Failure::new)?;
    let mut command = Command::new(program);
    command.arg("bench").args(words).arg("--json");
    if let Some(directory) = &settings.pg_bin_dir {
        command.arg("--pg-bin-dir").arg(directory);
    }
    let said = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(Failure::new)?;
    if !said.status.success() {
        let words = words.join(" ");
        return Err(Failure::new(format!("`canvass bench {words}` failed")));
    }
    serde_json::from_slice(&said.stdout).map_err(Failure::new)
}

fn table(figures: &[Figure]) -> String {
    let rows = figures.iter().map(|figure| format!("{figure}\n"));
    let head = "| what | figure | bare SQL | ratio | bar | kept |\n|---|---|---|---|---|---|\n";
    head.chars()
        .chain(rows.collect::<String>().chars())
        .collect()
}
