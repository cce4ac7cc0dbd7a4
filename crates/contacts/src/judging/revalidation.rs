//! The job that judges the members of a list again.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    ClaimedJob, Clock, ContactId, ContactListId, EarlyEnd, IdGenerator, Interruption, Job,
    JobControl, JobEnd, JobFailure, JobId, JobKind, JobProgress, NewJob, TenantScope, Timestamp,
    UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::again::Batch;
use super::unanswered::{ask_again_later, unanswered};
use crate::ports::{ContactStore, ContactUnit};
use crate::tries::Tries;
use crate::workbench::{VALIDATE_LIST, Workbench, Works};
use crate::{Contact, ContactError, Judge, Knowledge, ListStatus};

/// How often the job is tried without getting on.
const ATTEMPTS: u16 = 8;

/// How many contacts are judged in one unit of work.
const BATCH: u16 = 1_000;

/// What the job works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Payload {
    list: ContactListId,
    /// Who asked for it.
    by: Option<UserId>,
}

impl Payload {
    /// All members of a list, for somebody.
    pub(super) const fn of_list(list: ContactListId, by: Option<UserId>) -> Self {
        Self { list, by }
    }

    /// The job that works on it.
    pub(super) fn job(&self, id: JobId, run_at: Timestamp) -> NewJob {
        NewJob {
            id,
            kind: VALIDATE_LIST,
            payload: json!(self),
            run_at,
            max_attempts: ATTEMPTS,
        }
    }

    fn of_job(job: &ClaimedJob) -> Result<Self, JobFailure> {
        serde_json::from_value(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))
    }
}

/// How far a try got, kept with each batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Reached {
    after: Option<ContactId>,
    total: Option<u64>,
    judged: u64,
    changed: u64,
    unanswered: u64,
    /// Whether the list has its status.
    #[serde(default)]
    ended: bool,
}

impl Reached {
    fn progress(&self) -> JobProgress {
        let progress = JobProgress::new(self.judged)
            .count("judged", self.judged)
            .count("changed", self.changed)
            .count("unanswered", self.unanswered);
        match self.total {
            Some(total) => progress.of(total),
            None => progress,
        }
    }

    fn result(&self) -> Value {
        json!({ "judged": self.judged, "changed": self.changed, "unanswered": self.unanswered })
    }
}

/// Carries out the job: batch after batch in the order of ids, each in a unit of work that keeps how far it got,
/// so that nobody is left out and nobody judged twice when a worker is killed.
pub struct ListRevalidation {
    bench: Workbench,
    judge: Judge,
}

