//! The job that asks name servers again that did not answer when contacts were written.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    ClaimedJob, Clock, ContactId, IdGenerator, Job, JobControl, JobEnd, JobFailure, JobId, JobKind,
    NewJob, StorageError, TenantScope, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::Duration;

use super::Judgement;
use super::again::Batch;
use crate::ports::{ContactStore, ContactUnit};
use crate::tries::Tries;
use crate::{Contact, Judge, Reason};

/// Judges contacts again whose name servers did not answer.
const VALIDATE_CONTACTS: JobKind = JobKind::new("validate_contacts");

/// How often the job is tried.
const ATTEMPTS: u16 = 8;

/// How long name servers that did not answer are left in peace.
const PAUSE: Duration = Duration::minutes(10);

/// How often they are asked again.
const RETRIES: u8 = 3;

/// How many contacts one job judges, in its one unit of work.
const MOST_AT_ONCE: usize = 1_000;

/// Whom it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    contacts: Vec<ContactId>,
    /// Who wrote them.
    by: Option<UserId>,
    /// Which try at their domains this is, the first look not counted.
    retry: u8,
}

impl Payload {
    fn later(self, id: JobId, at: Timestamp) -> NewJob {
        NewJob {
            id,
            kind: VALIDATE_CONTACTS,
            run_at: at + PAUSE * i32::from(self.retry),
            payload: json!(self),
            max_attempts: ATTEMPTS,
        }
    }
}

/// Has name servers asked again later about those of these contacts whose name servers did not answer. It MUST be
/// called in the unit of work that writes the contacts.
pub(crate) async fn ask_again_later(
    unit: &dyn ContactUnit,
    judgements: &[Judgement],
    ids: &dyn IdGenerator,
    at: Timestamp,
) -> Result<(), StorageError> {
    let by = judgements.first().and_then(|judgement| judgement.by);
    for contacts in unanswered(judgements).chunks(MOST_AT_ONCE) {
        let payload = Payload {
            contacts: contacts.to_vec(),
            by,
            retry: 1,
        };
        let id = JobId::from_uuid(ids.next());
        unit.jobs().enqueue(&payload.later(id, at)).await?;
    }
    Ok(())
}

/// Whose name servers did not answer.
pub(super) fn unanswered(judgements: &[Judgement]) -> Vec<ContactId> {
    let silent = judgements
        .iter()
        .filter(|judgement| judgement.reasons().contains(&Reason::DomainTimeout));
    silent.map(|judgement| judgement.contact).collect()
}

/// Carries out the job, in one unit of work, up to three times with longer and longer pauses.
pub struct ContactRevalidation {
    store: Arc<dyn ContactStore>,
    judge: Judge,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl ContactRevalidation {
    /// Revalidation of contacts in `store`.
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

    /// Those that nobody has had an answer about since.
    async fn read(
        &self,
        payload: &Payload,
        scope: &TenantScope,
    ) -> Result<Vec<Contact>, StorageError> {
        let unit = self.store.begin(scope).await?;
        let mut contacts = unit.contacts().find_many(&payload.contacts).await?;
        unit.commit().await?;
        let waits = |contact: &Contact| {
            let reasons = &contact.state().validation.reasons;
            reasons.contains(&Reason::DomainTimeout)
        };
        contacts.retain(waits);
        Ok(contacts)
    }
}

#[async_trait]
impl Job for ContactRevalidation {
    fn kind(&self) -> JobKind {
        VALIDATE_CONTACTS
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        if let Some(done) = &job.checkpoint {
            // It was killed after its work was committed.
            return Ok(JobEnd::Completed(Some(done.clone())));
        }
        let payload = serde_json::from_value::<Payload>(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))?;
        let mut tries = Tries::begin(VALIDATE_CONTACTS, self.clock.now());
        loop {
            match self.judge_all(job, &payload, scope, work).await {
                Err(failure) if tries.are_left_after(&failure, self.clock.now()) => {}
                done => return done,
            }
        }
    }
}

impl ContactRevalidation {
    /// Judges them in one unit of work.
    async fn judge_all(
        &self,
        job: &ClaimedJob,
        payload: &Payload,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let contacts = self.read(payload, scope).await?;
        let emails = contacts
            .iter()
            .map(|contact| contact.state().email.as_str());
        let known = self.judge.look_up(emails, Judge::PATIENCE_OF_JOBS).await;

        let at = self.clock.now();
        let unit = self.store.begin(scope).await?;
        let batch = Batch {
            judge: &self.judge,
            ids: &*self.ids,
            job: job.id,
            contacts: &contacts,
            known: &known,
            at,
            by: payload.by,
        };
        let rejudged = batch.judge_again(unit.as_ref(), scope).await?;
        let unanswered = unanswered(&rejudged.judgements);
        let result = json!({
            "judged": rejudged.judgements.len(),
            "changed": rejudged.changed,
            "unanswered": unanswered.len(),
        });
        if !unanswered.is_empty() && payload.retry < RETRIES {
            let next = Payload {
                contacts: unanswered,
                by: payload.by,
                retry: payload.retry + 1,
            };
            let id = JobId::from_uuid(self.ids.next());
            unit.jobs().enqueue(&next.later(id, at)).await?;
        }
        work.checkpoint(unit.jobs(), &result).await?;
        unit.commit().await?;
        Ok(JobEnd::Completed(Some(result)))
    }
}
