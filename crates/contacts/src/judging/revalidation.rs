//! The job that judges the members of a list again.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, ClaimedJob, Clock, ContactId, ContactListId,
    IdGenerator, Interruption, Job, JobControl, JobEnd, JobFailure, JobId, JobKind, JobProgress,
    NewJob, TenantScope, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::Duration;

use super::again::Batch;
use super::unanswered::unanswered;
use super::validations::find_list;
use crate::ports::{ContactStore, ContactUnit};
use crate::{Contact, ContactError, Judge, Knowledge, ListStatus, ValidationStatus};

/// Judges the members of a list again.
pub(super) const VALIDATE_LIST: JobKind = JobKind::new("validate_contact_list");

/// How many contacts are judged in one unit of work.
const BATCH: u16 = 1_000;

/// How long name servers that did not answer are left in peace.
pub(super) const PAUSE: Duration = Duration::minutes(10);

/// How often they are asked again.
pub(super) const RETRIES: u8 = 3;

/// What the job works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Payload {
    list: ContactListId,
    /// Who asked for it.
    by: Option<UserId>,
    /// Which try at unanswered domains this is; 0 is the first look at all members.
    retry: u8,
}

impl Payload {
    /// All members of a list, for somebody.
    pub(super) const fn of_list(list: ContactListId, by: Option<UserId>) -> Self {
        Self { list, by, retry: 0 }
    }

    /// The document that is stored with the job.
    pub(super) fn to_document(&self) -> Value {
        json!(self)
    }

    /// Which members are looked at: those that wait for an answer, or all.
    const fn wanted(&self) -> Option<ValidationStatus> {
        match self.retry {
            0 => None,
            _ => Some(ValidationStatus::Pending),
        }
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
    /// Whether the list has its status and the next try was asked for.
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
    store: Arc<dyn ContactStore>,
    judge: Judge,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
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
            store,
            judge,
            clock,
            ids,
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
                total: self.count(payload, scope).await.map_err(failure)?,
                ..Reached::default()
            },
        };
        work.report(reached.progress());
        if reached.ended {
            // It was killed after its last unit was committed.
            return Ok(JobEnd::Completed(Some(reached.result())));
        }
        loop {
            match work.interruption() {
                Some(Interruption::Cancelled) => {
                    self.end(payload, ListStatus::Failed, scope)
                        .await
                        .map_err(failure)?;
                    return Ok(JobEnd::Cancelled(Some(reached.result())));
                }
                Some(interruption) => return Ok(interruption.into()),
                None => {}
            }
            let (ids, batch) = self.read(payload, &reached, scope).await.map_err(failure)?;
            let Some(last) = ids.last() else {
                return self.complete(payload, &reached, scope, work).await;
            };
            let known = self
                .judge
                .look_up(
                    batch.iter().map(|contact| contact.state().email.as_str()),
                    Judge::PATIENCE_OF_JOBS,
                )
                .await;
            reached.after = Some(*last);
            reached = self
                .judge_batch(job, payload, &batch, &known, reached, scope, work)
                .await?;
            work.report(reached.progress());
        }
    }

    async fn count(
        &self,
        payload: &Payload,
        scope: &TenantScope,
    ) -> Result<Option<u64>, ContactError> {
        let unit = self.store.begin(scope).await?;
        let counted = unit.lists().find_counted(payload.list).await?;
        unit.commit().await?;
        Ok(counted.map(|counted| match payload.wanted() {
            None => counted.counts.total(),
            Some(_) => counted.counts.pending,
        }))
    }

    async fn read(
        &self,
        payload: &Payload,
        reached: &Reached,
        scope: &TenantScope,
    ) -> Result<(Vec<ContactId>, Vec<Contact>), ContactError> {
        let unit = self.store.begin(scope).await?;
        let ids = unit
            .list_members()
            .ids_after(payload.list, payload.wanted(), reached.after, BATCH)
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
        let at = self.clock.now();
        let unit = self.store.begin(scope).await?;
        let batch = Batch {
            judge: &self.judge,
            ids: &*self.ids,
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
        work.checkpoint(unit.jobs(), &json!(reached)).await?;
        unit.commit().await?;
        Ok(reached)
    }

    /// Ends the work, and has name servers asked again later that did not answer.
    async fn complete(
        &self,
        payload: &Payload,
        reached: &Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let unit = self.store.begin(scope).await?;
        self.advance(unit.as_ref(), payload, ListStatus::Validated, scope)
            .await
            .map_err(failure)?;
        if reached.unanswered > 0 && payload.retry < RETRIES {
            let later = Payload {
                retry: payload.retry + 1,
                ..payload.clone()
            };
            unit.jobs()
                .enqueue(&NewJob {
                    id: JobId::from_uuid(self.ids.next()),
                    kind: VALIDATE_LIST,
                    payload: later.to_document(),
                    run_at: self.clock.now() + PAUSE * i32::from(later.retry),
                    max_attempts: 8,
                })
                .await?;
        }
        // So that neither a worker that was thought dead nor one after it asks for the retry a second time.
        let ended = Reached {
            ended: true,
            ..reached.clone()
        };
        work.checkpoint(unit.jobs(), &json!(ended)).await?;
        unit.commit().await?;
        Ok(JobEnd::Completed(Some(reached.result())))
    }

    /// Says what became of the list, in a unit of its own.
    async fn end(
        &self,
        payload: &Payload,
        status: ListStatus,
        scope: &TenantScope,
    ) -> Result<(), ContactError> {
        let unit = self.store.begin(scope).await?;
        self.advance(unit.as_ref(), payload, status, scope).await?;
        unit.commit().await?;
        Ok(())
    }

    async fn advance(
        &self,
        unit: &dyn ContactUnit,
        payload: &Payload,
        status: ListStatus,
        scope: &TenantScope,
    ) -> Result<(), ContactError> {
        // A list that was deleted meanwhile has no status to speak of.
        let before = match find_list(unit, payload.list).await {
            Err(ContactError::NotFound(_)) => return Ok(()),
            found => found?,
        };
        if before.state().status == status {
            return Ok(());
        }
        let at = self.clock.now();
        let mut after = before.clone();
        after.advance(status, at, payload.by);
        unit.lists()
            .update(&after, before.state().stamps.version)
            .await?;
        let draft = AuditDraft::new(
            "contact_list",
            payload.list.as_uuid(),
            AuditAction::Update,
            after.changes_since(Some(&before)),
        );
        let id = AuditEntryId::from_uuid(self.ids.next());
        unit.audit()
            .append(&[AuditEntry::new(id, at, scope, draft)])
            .await?;
        Ok(())
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
        let payload = serde_json::from_value::<Payload>(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))?;
        let done = self.try_all(job, &payload, scope, work).await;
        let is_lost = match &done {
            Err(JobFailure::Lasting(_)) => true,
            Err(JobFailure::Passing(_)) => job.attempt >= job.max_attempts,
            Err(JobFailure::LeaseLost) | Ok(_) => false,
        };
        if is_lost {
            // What it failed for is told by the job; that this failed too would say nothing more.
            drop(self.end(&payload, ListStatus::Failed, scope).await);
        }
        done
    }
}

fn failure(error: ContactError) -> JobFailure {
    match error {
        ContactError::Storage(error) => error.into(),
        other => JobFailure::Passing(kernel::Classify::code(&other).to_owned()),
    }
}
