//! One run of a periodic job.

use std::collections::BTreeMap;
use std::str::FromStr;

use kernel::{ScheduledRunId, StorageError, Timestamp};

use crate::schedule::PeriodicJob;

/// What a run did, counted, by names in `snake_case`.
pub type RunCounts = BTreeMap<&'static str, i64>;

/// Why a run is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunTrigger {
    /// The job has its turn.
    Schedule,
    /// The program started.
    Start,
    /// Somebody asked for it.
    Manual,
}

/// A run that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Its id.
    pub id: ScheduledRunId,
    /// Of which job.
    pub job: PeriodicJob,
    /// Why.
    pub trigger: RunTrigger,
    /// The turn that it is for, if the schedule asks.
    pub turn: Option<Timestamp>,
    /// When it was asked for.
    pub at: Timestamp,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Everything was done.
    Done(RunCounts),
    /// Something was not.
    Failed {
        /// Why, without personal data.
        error: String,
        /// What was done, counted.
        counts: RunCounts,
    },
}

/// A run of a periodic job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledRun {
    /// Its id.
    pub id: ScheduledRunId,
    /// Of which job.
    pub job: PeriodicJob,
    /// Why it is carried out.
    pub trigger: RunTrigger,
    /// The turn that it is for, if the schedule asked.
    pub turn: Option<Timestamp>,
    /// How often it was begun: more than once where whoever carried it out was killed.
    pub tries: u32,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was begun last.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What it did, counted; none until it ended.
    pub counts: BTreeMap<String, i64>,
    /// Why it failed, without personal data.
    pub error: Option<String>,
}

impl RunTrigger {
    /// Every trigger.
    pub const ALL: [Self; 3] = [Self::Schedule, Self::Start, Self::Manual];

    /// The trigger's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Start => "start",
            Self::Manual => "manual",
        }
    }
}

impl FromStr for RunTrigger {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|trigger| trigger.as_str() == text)
            .ok_or_else(|| StorageError::Corrupt("unknown trigger of a run".to_owned()))
    }
}

impl ScheduledRun {
    /// A run that was asked for and not begun yet.
    #[must_use]
    pub const fn asked(new: &NewRun) -> Self {
        Self {
            id: new.id,
            job: new.job,
            trigger: new.trigger,
            turn: new.turn,
            tries: 0,
            asked_at: new.at,
            started_at: None,
            finished_at: None,
            counts: BTreeMap::new(),
            error: None,
        }
    }

    /// The run begins, once more where whoever began it was killed.
    pub fn start(&mut self, at: Timestamp) {
        self.tries = self.tries.saturating_add(1);
        self.started_at = Some(at);
    }

    /// The run ends.
    pub fn end(&mut self, outcome: &RunOutcome, at: Timestamp) {
        self.finished_at = Some(at);
        let counts = match outcome {
            RunOutcome::Done(counts) => counts,
            RunOutcome::Failed { error, counts } => {
                self.error = Some(error.clone());
                counts
            }
        };
        let counts = counts.iter();
        self.counts = counts.map(|(name, n)| ((*name).to_owned(), *n)).collect();
    }
}
