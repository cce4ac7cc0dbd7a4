//! The shapes of runs of periodic jobs on the wire.

use std::collections::HashMap;

use analytics::runs::{RunTrigger, ScheduledRun};
use analytics::schedule::PeriodicJob;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use crate::input::{Fields, text};
use crate::schema::PeriodicJobText;

/// Which job to run.
#[derive(Object)]
#[oai(example)]
pub(crate) struct StartScheduledRunRequest {
    /// The job's name.
    name: PeriodicJobText,
}

/// Why a run is carried out.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum RunTriggerWord {
    /// The job has its turn.
    Schedule,
    /// The program started.
    Start,
    /// Somebody asked for it.
    Manual,
}

/// A run of a periodic job.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ScheduledRunAnswer {
    /// Its id.
    id: Uuid,
    /// The job's name.
    name: PeriodicJobText,
    /// Why it is carried out.
    trigger: RunTriggerWord,
    /// The turn that it is for; null where it was asked for besides.
    #[oai(nullable)]
    turn: Option<OffsetDateTime>,
    /// How often it was begun: more than once where whoever carried it out was killed.
    tries: u32,
    /// When it was asked for.
    created_at: OffsetDateTime,
    /// When it was begun last; null where it is yet to begin.
    #[oai(nullable)]
    started_at: Option<OffsetDateTime>,
    /// When it ended; null where it has not.
    #[oai(nullable)]
    finished_at: Option<OffsetDateTime>,
    /// What it did, counted.
    counts: HashMap<String, i64>,
    /// Why it failed; null where it did not.
    #[oai(nullable)]
    error: Option<String>,
}

/// Reads which job to run.
pub(crate) fn periodic_job(fields: &mut Fields<'_>) -> Option<PeriodicJob> {
    fields.required("name", text)
}

impl From<RunTrigger> for RunTriggerWord {
    fn from(trigger: RunTrigger) -> Self {
        match trigger {
            RunTrigger::Schedule => Self::Schedule,
            RunTrigger::Start => Self::Start,
            RunTrigger::Manual => Self::Manual,
        }
    }
}

impl From<&ScheduledRun> for ScheduledRunAnswer {
    fn from(run: &ScheduledRun) -> Self {
        let counts = run.counts.iter().map(|(name, n)| (name.clone(), *n));
        Self {
            id: run.id.as_uuid(),
            name: PeriodicJobText::new(run.job),
            trigger: run.trigger.into(),
            turn: run.turn,
            tries: run.tries,
            created_at: run.asked_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            counts: counts.collect(),
            error: run.error.clone(),
        }
    }
}

impl Example for StartScheduledRunRequest {
    fn example() -> Self {
        Self {
            name: PeriodicJobText::new(PeriodicJob::Expiry),
        }
    }
}

impl Example for ScheduledRunAnswer {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0061),
            name: PeriodicJobText::new(PeriodicJob::Expiry),
            trigger: RunTriggerWord::Schedule,
            turn: Some(datetime!(2026-01-15 12:00 UTC)),
            tries: 1,
            created_at: datetime!(2026-01-15 12:00:01 UTC),
            started_at: Some(datetime!(2026-01-15 12:00:01 UTC)),
            finished_at: Some(datetime!(2026-01-15 12:00:02 UTC)),
            counts: HashMap::from([("sessions".to_owned(), 3)]),
            error: None,
        }
    }
}
