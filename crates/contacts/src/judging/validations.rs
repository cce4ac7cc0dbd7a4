//! Use cases: reading how addresses were judged, and having them judged again.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, Clock, ContactId, ContactListId, Done,
    IdGenerator, JobId, NewJob, Once, Page, PageRequest, TenantScope, begin_once,
};

use super::revalidation::{Payload, VALIDATE_LIST};
use super::{Judgement, RuleCount, ask_again_later};
use crate::contacts::{find_living, rules_in};
use crate::ports::{ContactStore, ContactUnit};
use crate::{Contact, ContactError, ContactList, Judge, ListStatus};

/// Use cases on the validation of contacts and lists.
#[derive(Clone)]
pub struct Validations {
    store: Arc<dyn ContactStore>,
    judge: Judge,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

/// That a list is being judged again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListValidation {
    /// The list.
    pub list: ContactListId,
    /// The job that does it.
    pub job: JobId,
}

impl Validations {
    /// How often the job is tried without getting on.
    const ATTEMPTS: u16 = 8;

    /// Use cases on what is in `store`.
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

    /// How a living contact's address was judged, the latest first.
    pub async fn history(
        &self,
        scope: &TenantScope,
        contact: ContactId,
        page: &PageRequest,
    ) -> Result<Page<Judgement>, ContactError> {
        let unit = self.store.begin(scope).await?;
        find_living(unit.as_ref(), contact).await?;
        let judgements = unit.validation_log().list_of(contact, page).await?;
        unit.commit().await?;
        Ok(judgements)
    }

    /// Of how many members of a living list each version of each rule last said what.
    pub async fn summary(
        &self,
        scope: &TenantScope,
        list: ContactListId,
    ) -> Result<Vec<RuleCount>, ContactError> {
        let unit = self.store.begin(scope).await?;
        find_list(unit.as_ref(), list).await?;
        let counts = unit.validation_log().summary_of(list).await?;
        unit.commit().await?;
        Ok(counts)
    }

    /// Judges a living contact's address again.
    pub async fn validate_contact(
        &self,
        scope: &TenantScope,
        contact: ContactId,
        once: &Once<'_, Contact>,
    ) -> Result<Done<Contact>, ContactError> {
        let unit = self.store.begin(scope).await?;
        let asked = find_living(unit.as_ref(), contact).await?;
        unit.commit().await?;
        let known = self
            .judge
            .look_up([asked.state().email.as_str()], Judge::PATIENCE_OF_REQUESTS)
            .await;

        let at = self.clock.now();
        let by = scope.actor().user();
        let unit = self.store.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = find_living(unit.as_ref(), contact).await?;
        let rules = rules_in(unit.as_ref()).await?;
        let judged = self.judge.judge(&before.state().email, &known, &rules, at);
        let judgement = judged.judgement(contact, by);
        let mut after = before.clone();
        after.validate(judged.validation, at, by);
        unit.contacts()
            .update(&after, before.state().stamps.version)
            .await?;
        let judgements = [judgement];
        unit.validation_log().append(&judgements).await?;
        ask_again_later(unit.as_ref(), &judgements, &*self.ids, at).await?;
        let draft = AuditDraft::new(
            "contact",
            contact.as_uuid(),
            AuditAction::Update,
            after.changes_since(Some(&before)),
        );
        self.note(unit.as_ref(), scope, draft).await?;
        once.record(unit.idempotency(), &after).await?;
        unit.commit().await?;
        Ok(Done::Fresh(after))
    }

    /// Has the addresses of all members of a living list judged again, by a job.
    pub async fn validate_list(
        &self,
        scope: &TenantScope,
        list: ContactListId,
        once: &Once<'_, ListValidation>,
    ) -> Result<Done<ListValidation>, ContactError> {
        let at = self.clock.now();
        let by = scope.actor().user();
        let unit = self.store.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = find_list(unit.as_ref(), list).await?;
        let mut after = before.clone();
        after.advance(ListStatus::Validating, at, by);
        unit.lists()
            .update(&after, before.state().stamps.version)
            .await?;
        let started = ListValidation {
            list,
            job: JobId::from_uuid(self.ids.next()),
        };
        let payload = Payload::of_list(list, by);
        unit.jobs()
            .enqueue(&NewJob {
                id: started.job,
                kind: VALIDATE_LIST,
                payload: payload.to_document(),
                run_at: at,
                max_attempts: Self::ATTEMPTS,
            })
            .await?;
        let draft = AuditDraft::new(
            "contact_list",
            list.as_uuid(),
            AuditAction::Update,
            after.changes_since(Some(&before)),
        );
        self.note(unit.as_ref(), scope, draft).await?;
        once.record(unit.idempotency(), &started).await?;
        unit.commit().await?;
        Ok(Done::Fresh(started))
    }

    async fn note(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        draft: AuditDraft,
    ) -> Result<(), ContactError> {
        let id = AuditEntryId::from_uuid(self.ids.next());
        let entry = AuditEntry::new(id, self.clock.now(), scope, draft);
        Ok(unit.audit().append(&[entry]).await?)
    }
}

pub(super) async fn find_list(
    unit: &dyn ContactUnit,
    id: ContactListId,
) -> Result<ContactList, ContactError> {
    unit.lists()
        .find(id)
        .await?
        .filter(|list| !list.state().stamps.is_deleted())
        .ok_or(ContactError::NotFound("contact list"))
}
