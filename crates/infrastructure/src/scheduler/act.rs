//! Acting: asking for runs whose turn it is, and carrying out what is open.
//!
//! `canvass_scheduler_acting` tells whether the scheduler of this process does: 1 from when it has the lease until it sees that it
//! has not, or cannot ask, else 0.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use analytics::runs::{NewRun, RunLedger, RunOutcome, RunTrigger, ScheduledRun};
use analytics::schedule::PeriodicJob;
use kernel::{Clock, IdGenerator, ScheduledRunId, StorageError, Timestamp};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{PeriodicTask, TaskFailure};
use crate::logs::{DatabaseLogs, ErrorLevel, ErrorLine};

/// How long giving the lease back may take at the end.
const LAST_WORD: Duration = Duration::from_secs(1);

/// How a scheduler acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchedulerSettings {
    /// How often it looks whether there is something to do.
    pub every: Duration,
    /// How long its lease lasts; it is prolonged three times as often.
    pub lease: Duration,
}

impl Default for SchedulerSettings {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(2),
            lease: Duration::from_secs(30),
        }
    }
}

/// Has periodic jobs carried out; one scheduler of all processes acts at a time.
pub struct Scheduler {
    id: Uuid,
    ledger: Arc<dyn RunLedger>,
    tasks: BTreeMap<PeriodicJob, Arc<dyn PeriodicTask>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    logs: Option<DatabaseLogs>,
    settings: SchedulerSettings,
}

impl Scheduler {
    /// A scheduler of these tasks.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn RunLedger>,
        tasks: Vec<Arc<dyn PeriodicTask>>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        settings: SchedulerSettings,
    ) -> Self {
        Self {
            id: ids.next(),
            ledger,
            tasks: tasks.into_iter().map(|task| (task.job(), task)).collect(),
            clock,
            ids,
            logs: None,
            settings,
        }
    }

    /// The same one, which tells the error log of runs that failed.
    #[must_use]
    pub fn with_error_log(mut self, logs: DatabaseLogs) -> Self {
        self.logs = Some(logs);
        self
    }

    /// What it is called in the lease.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Whether there is something that this job does.
    #[must_use]
    pub fn knows(&self, job: PeriodicJob) -> bool {
        self.tasks.contains_key(&job)
    }

    /// Acts whenever it holds the lease, until `stopping`; gives the lease back then. What fails is tried again the next
    /// time.
    pub async fn run(&self, stopping: CancellationToken) {
        let mut ticks = tokio::time::interval(self.settings.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_started = false;
        while stopping.run_until_cancelled(ticks.tick()).await.is_some() {
            let acting = self.act(!is_started);
            match stopping.run_until_cancelled(acting).await {
                Some(Ok(_)) => is_started = true,
                Some(Err(error)) => self.failed("schedule", &error),
                None => break,
            }
        }
        // Where the database is away, the lease ends by itself.
        let resigning = tokio::time::timeout(LAST_WORD, self.ledger.resign(self.id));
        if let Ok(Err(error)) = resigning.await {
            self.failed("resign", &error);
        }
    }

    /// Asks for what has its turn and carries out what is open, if this scheduler holds the lease or can have it; whether
    /// it does. At the start of a program it asks for what runs then, too.
    pub async fn act(&self, at_start: bool) -> Result<bool, StorageError> {
        if !self.lead().await? {
            return Ok(false);
        }
        let now = self.clock.now();
        let last: BTreeMap<_, _> = self.ledger.last_turns().await?.into_iter().collect();
        for job in self.tasks.keys().copied() {
            if let Some(turn) = job.due(last.get(&job).copied(), now) {
                self.ask(job, RunTrigger::Schedule, Some(turn), now).await?;
            } else if at_start && job.runs_at_start() {
                self.ask(job, RunTrigger::Start, None, now).await?;
            }
        }
        for run in self.ledger.open_runs().await? {
            if !self.carry_out(&run).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives the lease back.
    pub async fn resign(&self) -> Result<(), StorageError> {
        self.ledger.resign(self.id).await
    }

    async fn lead(&self) -> Result<bool, StorageError> {
        let lease = time::Duration::try_from(self.settings.lease).unwrap_or(time::Duration::MINUTE);
        let leads = self.ledger.lead(self.id, lease).await;
        let acting = u8::from(matches!(leads, Ok(true)));
        metrics::gauge!("canvass_scheduler_acting").set(acting);
        leads
    }

    async fn ask(
        &self,
        job: PeriodicJob,
        trigger: RunTrigger,
        turn: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let run = NewRun {
            id: ScheduledRunId::from_uuid(self.ids.next()),
            job,
            trigger,
            turn,
            at,
        };
        // Where another run of the job is open, the turn is asked for once that has ended.
        self.ledger.ask(&run).await.map(drop)
    }

    /// Carries out a run while it prolongs the lease; `false` where the lease is lost. What this process has no task for is
    /// left to one that has.
    async fn carry_out(&self, run: &ScheduledRun) -> Result<bool, StorageError> {
        let Some(task) = self.tasks.get(&run.job) else {
            return Ok(true);
        };
        let at = self.clock.now();
        // The lease may have gone by since it was taken; from here on its time is known.
        let held = Instant::now();
        if !self.lead().await? || !self.ledger.start(run.id, self.id, at).await? {
            return Ok(false);
        }
        let done = tokio::select! {
            done = task.run(at) => done,
            lost = self.keep_leading(held) => return lost.map(|()| false),
        };
        let outcome = match done {
            Ok(counts) => RunOutcome::Done(counts),
            Err(failure) => RunOutcome::Failed {
                error: self.told_of(run.job, &failure),
                counts: failure.counts,
            },
        };
        tracing::debug!(job = run.job.as_str(), ?outcome, "a periodic job ran");
        let now = self.clock.now();
        self.ledger.end(run.id, self.id, &outcome, now).await
    }

    /// Prolongs the lease, which is held since then, until it is lost. Where that fails the lease lasts as long as it would
    /// have, and no longer, however long an answer takes.
    async fn keep_leading(&self, mut held: Instant) -> Result<(), StorageError> {
        loop {
            let end = held + self.settings.lease;
            let next = Instant::now() + self.settings.lease / 3;
            tokio::time::sleep_until(next.min(end)).await;
            let asked = Instant::now();
            match tokio::time::timeout_at(end, self.lead()).await {
                Ok(Ok(true)) => held = asked,
                Ok(Ok(false)) | Err(_) => return Ok(()),
                Ok(Err(error)) if Instant::now() >= end => return Err(error),
                Ok(Err(_)) => {}
            }
        }
    }

    /// Why a run failed, as the log of runs says it; the error log is told more.
    fn told_of(&self, job: PeriodicJob, failure: &TaskFailure) -> String {
        self.log(job.as_str(), failure);
        format!("{failure}: {}", failure.source)
    }

    fn failed(&self, task: &'static str, error: &StorageError) {
        self.log(task, error);
    }

    fn log(&self, task: &'static str, error: &dyn std::error::Error) {
        let sources = std::iter::successors(error.source(), |error| error.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        tracing::error!(
            task,
            error.message = %error,
            error.sources = sources.join(": "),
            "a periodic job failed"
        );
        if let Some(logs) = &self.logs {
            logs.error(ErrorLine {
                at: self.clock.now(),
                service: "scheduler",
                level: ErrorLevel::Error,
                message: error.to_string(),
                sources,
                context: json!({ "task": task }),
            });
        }
    }
}
