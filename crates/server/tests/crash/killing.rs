//! Killed by force, again and again, while people write.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use infrastructure::SystemRandom;
use kernel::RandomBytes as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use crate::extent;
use crate::program::{Program, administrator};
use crate::reckoning;
use crate::writer::Writer;

/// How many people write at the same time.
const WRITERS: usize = 6;

/// How long it may take until somebody works on a job.
const LINGERING: Duration = Duration::from_mins(2);

/// What is killed, in turn.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Program,
    Database,
    Both,
}

const VICTIMS: [Victim; 4] = [
    Victim::Program,
    Victim::Both,
    Victim::Program,
    Victim::Database,
];

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_once_however_often_the_program_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let kills = extent::kills(VICTIMS.len());
    let mut program = Program::start(&data_dir);
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut writing = Vec::new();
    for _ in 0..WRITERS {
        let writer = Writer::enter(watched.clone()).await;
        writing.push(tokio::spawn(writer.write()));
    }
    drop(watched);

    let begun = Instant::now();
    let mut starts = Vec::new();
    for victim in VICTIMS.iter().cycle().take(kills) {
        tokio::time::sleep(a_random_while()).await;
        if !matches!(victim, Victim::Program) {
            kill_database(&data_dir);
        }
        if !matches!(victim, Victim::Database) {
            program.kill();
            program = Program::start(&data_dir);
            starts.push(program.ready_after());
            url.send_replace(program.url().to_owned());
        }
    }
    drop(url);
    let mut writers = Vec::new();
    for writer in writing {
        writers.push(writer.await.unwrap());
    }
    let killing = begun.elapsed();

    let totals = reckoning::reckon(&mut writers, &data_dir).await;
    program.stop();
    starts.sort_unstable();
    println!(
        "kills={kills} seconds={:.0} acknowledged={} repeated={} organizations={} teams={} invitations={} \
         mails={} api_keys={} lost=0 doubled=0 start_ms_min={} start_ms_median={} start_ms_max={}",
        killing.as_secs_f64(),
        totals.organizations + totals.teams + totals.invitations + totals.api_keys,
        writers.iter().map(|writer| writer.repeated).sum::<u32>(),
        totals.organizations,
        totals.teams,
        totals.invitations,
        totals.invitations,
        totals.api_keys,
        starts.first().map_or(0, Duration::as_millis),
        starts.get(starts.len() / 2).map_or(0, Duration::as_millis),
        starts.last().map_or(0, Duration::as_millis),
    );
}

/// From shortly after a start until much has been written.
pub(crate) fn a_random_while() -> Duration {
    let [low, high, ..] = SystemRandom.bytes();
    Duration::from_millis(20 + u64::from(u16::from_le_bytes([low, high])) % 1_200)
}

/// Ends the private PostgreSQL by force, where it runs.
pub(crate) fn kill_database(data_dir: &Path) {
    let pid = fs::read_to_string(data_dir.join("postgres/data/postmaster.pid"))
        .ok()
        .and_then(|text| text.lines().next()?.trim().parse().ok())
        .and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended by itself since.
        let _gone = kill_process(pid, Signal::KILL);
    }
}

/// Waits until so many units of work linger in a trigger of the test's own at the same time.
pub(crate) async fn wait_for_lingering_units(data_dir: &Path, units: i64) {
    let begun = Instant::now();
    let mut admin = administrator(data_dir).await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while sqlx::query_scalar::<_, i64>(sql)
        .fetch_one(&mut admin)
        .await
        .unwrap()
        < units
    {
        assert!(begun.elapsed() < LINGERING, "no {units} units at once");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until a unit of work lingers in a trigger of the test's own, in another process of the database than before; tells
/// in which.
pub(crate) async fn wait_for_lingering(data_dir: &Path, before: i32) -> i32 {
    let begun = Instant::now();
    let mut admin = administrator(data_dir).await;
    let sql = "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid <> $1";
    loop {
        let process: i32 = sqlx::query_scalar(sql)
            .bind(before)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        if process != 0 {
            return process;
        }
        assert!(begun.elapsed() < LINGERING, "nobody works on the job");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
