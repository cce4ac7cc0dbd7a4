//! Use cases: reading how addresses were judged, and having them judged again.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Clock, ContactId, ContactListId, Done, IdGenerator, JobId, Once, Page,
    PageRequest, TenantScope, begin_once,
};

use super::revalidation::Payload;
use super::{Judgement, RuleCount};
use crate::contacts::{find_living, rules_in};
use crate::ports::ContactStore;
use crate::workbench::{Workbench, find_list};
use crate::{Contact, ContactError, Judge, ListStatus};

/// Use cases on the validation of contacts and lists.
#[derive(Clone)]
pub struct Validations {
    bench: Workbench,
    judge: Judge,
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
    /// Use cases on what is in `store`.
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

    /// How a living contact's address was judged, the latest first.
    pub async fn history(
        &self,
        scope: &TenantScope,
        contact: ContactId,
        page: &PageRequest,
    ) -> Result<Page<Judgement>, ContactError> {
        let unit = self.bench.begin(scope).await?;
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
        let unit = self.bench.begin(scope).await?;
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
        let unit = self.bench.begin(scope).await?;
        let asked = find_living(unit.as_ref(), contact).await?;
        unit.commit().await?;
        let known = self
            .judge
            .look_up([asked.state().email.as_str()], Judge::PATIENCE_OF_REQUESTS)
            .await;

        let at = self.bench.now();
        let by = scope.actor().user();
        let unit = self.bench.begin(scope).await?;
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
        self.bench.log(unit.as_ref(), &[judgement], at).await?;
        let draft = AuditDraft::new(
            "contact",
            contact.as_uuid(),
            AuditAction::Update,
            after.changes_since(Some(&before)),
        );
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
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
        let at = self.bench.now();
        let by = scope.actor().user();
        let unit = self.bench.begin(scope).await?;
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
            job: self.bench.id(JobId::from_uuid),
        };
        let job = Payload::of_list(list, by).job(started.job, at);
        unit.jobs().enqueue(&job).await?;
        let draft = AuditDraft::new(
            "contact_list",
            list.as_uuid(),
            AuditAction::Update,
            after.changes_since(Some(&before)),
        );
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        once.record(unit.idempotency(), &started).await?;
        unit.commit().await?;
        Ok(Done::Fresh(started))
    }
}
