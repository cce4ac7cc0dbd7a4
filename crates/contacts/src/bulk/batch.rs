//! A batch of a bulk operation, in one unit of work.

use kernel::{AuditAction, AuditDraft, ContactId, ContactListId, StorageError, Timestamp, UserId};

use super::{BulkCounts, BulkDeed};
use crate::ports::ContactUnit;
use crate::{ContactError, UpdatedContact, alike, lists};

/// Where a deed is done.
pub(super) struct Batch<'a> {
    pub(super) unit: &'a dyn ContactUnit,
    pub(super) at: Timestamp,
    /// Who asked for it.
    pub(super) by: Option<UserId>,
}

/// What a batch came to, and what is to be told of it.
pub(super) type Done = (BulkCounts, Vec<AuditDraft>);

impl Batch<'_> {
    /// Does it to these contacts, as far as they live.
    pub(super) async fn apply(
        &self,
        deed: &BulkDeed,
        contacts: &[ContactId],
    ) -> Result<Done, ContactError> {
        Ok(match deed {
            BulkDeed::Delete => self.delete(contacts).await?,
            BulkDeed::Update(change) => {
                let living = self.unit.contacts().find_many(contacts).await?;
                let (changed, outcomes) = alike::changed(&living, change, self.at, self.by);
                let count = |wanted| outcomes.iter().filter(|done| **done == wanted).count() as u64;
                let counts = BulkCounts {
                    changed: count(UpdatedContact::Updated),
                    unchanged: count(UpdatedContact::Unchanged),
                    refused: count(UpdatedContact::TooManyAttributes),
                };
                (counts, changed.write(self.unit).await?)
            }
            BulkDeed::AddToList(list) => {
                lists::find_living(self.unit, *list).await?;
                let members = self.unit.list_members();
                let added = members.add(*list, contacts, None, self.at).await?;
                moved(*list, contacts, &added, AuditAction::Create)
            }
            BulkDeed::RemoveFromList(list) => {
                lists::find_living(self.unit, *list).await?;
                let members = self.unit.list_members();
                let removed = members.remove(*list, contacts, None, self.at).await?;
                moved(*list, contacts, &removed, AuditAction::Revoke)
            }
        })
    }

    async fn delete(&self, contacts: &[ContactId]) -> Result<Done, StorageError> {
        let living = self.unit.contacts().find_many(contacts).await?;
        let deleted = alike::deleted(&living, self.at, self.by);
        let counts = BulkCounts {
            changed: deleted.len() as u64,
            ..BulkCounts::default()
        };
        Ok((counts, deleted.write(self.unit).await?))
    }
}

/// What became of contacts of which some came onto a list, or went off it.
fn moved(
    list: ContactListId,
    contacts: &[ContactId],
    moved: &[ContactId],
    action: AuditAction,
) -> Done {
    let counts = BulkCounts {
        changed: moved.len() as u64,
        unchanged: (contacts.len() - moved.len()) as u64,
        refused: 0,
    };
    let drafts = moved
        .iter()
        .map(|contact| lists::membership(list, *contact, action));
    (counts, drafts.collect())
}
