//! One deed on several contacts, alike.

use kernel::{AuditAction, AuditDraft, Changes, StorageError, Timestamp, UserId};

use crate::ports::ContactUnit;
use crate::workbench::deletion;
use crate::{Contact, ProfileChange, UpdatedContact};

/// Contacts after a deed, and what is to be told of it.
#[derive(Default)]
pub(crate) struct Alike {
    after: Vec<Contact>,
    drafts: Vec<AuditDraft>,
}

impl Alike {
    fn add(&mut self, contact: Contact, action: AuditAction, changes: Changes) {
        self.drafts.push(noted(&contact, action, changes));
        self.after.push(contact);
    }

    /// How many contacts differ.
    pub(crate) const fn len(&self) -> usize {
        self.after.len()
    }

    /// Writes the contacts, and gives what is to be told. It fails where somebody changed one at the same moment.
    pub(crate) async fn write(
        self,
        unit: &dyn ContactUnit,
    ) -> Result<Vec<AuditDraft>, StorageError> {
        let written = unit.contacts().update_many(&self.after).await?;
        if written.len() == self.after.len() {
            Ok(self.drafts)
        } else {
            Err(StorageError::Contended(None))
        }
    }
}

/// Contacts after the same change, and what became of each.
pub(crate) fn changed(
    contacts: &[Contact],
    change: &ProfileChange,
    at: Timestamp,
    by: Option<UserId>,
) -> (Alike, Vec<UpdatedContact>) {
    let mut alike = Alike::default();
    let outcomes = contacts.iter().map(|before| {
        let mut after = before.clone();
        if after.change_profile(change, at, by).is_err() {
            return UpdatedContact::TooManyAttributes;
        }
        let changes = after.changes_since(Some(before));
        if changes.is_empty() {
            return UpdatedContact::Unchanged;
        }
        alike.add(after, AuditAction::Update, changes);
        UpdatedContact::Updated
    });
    let outcomes = outcomes.collect();
    (alike, outcomes)
}

/// Contacts after their deletion.
pub(crate) fn deleted(contacts: &[Contact], at: Timestamp, by: Option<UserId>) -> Alike {
    let mut alike = Alike::default();
    for before in contacts {
        let mut after = before.clone();
        after.delete(at, by);
        let changes = deletion(&before.state().stamps, &after.state().stamps);
        alike.add(after, AuditAction::Delete, changes);
    }
    alike
}

/// Contacts after their deletion was taken back.
pub(crate) fn restored(contacts: &[Contact], at: Timestamp, by: Option<UserId>) -> Alike {
    let mut alike = Alike::default();
    for before in contacts {
        let mut after = before.clone();
        after.undelete(at, by);
        let changes = deletion(&before.state().stamps, &after.state().stamps);
        alike.add(after, AuditAction::Restore, changes);
    }
    alike
}

/// The entry about a contact.
pub(crate) fn noted(contact: &Contact, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("contact", contact.id().as_uuid(), action, changes)
}
