//! Use cases: seeing how far long work is, and ending it before its time.

use std::sync::Arc;

use kernel::{
    Actor, AuditAction, AuditDraft, Changes, Clock, Done, IdGenerator, JobCancellation, JobFilter,
    JobId, JobRecord, Once, OrganizationId, Origin, Page, PageRequest, RequestId, TenantScope,
    Timestamp, begin_once,
};
use serde_json::Value;
use time::Duration;

use crate::instant::shown;
use crate::ports::{TenancyStore, TenancyUnit};
use crate::workbench::Workbench;
use crate::{Member, TenancyError};

/// A job, and when somebody looked at it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobView {
    /// The job.
    pub job: JobRecord,
    /// The instant of the look.
    pub at: Timestamp,
}

impl JobView {
    /// How long the job will take from that instant on if it goes on at its present rate; `None` where that
    /// cannot be told.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.job.estimated_rest(self.at)
    }
}

/// Use cases on the durable jobs of an organization.
#[derive(Clone)]
pub struct Jobs {
    bench: Workbench,
}

impl Jobs {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Jobs that the filter lets through, the latest first.
    pub async fn list(
        &self,
        member: &Member,
        filter: &JobFilter,
        page: &PageRequest,
    ) -> Result<Page<JobView>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let jobs = unit.jobs().list(filter, page).await?;
        unit.commit().await?;
        let at = self.bench.now();
        Ok(jobs.map(|job| JobView { job, at }))
    }

    /// A job.
    pub async fn read(&self, member: &Member, id: JobId) -> Result<JobView, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let job = unit.jobs().find(id).await?;
        unit.commit().await?;
        Ok(JobView {
            job: job.ok_or(TenancyError::NotFound("job"))?,
            at: self.bench.now(),
        })
    }

    /// Asks for a job's cancellation: one that had not begun is cancelled at once, one at work ends at its next
    /// pause. Asking again changes nothing; a job that ended is refused with [`TenancyError::JobEnded`].
    pub async fn cancel(
        &self,
        member: &Member,
        id: JobId,
        once: &Once<'_, JobView>,
    ) -> Result<Done<JobView>, TenancyError> {
        let at = self.bench.now();
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let absent = TenancyError::NotFound("job");
        let Some(before) = unit.jobs().find(id).await? else {
            return Err(absent);
        };
        let cancellation = unit.jobs().cancel(id, at).await?.ok_or(absent)?;
        self.note_wish(unit.as_ref(), member.scope(), id, cancellation, at)
            .await?;
        let job = before.after(cancellation, at);
        let view = JobView { job, at };
        once.record(unit.idempotency(), &view).await?;
        unit.commit().await?;
        Ok(Done::Fresh(view))
    }

    /// As [`Jobs::cancel`], for whoever stands at the command line of the installation.
    pub async fn cancel_as_operator(
        &self,
        organization: OrganizationId,
        id: JobId,
    ) -> Result<JobCancellation, TenancyError> {
        let at = self.bench.now();
        let origin = Origin::internal(self.bench.id(RequestId::from_uuid));
        let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
        let unit = self.bench.begin(&scope).await?;
        let cancellation = unit.jobs().cancel(id, at).await?;
        let cancellation = cancellation.ok_or(TenancyError::NotFound("job"))?;
        self.note_wish(unit.as_ref(), &scope, id, cancellation, at)
            .await?;
        unit.commit().await?;
        Ok(cancellation)
    }

    /// Writes the wish down where it is new, and refuses it where it comes too late. What becomes of the job is the
    /// worker's doing; the wish is the person's.
    async fn note_wish(
        &self,
        unit: &dyn TenancyUnit,
        scope: &TenantScope,
        id: JobId,
        cancellation: JobCancellation,
        at: Timestamp,
    ) -> Result<(), TenancyError> {
        match cancellation {
            JobCancellation::TooLate => Err(TenancyError::JobEnded),
            JobCancellation::AlreadyRequested => Ok(()),
            JobCancellation::Cancelled | JobCancellation::Requested => {
                let wish =
                    Changes::none().field("cancel_requested_at", Value::Null, shown(Some(at)));
                let draft = AuditDraft::new("job", id.as_uuid(), AuditAction::Update, wish);
                self.bench.note(unit, scope, [draft]).await?;
                Ok(())
            }
        }
    }
}
