//! The contacts of the unit's organization.

use async_trait::async_trait;
use contacts::ports::ContactRepository;
use contacts::{Contact, ContactError, ContactFilter, ContactSort};
use kernel::{ContactId, Cursor, Page, PageRequest, StorageError, Version};
use uuid::Uuid;

use crate::state::TenantState;
use crate::unit::MemoryUnit;

/// The other living contact that has the contact's address, where the contact lives.
fn taken_by(tenant: &TenantState, contact: &Contact) -> Option<ContactId> {
    let wanted = contact.state();
    let mut others = tenant.contacts.values().filter(|other| {
        let other = other.state();
        other.id != wanted.id
            && !other.stamps.is_deleted()
            && other.email_normalized == wanted.email_normalized
    });
    if wanted.stamps.is_deleted() {
        return None;
    }
    others.next().map(Contact::id)
}

fn stored_version(tenant: &TenantState, id: ContactId) -> Option<Version> {
    tenant
        .contacts
        .get(&id)
        .map(|contact| contact.state().stamps.version)
}

fn is_wanted(tenant: &TenantState, filter: &ContactFilter, contact: &Contact) -> bool {
    let state = contact.state();
    let on_list = |list| tenant.list_members.contains(&(list, state.id));
    let is_suppressed = || {
        tenant
            .suppressions
            .values()
            .any(|suppression| suppression.state().address == state.email_hash)
    };
    filter.accepts(contact)
        && filter.list.is_none_or(on_list)
        && filter
            .suppressed
            .is_none_or(|suppressed| is_suppressed() == suppressed)
}

#[async_trait]
impl ContactRepository for MemoryUnit {
    async fn insert(&self, contact: &Contact) -> Result<(), ContactError> {
        if let Some(other) = self.read(|tenant| taken_by(tenant, contact)) {
            return Err(ContactError::EmailTaken(other));
        }
        self.write(|tenant| tenant.contacts.insert(contact.id(), contact.clone()));
        Ok(())
    }

    async fn insert_many(&self, contacts: &[Contact]) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.write(|tenant| {
            let mut added = Vec::new();
            for contact in contacts {
                if taken_by(tenant, contact).is_none() {
                    tenant.contacts.insert(contact.id(), contact.clone());
                    added.push(contact.id());
                }
            }
            added
        }))
    }

    async fn find(&self, id: ContactId) -> Result<Option<Contact>, StorageError> {
        Ok(self.read(|tenant| tenant.contacts.get(&id).cloned()))
    }

    async fn find_many(&self, ids: &[ContactId]) -> Result<Vec<Contact>, StorageError> {
        Ok(self.living_contacts(|contact| ids.contains(&contact.id())))
    }

    async fn find_deleted(&self, ids: &[ContactId]) -> Result<Vec<Contact>, StorageError> {
        let is_wanted =
            |contact: &Contact| contact.state().stamps.is_deleted() && ids.contains(&contact.id());
        Ok(self.read(|tenant| {
            let contacts = tenant.contacts.values().cloned();
            contacts.filter(is_wanted).collect()
        }))
    }

    async fn lock(&self, _: &[ContactId]) -> Result<(), StorageError> {
        // Of units that change the same, one commits; nobody waits.
        Ok(())
    }

    async fn find_by_emails(&self, normalized: &[String]) -> Result<Vec<Contact>, StorageError> {
        Ok(self.living_contacts(|contact| normalized.contains(&contact.state().email_normalized)))
    }

    async fn update(&self, contact: &Contact, expected: Version) -> Result<(), ContactError> {
        let present = self.read(|tenant| stored_version(tenant, contact.id()));
        if present != Some(expected) || contact.state().stamps.version != expected.next() {
            return Err(ContactError::Stale);
        }
        if let Some(other) = self.read(|tenant| taken_by(tenant, contact)) {
            return Err(ContactError::EmailTaken(other));
        }
        self.write(|tenant| tenant.contacts.insert(contact.id(), contact.clone()));
        Ok(())
    }

    async fn update_many(&self, contacts: &[Contact]) -> Result<Vec<ContactId>, StorageError> {
        self.write(|tenant| {
            let mut changed = Vec::new();
            for contact in contacts {
                let version = contact.state().stamps.version;
                if stored_version(tenant, contact.id()).map(Version::next) != Some(version) {
                    continue;
                }
                if taken_by(tenant, contact).is_some() {
                    return Err(StorageError::Contended(None));
                }
                tenant.contacts.insert(contact.id(), contact.clone());
                changed.push(contact.id());
            }
            Ok(changed)
        })
    }

    async fn list(
        &self,
        filter: &ContactFilter,
        sort: ContactSort,
        page: &PageRequest,
    ) -> Result<Page<Contact>, StorageError> {
        let mut found = self.read(|tenant| {
            let wanted = tenant.contacts.values();
            wanted
                .filter(|contact| is_wanted(tenant, filter, contact))
                .cloned()
                .collect::<Vec<_>>()
        });
        let key = |contact: &Contact| -> (String, Uuid) {
            let state = contact.state();
            let text = match sort {
                ContactSort::Created | ContactSort::CreatedDescending => String::new(),
                ContactSort::Email | ContactSort::EmailDescending => state.email_normalized.clone(),
                ContactSort::Fit => filter
                    .fit(contact)
                    .map_or_else(String::new, |fit| fit.place().to_owned()),
            };
            (text, state.id.as_uuid())
        };
        found.sort_by_key(key);
        if sort.is_descending() {
            found.reverse();
        }
        let behind = match &page.after {
            Some(Cursor::Id(id)) => Some((String::new(), *id)),
            Some(Cursor::Text(text, id)) => Some((text.clone(), *id)),
            _ => None,
        };
        if let Some(behind) = behind {
            found.retain(|contact| {
                if sort.is_descending() {
                    key(contact) < behind
                } else {
                    key(contact) > behind
                }
            });
        }
        self.unsettle(&mut found, page);
        Ok(Page::from_overfull(found, page.limit, |contact| {
            let (text, id) = key(contact);
            match sort {
                ContactSort::Created | ContactSort::CreatedDescending => Cursor::Id(id),
                _ => Cursor::Text(text, id),
            }
        }))
    }

    async fn ids_behind(
        &self,
        filter: &ContactFilter,
        after: Option<ContactId>,
        until: ContactId,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.read(|tenant| {
            let ids = tenant
                .contacts
                .values()
                .filter(|contact| is_wanted(tenant, filter, contact))
                .map(Contact::id)
                .filter(|id| after.is_none_or(|after| *id > after) && *id <= until);
            ids.take(usize::from(limit)).collect()
        }))
    }
}

impl MemoryUnit {
    /// Living contacts in the order of their ids.
    fn living_contacts(&self, wanted: impl Fn(&Contact) -> bool) -> Vec<Contact> {
        self.read(|tenant| {
            tenant
                .contacts
                .values()
                .filter(|contact| !contact.state().stamps.is_deleted() && wanted(contact))
                .cloned()
                .collect()
        })
    }
}
