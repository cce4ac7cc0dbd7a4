//! The runs of periodic jobs.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Instant;

use analytics::runs::{
    NewRun, RunLedger, RunOutcome, RunRepository, RunStore, RunUnit, ScheduleError, ScheduledRun,
};
use analytics::schedule::PeriodicJob;
use async_trait::async_trait;
use kernel::{
    AuditTrail, Cursor, IdempotencyLedger, Page, PageRequest, ScheduledRunId, StorageError,
    TenantScope, Timestamp,
};
use time::Duration;
use uuid::Uuid;

use crate::MemoryDatabase;
use crate::state::GlobalState;
use crate::unit::MemoryUnit;

#[async_trait]
impl RunStore for MemoryDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn RunUnit>, StorageError> {
        Ok(Box::new(self.open(scope)))
    }
}

impl RunUnit for MemoryUnit {
    fn runs(&self) -> &dyn RunRepository {
        self
    }

    fn audit(&self) -> &dyn AuditTrail {
        self
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self
    }
}

impl GlobalState {
    /// Asks for a run, if there is none that stands against it.
    fn ask_for(&mut self, new: &NewRun) -> bool {
        let mut same = self
            .scheduled_runs
            .values()
            .map(|(run, _)| run)
            .filter(|run| run.job == new.job);
        let is_taken = same
            .any(|run| run.finished_at.is_none() || (run.turn.is_some() && run.turn == new.turn));
        if !is_taken {
            let asked = (ScheduledRun::asked(new), None);
            self.scheduled_runs.insert(new.id, asked);
        }
        !is_taken
    }
}

#[async_trait]
impl RunRepository for MemoryUnit {
    async fn insert(&self, run: &NewRun) -> Result<(), ScheduleError> {
        self.require_platform()?;
        if self.write_global(|global| global.ask_for(run)) {
            Ok(())
        } else {
            Err(ScheduleError::Running(run.job))
        }
    }

    async fn list(
        &self,
        job: Option<PeriodicJob>,
        page: &PageRequest,
    ) -> Result<Page<ScheduledRun>, StorageError> {
        if !self.is_platform() {
            return Ok(Page::from_overfull(
                Vec::new(),
                page.limit,
                |run: &ScheduledRun| Cursor::Id(run.id.as_uuid()),
            ));
        }
        let before = match &page.after {
            Some(Cursor::Id(id)) => Some(*id),
            _ => None,
        };
        let mut runs: Vec<_> = self.read_global(|global| {
            let all = global.scheduled_runs.values().map(|(run, _)| run);
            let wanted = all.filter(|run| {
                job.is_none_or(|job| run.job == job)
                    && before.is_none_or(|before| run.id.as_uuid() < before)
            });
            wanted.cloned().collect()
        });
        runs.sort_by_key(|run| Reverse(run.id));
        runs.truncate(usize::from(page.limit.get()) + 1);
        self.unsettle(&mut runs, page);
        Ok(Page::from_overfull(runs, page.limit, |run| {
            Cursor::Id(run.id.as_uuid())
        }))
    }
}

/// Whether this scheduler holds the lease.
fn leads(lease: Option<(Uuid, Instant)>, scheduler: Uuid) -> bool {
    lease.is_some_and(|(holder, until)| holder == scheduler && until > Instant::now())
}

#[async_trait]
impl RunLedger for MemoryDatabase {
    async fn lead(&self, scheduler: Uuid, lease: Duration) -> Result<bool, StorageError> {
        Ok(self.with_schedule(|held, _| {
            let is_free =
                held.is_none_or(|(holder, until)| holder == scheduler || until <= Instant::now());
            if is_free {
                *held = Some((scheduler, Instant::now() + lease.unsigned_abs()));
            }
            is_free
        }))
    }

    async fn resign(&self, scheduler: Uuid) -> Result<(), StorageError> {
        self.with_schedule(|held, _| {
            if held.is_some_and(|(holder, _)| holder == scheduler) {
                *held = None;
            }
        });
        Ok(())
    }

    async fn last_turns(&self) -> Result<Vec<(PeriodicJob, Timestamp)>, StorageError> {
        Ok(self.with_schedule(|_, global| {
            let mut turns = BTreeMap::new();
            for (run, _) in global.scheduled_runs.values() {
                if let Some(turn) = run.turn {
                    let last = turns.entry(run.job).or_insert(turn);
                    *last = turn.max(*last);
                }
            }
            turns.into_iter().collect()
        }))
    }

    async fn ask(&self, run: &NewRun) -> Result<bool, StorageError> {
        Ok(self.with_schedule(|_, global| global.ask_for(run)))
    }

    async fn open_runs(&self) -> Result<Vec<ScheduledRun>, StorageError> {
        Ok(self.with_schedule(|_, global| {
            let runs = global.scheduled_runs.values().map(|(run, _)| run);
            runs.filter(|run| run.finished_at.is_none())
                .cloned()
                .collect()
        }))
    }

    async fn look_up(&self, run: ScheduledRunId) -> Result<Option<ScheduledRun>, StorageError> {
        Ok(self.with_schedule(|_, global| {
            let found = global.scheduled_runs.get(&run);
            found.map(|(run, _)| run.clone())
        }))
    }

    async fn start(
        &self,
        run: ScheduledRunId,
        scheduler: Uuid,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.with_schedule(|held, global| {
            let found = global.scheduled_runs.get_mut(&run);
            let open = found.filter(|(run, _)| run.finished_at.is_none());
            let Some((run, by)) = open.filter(|_| leads(*held, scheduler)) else {
                return false;
            };
            run.start(at);
            *by = Some(scheduler);
            true
        }))
    }

    async fn end(
        &self,
        run: ScheduledRunId,
        scheduler: Uuid,
        outcome: &RunOutcome,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.with_schedule(|_, global| {
            let found = global.scheduled_runs.get_mut(&run);
            let open =
                found.filter(|(run, by)| run.finished_at.is_none() && *by == Some(scheduler));
            open.is_some_and(|(run, _)| {
                run.end(outcome, at);
                true
            })
        }))
    }
}
