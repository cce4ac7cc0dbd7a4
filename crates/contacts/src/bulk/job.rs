//! The durable job that carries out a bulk operation.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, ClaimedJob, Clock, ContactId, EarlyEnd,
    IdGenerator, Interruption, Job, JobControl, JobEnd, JobFailure, JobKind, JobProgress,
    StorageError, TenantScope,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::batch::Batch;
use super::service::noted;
use super::{BulkDeed, BulkStatus, ContactBulkOperation};
use crate::ports::{ContactStore, ContactUnit};
use crate::tries::Tries;
use crate::{ContactError, ContactFilter};

/// The kind of the job.
pub(super) const BULK: JobKind = JobKind::new("contact_bulk_operation");

/// How often the job is tried without getting on.
pub(super) const MAX_ATTEMPTS: u16 = 8;

/// How many contacts are reached in one unit of work.
const BATCH: u16 = 1_000;

/// How many contacts are counted in one unit of work.
const COUNTED: u16 = 10_000;

/// What the job has of the operation: what it is about stands where nobody but its organization sees it.
pub(super) fn payload(operation: &ContactBulkOperation) -> Value {
    json!({ "operation_id": operation.id() })
}

/// How far a try got, kept with each batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Reached {
    /// The last contact that was reached.
    after: Option<ContactId>,
    /// How many the filter let through at first.
    total: u64,
}

/// Carries out bulk operations.
///
/// Contacts are reached in the order of their ids, batch after batch, each in a unit of work that keeps how far that
/// got and what became of them: a job that is killed goes on behind the last batch.
pub struct BulkJob {
    store: Arc<dyn ContactStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    batch: u16,
}

/// An operation that has not ended, and what is asked for.
struct Wish<'a> {
    deed: &'a BulkDeed,
    filter: &'a ContactFilter,
    /// The last contact that may be reached: those that were made later have later ids.
    until: ContactId,
}

