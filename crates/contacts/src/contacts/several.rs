//! Use cases: making, changing, deleting and restoring several contacts at once, each with an outcome of its own.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use kernel::{AuditAction, Checked, ContactId, Done, Once, StorageError, TenantScope, begin_once};

use super::{Contacts, rules_in};
use crate::alike::{self, noted};
use crate::{Contact, ContactChange, ContactError, NewContact, ProfileChange};

/// What became of one of several contacts that were to be made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedContact {
    /// There was none with the address, so it was made.
    Created(ContactId),
    /// What was told of it is noted now.
    Updated(ContactId),
    /// All of that was known.
    Unchanged(ContactId),
    /// An item before it has the same address.
    Repeated(ContactId),
    /// It is as it was: with what was told of it, it would have too many attributes.
    TooManyAttributes(ContactId),
}

/// What became of one of several contacts that were to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletedContact {
    /// It is deleted now.
    Deleted,
    /// There is no such contact.
    NotFound,
}

/// What became of one of several contacts that were to be changed alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdatedContact {
    /// It is changed now.
    Updated,
    /// All of that was known.
    Unchanged,
    /// It would have too many attributes.
    TooManyAttributes,
    /// There is no such contact.
    NotFound,
}

/// What became of one of several contacts that were to be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoredContact {
    /// It lives again.
    Restored,
    /// It was not deleted.
    NotDeleted,
    /// This other contact has the address since.
    EmailTaken(ContactId),
    /// There is no such contact.
    NotFound,
}

impl Contacts {
    /// Makes those of these contacts whose address no living one has, and changes the others: what is told of
    /// them is noted, what is not stays. Tells of each in the same order what became of it.
    pub async fn save_many(
        &self,
        scope: &TenantScope,
        wanted: Checked<Vec<(NewContact, ContactChange)>>,
        once: &Once<'_, Vec<SavedContact>>,
    ) -> Result<Done<Vec<SavedContact>>, ContactError> {
        let emails = wanted.iter().flatten().map(|(new, _)| &new.email);
        let known = self.look_up(emails).await;
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let wanted = wanted?;
        let rules = rules_in(unit.as_ref()).await?;
        let (mut candidates, mut changes, mut judgements) = (Vec::new(), Vec::new(), Vec::new());
        for (new, change) in wanted {
            let (contact, judgement) = self.register(scope, new, &known, &rules, at);
            candidates.push(contact);
            judgements.push(judgement);
            changes.push(change);
        }
        let added = unit.contacts().insert_many(&candidates).await?;
        let added = added.into_iter().collect::<HashSet<_>>();
        judgements.retain(|judgement| added.contains(&judgement.contact));
        self.bench.log(unit.as_ref(), &judgements, at).await?;
        let emails = candidates
            .iter()
            .map(|contact| contact.state().email_normalized.clone())
            .collect::<Vec<_>>();
        let present = unit.contacts().find_by_emails(&emails).await?;
        let present = present
            .iter()
            .map(|contact| (contact.state().email_normalized.as_str(), contact))
            .collect::<HashMap<_, _>>();

        let (mut outcomes, mut drafts, mut updates) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for (candidate, change) in candidates.into_iter().zip(changes) {
            let email = &candidate.state().email_normalized;
            let Some(&before) = present.get(email.as_str()) else {
                // It was another's when this one was to be added, and is nobody's since.
                return Err(StorageError::Contended(None).into());
            };
            let id = before.id();
            if !seen.insert(id) {
                outcomes.push(SavedContact::Repeated(id));
            } else if added.contains(&candidate.id()) {
                let told = candidate.changes_since(None);
                drafts.push(noted(&candidate, AuditAction::Create, told));
                outcomes.push(SavedContact::Created(id));
            } else {
                let mut after = before.clone();
                let by = scope.actor().user();
                if after.change_profile(&change.profile, at, by).is_err() {
                    outcomes.push(SavedContact::TooManyAttributes(id));
                    continue;
                }
                let told = after.changes_since(Some(before));
                if told.is_empty() {
                    outcomes.push(SavedContact::Unchanged(id));
                } else {
                    drafts.push(noted(&after, AuditAction::Update, told));
                    updates.push(after);
                    outcomes.push(SavedContact::Updated(id));
                }
            }
        }
        let written = unit.contacts().update_many(&updates).await?;
        if written.len() != updates.len() {
            return Err(StorageError::Contended(None).into());
        }
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        once.record(unit.idempotency(), &outcomes).await?;
        unit.commit().await?;
        Ok(Done::Fresh(outcomes))
    }