impl ListRevalidation {
    /// Revalidation of lists in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn ContactStore>,
        judge: Judge,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            judge,
        }
    }

    async fn try_all(
        &self,
        job: &ClaimedJob,
        payload: &Payload,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let mut reached = match &job.checkpoint {
            Some(checkpoint) => serde_json::from_value(checkpoint.clone())
                .ok()
                .ok_or_else(|| JobFailure::lasting("checkpoint-corrupt"))?,
            None => Reached {
                total: self.count(payload, scope).await?,
                ..Reached::default()
            },
        };
        work.report(reached.progress());
        if reached.ended {
            // It was killed after its last unit was committed.
            return Ok(JobEnd::Completed(Some(reached.result())));
        }
        let mut tries = Tries::begin(VALIDATE_LIST, self.bench.now());
        loop {
            match work.interruption() {
                Some(Interruption::Cancelled) => {
                    self.break_off(job, payload, scope).await?;
                    return Ok(JobEnd::Cancelled(Some(reached.result())));
                }
                Some(interruption) => return Ok(interruption.into()),
                None => {}
            }
            let (ids, batch) = self.read(payload, &reached, scope).await?;
            let Some(last) = ids.last() else {
                return self.complete(job, payload, &reached, scope, work).await;
            };
            let known = self
                .judge
                .look_up(
                    batch.iter().map(|contact| contact.state().email.as_str()),
                    Judge::PATIENCE_OF_JOBS,
                )
                .await;
            let further = Reached {
                after: Some(*last),
                ..reached.clone()
            };
            let judged = self.judge_batch(job, payload, &batch, &known, further, scope, work);
            match judged.await {
                Ok(further) => {
                    reached = further;
                    tries = Tries::begin(VALIDATE_LIST, self.bench.now());
                    work.report(reached.progress());
                }
                Err(failure) if tries.are_left_after(&failure, self.bench.now()) => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn count(
        &self,
        payload: &Payload,
        scope: &TenantScope,
    ) -> Result<Option<u64>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let counted = unit.lists().find_counted(payload.list).await?;
        unit.commit().await?;
        Ok(counted.map(|counted| counted.counts.total()))
    }

    async fn read(
        &self,
        payload: &Payload,
        reached: &Reached,
        scope: &TenantScope,
    ) -> Result<(Vec<ContactId>, Vec<Contact>), ContactError> {
        let unit = self.bench.begin(scope).await?;
        let ids = unit
            .list_members()
            .ids_after(payload.list, None, reached.after, BATCH)
            .await?;
        let contacts = unit.contacts().find_many(&ids).await?;
        unit.commit().await?;
        Ok((ids, contacts))
    }

    /// Judges contacts and keeps how far that got, in one unit of work.
    #[expect(clippy::too_many_arguments, reason = "all that a batch is made of")]
    async fn judge_batch(
        &self,
        job: &ClaimedJob,
        payload: &Payload,
        batch: &[Contact],
        known: &Knowledge,
        mut reached: Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Reached, JobFailure> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let batch = Batch {
            judge: &self.judge,
            ids: self.bench.ids(),
            job: job.id,
            contacts: batch,
            known,
            at,
            by: payload.by,
        };
        let rejudged = batch.judge_again(unit.as_ref(), scope).await?;
        reached.judged += rejudged.judgements.len() as u64;
        reached.changed += rejudged.changed as u64;
        reached.unanswered += unanswered(&rejudged.judgements).len() as u64;
        ask_again_later(unit.as_ref(), &rejudged.judgements, self.bench.ids(), at).await?;
        work.checkpoint(unit.jobs(), &json!(reached)).await?;
        unit.commit().await?;
        Ok(reached)
    }

    /// Ends the work.
    async fn complete(
        &self,
        job: &ClaimedJob,
        payload: &Payload,
        reached: &Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let unit = self.bench.begin(scope).await?;
        self.end_in(unit.as_ref(), job, payload, ListStatus::Validated, scope)
            .await?;
        let ended = Reached {
            ended: true,
            ..reached.clone()
        };
        work.checkpoint(unit.jobs(), &json!(ended)).await?;
        unit.commit().await?;
        Ok(JobEnd::Completed(Some(reached.result())))
    }

    /// Notes that not all members were looked at, where nobody has noted an end of it.
    async fn break_off(
        &self,
        job: &ClaimedJob,
        payload: &Payload,
        scope: &TenantScope,
    ) -> Result<(), ContactError> {
        let unit = self.bench.begin(scope).await?;
        let list = unit.lists().find(payload.list).await?;
        if list.is_some_and(|list| list.state().status == ListStatus::Validating) {
            self.end_in(unit.as_ref(), job, payload, ListStatus::Failed, scope)
                .await?;
        }
        Ok(unit.commit().await?)
    }

    async fn end_in(
        &self,
        unit: &dyn ContactUnit,
        job: &ClaimedJob,
        payload: &Payload,
        status: ListStatus,
        scope: &TenantScope,
    ) -> Result<(), ContactError> {
        let works = Works {
            list: payload.list,
            import: None,
            job: Some(job.id),
        };
        self.bench
            .end_validation(unit, scope, works, status, payload.by)
            .await
    }
}

#[async_trait]
impl Job for ListRevalidation {
    fn kind(&self) -> JobKind {
        VALIDATE_LIST
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        self.try_all(job, &Payload::of_job(job)?, scope, work).await
    }

    async fn wind_up(
        &self,
        job: &ClaimedJob,
        _end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        let payload = Payload::of_job(job)?;
        Ok(self.break_off(job, &payload, scope).await?)
    }
}