impl BulkJob {
    /// The job on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn ContactStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            store,
            clock,
            ids,
            batch: BATCH,
        }
    }

    /// The same job, which reaches so many contacts at a time, at least one. What becomes of them does not depend on
    /// it.
    #[must_use]
    pub fn in_batches_of(self, contacts: u16) -> Self {
        Self {
            batch: contacts.max(1),
            ..self
        }
    }

    async fn find(
        &self,
        scope: &TenantScope,
        job: &ClaimedJob,
    ) -> Result<Option<ContactBulkOperation>, StorageError> {
        let unit = self.store.begin(scope).await?;
        let operation = unit.bulk_operations().find(job.id).await?;
        unit.commit().await?;
        Ok(operation)
    }

    async fn carry_out(
        &self,
        operation: &mut ContactBulkOperation,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let forgotten = || JobFailure::lasting("operation-forgotten");
        let deed = operation.deed().ok_or_else(forgotten)?;
        let filter = operation.state().filter.clone().ok_or_else(forgotten)?;
        let wish = Wish {
            deed: &deed,
            filter: &filter,
            until: ContactId::from_uuid(operation.id().as_uuid()),
        };
        let mut reached = match &job.checkpoint {
            Some(checkpoint) => serde_json::from_value::<Reached>(checkpoint.clone())
                .ok()
                .ok_or_else(|| JobFailure::lasting("checkpoint-corrupt"))?,
            None => match self.count(&wish, scope, work).await? {
                Some(total) => Reached { after: None, total },
                None => Reached::default(),
            },
        };
        let mut tries = Tries::begin(BULK, self.clock.now());
        loop {
            match work.interruption() {
                Some(Interruption::Cancelled) => {
                    return self.end(operation, BulkStatus::Cancelled, scope).await;
                }
                Some(stopping) => return Ok(stopping.into()),
                None => work.report(progress(operation, &reached)),
            }
            match self.step(operation, &wish, reached, scope, work).await {
                Ok(Some(further)) => {
                    reached = further;
                    tries = Tries::begin(BULK, self.clock.now());
                }
                Ok(None) => return self.end(operation, BulkStatus::Completed, scope).await,
                Err(failure) if tries.are_left_after(&failure, self.clock.now()) => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    /// How many contacts the filter lets through; `None` where the try has to end before that is known.
    async fn count(
        &self,
        wish: &Wish<'_>,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Option<u64>, JobFailure> {
        let (mut total, mut after) = (0, None);
        while work.interruption().is_none() {
            let unit = self.store.begin(scope).await?;
            let found = unit
                .contacts()
                .ids_behind(wish.filter, after, wish.until, COUNTED)
                .await?;
            unit.commit().await?;
            total += found.len() as u64;
            after = found.last().copied();
            if after.is_none() {
                return Ok(Some(total));
            }
        }
        Ok(None)
    }

    /// Reaches the next contacts; `None` where there are no more.
    async fn step(
        &self,
        operation: &mut ContactBulkOperation,
        wish: &Wish<'_>,
        reached: Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Option<Reached>, JobFailure> {
        let at = self.clock.now();
        let unit = self.store.begin(scope).await?;
        let found = unit
            .contacts()
            .ids_behind(wish.filter, reached.after, wish.until, self.batch)
            .await?;
        let Some(last) = found.last() else {
            return Ok(None);
        };
        let batch = Batch {
            unit: unit.as_ref(),
            at,
            by: operation.state().stamps.created_by,
        };
        let (counts, drafts) = batch.apply(wish.deed, &found).await?;
        let id = operation.id().as_uuid();
        let drafts = drafts.into_iter().map(|draft| draft.in_batch(id));
        self.note(unit.as_ref(), scope, drafts).await?;
        let mut after = operation.clone();
        after.proceed(counts, at);
        let expected = operation.state().stamps.version;
        unit.bulk_operations().update(&after, expected).await?;
        let further = Reached {
            after: Some(*last),
            ..reached
        };
        work.checkpoint(unit.jobs(), &json!(further)).await?;
        unit.commit().await?;
        *operation = after;
        Ok(Some(further))
    }

    /// Notes the operation's end, and tells what became of the contacts.
    async fn end(
        &self,
        operation: &mut ContactBulkOperation,
        status: BulkStatus,
        scope: &TenantScope,
    ) -> Result<JobEnd, JobFailure> {
        self.note_end(operation, status, None, scope).await?;
        Ok(ended(operation))
    }

    async fn note_end(
        &self,
        operation: &mut ContactBulkOperation,
        status: BulkStatus,
        error: Option<String>,
        scope: &TenantScope,
    ) -> Result<(), ContactError> {
        let unit = self.store.begin(scope).await?;
        let mut after = operation.clone();
        after.end(status, error, self.clock.now());
        let expected = operation.state().stamps.version;
        unit.bulk_operations().update(&after, expected).await?;
        let action = match status {
            BulkStatus::Completed => AuditAction::Complete,
            _ => AuditAction::Update,
        };
        let draft = noted(&after, action, Some(&after.as_begun()));
        self.note(unit.as_ref(), scope, [draft]).await?;
        unit.commit().await?;
        *operation = after;
        Ok(())
    }

    async fn note(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        drafts: impl IntoIterator<Item = AuditDraft> + Send,
    ) -> Result<(), StorageError> {
        let at = self.clock.now();
        let entries = drafts
            .into_iter()
            .map(|draft| {
                let id = AuditEntryId::from_uuid(self.ids.next());
                AuditEntry::new(id, at, scope, draft)
            })
            .collect::<Vec<_>>();
        unit.audit().append(&entries).await
    }
}

/// How far the operation is: contacts reached, of those that the filter let through at first.
fn progress(operation: &ContactBulkOperation, reached: &Reached) -> JobProgress {
    let counts = operation.state().counts;
    let progress = JobProgress::new(counts.matched()).of(reached.total);
    counts
        .named()
        .into_iter()
        .fold(progress, |progress, (name, count)| {
            progress.count(name, count)
        })
}

/// The end of the job of an operation that has ended.
fn ended(operation: &ContactBulkOperation) -> JobEnd {
    let counts = operation.state().counts.named();
    let counts = counts
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count.into()));
    let result = Some(Value::Object(counts.collect()));
    match operation.state().status {
        BulkStatus::Cancelled => JobEnd::Cancelled(result),
        _ => JobEnd::Completed(result),
    }
}

#[async_trait]
impl Job for BulkJob {
    fn kind(&self) -> JobKind {
        BULK
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let Some(mut operation) = self.find(scope, job).await? else {
            return Err(JobFailure::lasting("operation-absent"));
        };
        if operation.has_ended() {
            // A worker was killed between the operation's end and the job's.
            return Ok(ended(&operation));
        }
        self.carry_out(&mut operation, job, scope, work).await
    }

    async fn wind_up(
        &self,
        job: &ClaimedJob,
        end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        let found = self.find(scope, job).await?;
        let Some(mut operation) = found.filter(|operation| !operation.has_ended()) else {
            return Ok(());
        };
        let (status, error) = match end {
            EarlyEnd::Cancelled => (BulkStatus::Cancelled, None),
            EarlyEnd::Failed(code) => (BulkStatus::Failed, Some(code.clone())),
        };
        let noted = self.note_end(&mut operation, status, error, scope);
        Ok(noted.await?)
    }
}