    /// Changes several contacts alike, and tells of each in the same order what became of it.
    pub async fn update_many(
        &self,
        scope: &TenantScope,
        wanted: Checked<(Vec<ContactId>, ProfileChange)>,
    ) -> Result<Vec<(ContactId, UpdatedContact)>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let (wanted, change) = wanted?;
        let living = unit.contacts().find_many(&wanted).await?;
        let (changed, outcomes) = alike::changed(&living, &change, at, scope.actor().user());
        let outcomes = living.iter().map(Contact::id).zip(outcomes);
        let outcomes = outcomes.collect::<std::collections::BTreeMap<_, _>>();
        let drafts = changed.write(unit.as_ref()).await?;
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        unit.commit().await?;
        let outcome_of = |id| outcomes.get(&id).copied();
        Ok(wanted
            .into_iter()
            .map(|id| (id, outcome_of(id).unwrap_or(UpdatedContact::NotFound)))
            .collect())
    }

    /// Deletes several contacts, restorably, and tells of each in the same order what became of it.
    pub async fn delete_many(
        &self,
        scope: &TenantScope,
        wanted: Checked<Vec<ContactId>>,
    ) -> Result<Vec<(ContactId, DeletedContact)>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let wanted = wanted?;
        let living = unit.contacts().find_many(&wanted).await?;
        let deleted = alike::deleted(&living, at, scope.actor().user());
        let drafts = deleted.write(unit.as_ref()).await?;
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        unit.commit().await?;
        let were_there = living.iter().map(Contact::id).collect::<HashSet<_>>();
        Ok(wanted
            .into_iter()
            .map(|id| {
                let outcome = if were_there.contains(&id) {
                    DeletedContact::Deleted
                } else {
                    DeletedContact::NotFound
                };
                (id, outcome)
            })
            .collect())
    }

    /// Takes the deletion of several contacts back, and tells of each in the same order what became of it. Of several that had
    /// one address, the first is restored.
    pub async fn restore_many(
        &self,
        scope: &TenantScope,
        wanted: Checked<Vec<ContactId>>,
    ) -> Result<Vec<(ContactId, RestoredContact)>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let wanted = wanted?;
        let contacts = unit.contacts();
        let deleted = contacts.find_deleted(&wanted).await?;
        let living = contacts.find_many(&wanted).await?;
        let emails = deleted.iter().map(email_of).collect::<Vec<_>>();
        let taken = contacts.find_by_emails(&emails).await?;
        let (back, outcomes) = Restoration::new(deleted, &living, &taken).of(&wanted);
        let restored = alike::restored(&back, at, scope.actor().user());
        let drafts = restored.write(unit.as_ref()).await?;
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        unit.commit().await?;
        Ok(outcomes)
    }
}

fn email_of(contact: &Contact) -> String {
    contact.state().email_normalized.clone()
}

/// Who can be restored, and why others cannot.
struct Restoration {
    deleted: HashMap<ContactId, Contact>,
    /// Who has an address.
    holders: HashMap<String, ContactId>,
    outcomes: HashMap<ContactId, RestoredContact>,
}

impl Restoration {
    /// Of these deleted contacts, where these are living that are named too, and these that have one of their addresses.
    fn new(deleted: Vec<Contact>, living: &[Contact], taken: &[Contact]) -> Self {
        let not_deleted = |contact: &Contact| (contact.id(), RestoredContact::NotDeleted);
        Self {
            outcomes: living.iter().map(not_deleted).collect(),
            holders: taken.iter().map(|it| (email_of(it), it.id())).collect(),
            deleted: deleted.into_iter().map(|it| (it.id(), it)).collect(),
        }
    }

    /// Those that are restored, and what becomes of each that is named.
    fn of(mut self, wanted: &[ContactId]) -> (Vec<Contact>, Vec<(ContactId, RestoredContact)>) {
        let mut back = Vec::new();
        for id in wanted {
            let Some(contact) = self.deleted.remove(id) else {
                continue;
            };
            let outcome = match self.holders.entry(email_of(&contact)) {
                Entry::Occupied(holder) => RestoredContact::EmailTaken(*holder.get()),
                Entry::Vacant(free) => {
                    free.insert(*id);
                    back.push(contact);
                    RestoredContact::Restored
                }
            };
            self.outcomes.insert(*id, outcome);
        }
        let outcome_of = |id: &ContactId| self.outcomes.get(id).copied();
        let outcomes = wanted
            .iter()
            .map(|id| (*id, outcome_of(id).unwrap_or(RestoredContact::NotFound)));
        (back, outcomes.collect())
    }
}
