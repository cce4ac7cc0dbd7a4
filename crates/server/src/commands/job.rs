//! `canvass job list` and `canvass job cancel`

use std::sync::Arc;

use infrastructure::{SystemClock, SystemIds};
use kernel::{JobCancellation, JobFilter, JobId, JobRecord, JobStore as _, PageLimit, PageRequest};
use serde_json::{Value, json};
use tenancy::{Jobs, TenancyError};
use time::format_description::well_known::Rfc3339;

use crate::cli::{Failure, JobCancelArguments, JobListArguments};
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
        println!("{}", Value::from(shown));
    } else {
        println!("{HEAD}");
        for job in &jobs {
            println!("{}", line(job));
        }
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

    println!("{}", done?);
    Ok(())
}

async fn cancel_in(database: &Database, id: JobId) -> Result<&'static str, Failure> {
    let store = Arc::new(database.postgres.clone());
    let found = store.look_up(id).await.map_err(Failure::new)?;
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
