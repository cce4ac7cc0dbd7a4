//! `canvass job list`, `canvass job cancel` and `canvass job run`

use std::sync::Arc;
use std::time::Duration;

use analytics::runs::{NewRun, RunLedger, RunTrigger, ScheduleError, ScheduledRun};
use analytics::schedule::PeriodicJob;
use infrastructure::scheduler::Scheduler;
use infrastructure::{PostgresDatabase, SystemClock, SystemIds};
use kernel::{
    Clock as _, IdGenerator as _, JobCancellation, JobFilter, JobId, JobRecord, JobStore,
    PageLimit, PageRequest, ScheduledRunId,
};
use serde_json::{Value, json};
use tenancy::{Jobs, TenancyError};
use time::format_description::well_known::Rfc3339;

use super::output::say;
use crate::cli::{Failure, JobCancelArguments, JobListArguments, JobRunArguments};
use crate::compose::scheduler;
use crate::database::Database;
use crate::settings::Settings;

/// Prints the latest jobs of all organizations.
pub(crate) async fn list(settings: &Settings, arguments: JobListArguments) -> Result<(), Failure> {
    let filter = JobFilter {
        kind: arguments.kind,
        status: arguments
            .status
            .map(|status| status.parse())
            .transpose()
            .map_err(|_unknown| {
                Failure::usage("--status: pending, running, completed, failed or cancelled")
            })?,
    };
    let limit = PageLimit::new(arguments.limit)
        .ok_or_else(|| Failure::usage(format_args!("--limit: between 1 and {}", PageLimit::MAX)))?;
    let page = PageRequest { limit, after: None };

    let database = open(settings).await?;
    let found = database.postgres.look_through(&filter, &page).await;
    database.close().await;

    let jobs = found.map_err(Failure::new)?.items;
    if arguments.json {
        let shown = jobs.iter().map(as_json).collect::<Vec<_>>();
        return say(Value::from(shown));
    }
    say(HEAD)?;
    for job in &jobs {
        say(line(job))?;
    }
    Ok(())
}

/// Asks for the cancellation of a job, whichever organization it works for.
pub(crate) async fn cancel(
    settings: &Settings,
    arguments: JobCancelArguments,
) -> Result<(), Failure> {
    let id: JobId = arguments.id.parse().map_err(|_malformed| {
        Failure::usage("a job is named by its id, as `canvass job list` tells it")
    })?;
    let database = open(settings).await?;
    let done = cancel_in(&database, id).await;
    database.close().await;

    say(done?)
}

async fn cancel_in(database: &Database, id: JobId) -> Result<&'static str, Failure> {
    let store = Arc::new(database.postgres.clone());
    let found = JobStore::look_up(&*store, id).await.map_err(Failure::new)?;
    let job = found.ok_or_else(|| Failure::new("there is no such job"))?;
    let jobs = Jobs::new(store, Arc::new(SystemClock), Arc::new(SystemIds::default()));
    match jobs.cancel_as_operator(job.organization, id).await {
        Ok(JobCancellation::Cancelled) => Ok("the job is cancelled"),
        Ok(JobCancellation::Requested) => Ok("the job ends at its next pause"),
        Ok(JobCancellation::AlreadyRequested | JobCancellation::TooLate) => {
            Ok("the job was asked to end before")
        }
        Err(TenancyError::JobEnded) => Err(Failure::new("the job has ended")),
        Err(error) => Err(Failure::new(error)),
    }
}

/// Runs a periodic job besides its turns, and waits for its end. Where another process acts as the scheduler, that one
/// carries it out.
pub(crate) async fn run(settings: &Settings, arguments: JobRunArguments) -> Result<(), Failure> {
    let job: PeriodicJob = arguments.name.parse().map_err(Failure::usage)?;
    let database = open(settings).await?;
    let postgres = Arc::new(database.postgres.clone());
    let scheduler = scheduler(&postgres);
    let ran = run_in(&postgres, &scheduler, job).await;
    let resigned = scheduler.resign().await;
    database.close().await;

    let run = ran?;
    resigned.map_err(Failure::new)?;
    if arguments.json {
        println!(
            "{}",
            json!({ "name": job.as_str(), "counts": run.counts, "error": run.error })
        );
    } else {
        for (name, count) in &run.counts {
            println!("{name}: {count}");
        }
    }
    match run.error {
        Some(error) => Err(Failure::new(format!("the job {job} failed: {error}"))),
        None => Ok(()),
    }
}

async fn run_in(
    postgres: &PostgresDatabase,
    scheduler: &Scheduler,
    job: PeriodicJob,
) -> Result<ScheduledRun, Failure> {
    if !scheduler.knows(job) {
        return Err(Failure::usage(format_args!(
            "this version has nothing to do as {job}; a later one will"
        )));
    }
    let new = NewRun {
        id: ScheduledRunId::from_uuid(SystemIds::default().next()),
        job,
        trigger: RunTrigger::Manual,
        turn: None,
        at: SystemClock.now(),
    };
    if !postgres.ask(&new).await.map_err(Failure::new)? {
        return Err(Failure::new(ScheduleError::Running(job)));
    }
    loop {
        scheduler.act(false).await.map_err(Failure::new)?;
        let found = RunLedger::look_up(postgres, new.id).await;
        let run = found.map_err(Failure::new)?;
        if let Some(run) = run.filter(|run| run.finished_at.is_some()) {
            return Ok(run);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// How often it is looked whether another process has carried out a run.
const LOOK: Duration = Duration::from_millis(500);

/// The database, also while another process has it as its private one.
async fn open(settings: &Settings) -> Result<Database, Failure> {
    Database::open_beside(settings).await.map_err(Failure::new)
}

const HEAD: &str = "id                                    kind                 status     done  tries  organization                          asked for";

fn line(job: &JobRecord) -> String {
    let percent = job
        .percent()
        .map_or_else(|| "-".to_owned(), |percent| format!("{percent}%"));
    let status = if job.cancel_requested && !job.status.is_final() {
        "ending"
    } else {
        job.status.as_str()
    };
    format!(
        "{}  {:<20} {status:<10} {percent:>4}  {:>5}  {}  {}",
        job.id,
        job.kind,
        job.attempts,
        job.organization,
        job.created_at.format(&Rfc3339).unwrap_or_default()
    )
}

fn as_json(job: &JobRecord) -> Value {
    json!({
        "id": job.id,
        "organization_id": job.organization,
        "kind": job.kind,
        "status": job.status.as_str(),
        "cancel_requested": job.cancel_requested,
        "percent": job.percent(),
        "done": job.progress.done(),
        "total": job.progress.total(),
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "error": job.error,
        "created_at": job.created_at.format(&Rfc3339).unwrap_or_default(),
    })
}
