//! Judging contacts again, within a unit of work.

use std::collections::HashMap;

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, IdGenerator, JobId, StorageError,
    TenantScope, Timestamp, UserId,
};

use super::{Judgement, Knowledge};
use crate::contacts::rules_in;
use crate::ports::ContactUnit;
use crate::{Contact, Judge};

/// Contacts that were looked up, to be judged by a job.
pub(super) struct Batch<'a> {
    pub(super) judge: &'a Judge,
    pub(super) ids: &'a dyn IdGenerator,
    pub(super) job: JobId,
    pub(super) contacts: &'a [Contact],
    pub(super) known: &'a Knowledge,
    pub(super) at: Timestamp,
    pub(super) by: Option<UserId>,
}

/// What came of it.
pub(super) struct Rejudged {
    /// How the contacts were judged.
    pub(super) judgements: Vec<Judgement>,
    /// Of how many something else is known now.
    pub(super) changed: usize,
}

impl Batch<'_> {
    /// Judges by the rules in force; whoever has another address since was judged with it and is left out, and nobody else
    /// is: contacts that another unit is changing are waited for.
    pub(super) async fn judge_again(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
    ) -> Result<Rejudged, StorageError> {
        let ids = self.contacts.iter().map(Contact::id).collect::<Vec<_>>();
        unit.contacts().lock(&ids).await?;
        let rules = rules_in(unit).await?;
        let looked_up = self
            .contacts
            .iter()
            .map(|contact| (contact.id(), &contact.state().email))
            .collect::<HashMap<_, _>>();
        let mut present = unit.contacts().find_many(&ids).await?;
        present.retain(|contact| looked_up.get(&contact.id()) == Some(&&contact.state().email));

        let (mut after, mut judgements) = (Vec::new(), Vec::new());
        for contact in &present {
            let email = &contact.state().email;
            let judged = self.judge.judge(email, self.known, &rules, self.at);
            judgements.push(judged.judgement(contact.id(), self.by));
            let mut contact = contact.clone();
            contact.validate(judged.validation, self.at, self.by);
            after.push(contact);
        }
        let written = unit.contacts().update_many(&after).await?;
        if written.len() != after.len() {
            return Err(StorageError::Contended(None));
        }
        unit.validation_log().append(&judgements).await?;

        let entries = present
            .iter()
            .zip(&after)
            .filter(|(before, after)| is_news(before, after))
            .map(|(before, after)| {
                let (contact, changes) = (after.id().as_uuid(), after.changes_since(Some(before)));
                let draft = AuditDraft::new("contact", contact, AuditAction::Update, changes)
                    .in_batch(self.job.as_uuid());
                let id = AuditEntryId::from_uuid(self.ids.next());
                AuditEntry::new(id, self.at, scope, draft)
            })
            .collect::<Vec<_>>();
        unit.audit().append(&entries).await?;
        Ok(Rejudged {
            judgements,
            changed: entries.len(),
        })
    }
}

/// Whether there is more to tell than that the address was looked at again.
fn is_news(before: &Contact, after: &Contact) -> bool {
    let (old, new) = (&before.state().validation, &after.state().validation);
    let mut same = old.clone();
    same.at = new.at;
    same != *new
}
