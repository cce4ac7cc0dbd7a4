//! The use cases of whoever administers the platform.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, Changes, Checked, Clock, Done, FieldErrors,
    FieldFault, IdGenerator, Once, Page, PageRequest, ScheduledRunId, TenantScope, begin_once,
};

use super::{NewRun, RunStore, RunTrigger, ScheduleError, ScheduledRun};
use crate::schedule::PeriodicJob;

/// Use cases on the runs of periodic jobs, for administrators of the platform.
#[derive(Clone)]
pub struct ScheduledRuns {
    store: Arc<dyn RunStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    jobs: BTreeSet<PeriodicJob>,
}

impl ScheduledRuns {
    /// Use cases on what is in `store`; these are the jobs that are carried out.
    #[must_use]
    pub fn new(
        store: Arc<dyn RunStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        jobs: impl IntoIterator<Item = PeriodicJob>,
    ) -> Self {
        Self {
            store,
            clock,
            ids,
            jobs: jobs.into_iter().collect(),
        }
    }

    /// The runs of a job, or of all, the latest first.
    pub async fn list(
        &self,
        scope: &TenantScope,
        job: Option<PeriodicJob>,
        page: &PageRequest,
    ) -> Result<Page<ScheduledRun>, ScheduleError> {
        let unit = self.store.begin(scope).await?;
        let runs = unit.runs().list(job, page).await?;
        unit.commit().await?;
        Ok(runs)
    }

    /// Asks for a run besides the job's turns, which the scheduler begins as soon as it can. Fails with
    /// [`ScheduleError::Running`] where another run of the job has not ended.
    pub async fn request(
        &self,
        scope: &TenantScope,
        job: Checked<PeriodicJob>,
        once: &Once<'_, ScheduledRun>,
    ) -> Result<Done<ScheduledRun>, ScheduleError> {
        let at = self.clock.now();
        let unit = self.store.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let job = job?;
        if !self.jobs.contains(&job) {
            // It has its place in the schedule, and nothing to do: archives come with a later version.
            let fault = FieldFault::new(
                "unknown-value",
                "this version has nothing to do under this name; a later one will",
            );
            return Err(FieldErrors::one("#/name", fault).into());
        }
        let run = NewRun {
            id: ScheduledRunId::from_uuid(self.ids.next()),
            job,
            trigger: RunTrigger::Manual,
            turn: None,
            at,
        };
        unit.runs().insert(&run).await?;
        // What becomes of the run, its own row tells.
        let draft = AuditDraft::new(
            "scheduled_run",
            run.id.as_uuid(),
            AuditAction::Launch,
            Changes::none(),
        );
        let entry = AuditEntryId::from_uuid(self.ids.next());
        let entry = AuditEntry::new(entry, at, scope, draft.because(job.as_str()));
        unit.audit().append(&[entry]).await?;
        let run = ScheduledRun::asked(&run);
        once.record(unit.idempotency(), &run).await?;
        unit.commit().await?;
        Ok(Done::Fresh(run))
    }
}
