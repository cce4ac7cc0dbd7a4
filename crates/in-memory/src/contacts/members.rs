//! Who is on the lists of the unit's organization.

use async_trait::async_trait;
use contacts::ports::ListMemberRepository;
use contacts::{Contact, ContactList, ValidationStatus};
use kernel::{ContactId, ContactImportId, ContactListId, StorageError, Timestamp};

use crate::state::TenantState;
use crate::unit::MemoryUnit;

fn is_living(tenant: &TenantState, contact: ContactId) -> bool {
    tenant
        .contacts
        .get(&contact)
        .is_some_and(|contact| !contact.state().stamps.is_deleted())
}

#[async_trait]
impl ListMemberRepository for MemoryUnit {
    async fn add(
        &self,
        list: ContactListId,
        contacts: &[ContactId],
        import: Option<ContactImportId>,
        _at: Timestamp,
    ) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.write(|tenant| {
            let mut added = Vec::new();
            for contact in contacts.iter().copied() {
                if is_living(tenant, contact) && tenant.list_members.insert((list, contact)) {
                    added.push(contact);
                    tenant.list_member_imports.remove(&(list, contact));
                    if let Some(import) = import {
                        tenant.list_member_imports.insert((list, contact), import);
                    }
                }
            }
            added
        }))
    }

    async fn add_new(
        &self,
        list: ContactListId,
        contacts: &[Contact],
        import: Option<ContactImportId>,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let ids = contacts.iter().map(Contact::id).collect::<Vec<_>>();
        self.add(list, &ids, import, at).await.map(drop)
    }

    async fn remove(
        &self,
        list: ContactListId,
        contacts: &[ContactId],
        import: Option<ContactImportId>,
        _at: Timestamp,
    ) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.write(|tenant| {
            let mut removed = Vec::new();
            for contact in contacts.iter().copied() {
                let began = tenant.list_member_imports.get(&(list, contact)).copied();
                if is_living(tenant, contact)
                    && (import.is_none() || began == import)
                    && tenant.list_members.remove(&(list, contact))
                {
                    removed.push(contact);
                }
            }
            removed
        }))
    }

    async fn ids_after(
        &self,
        list: ContactListId,
        status: Option<ValidationStatus>,
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .list_members
                .iter()
                .filter(|(of, contact)| *of == list && Some(*contact) > after)
                .filter_map(|(_, contact)| tenant.contacts.get(contact))
                .filter(|contact| !contact.state().stamps.is_deleted())
                .filter(|contact| {
                    status.is_none_or(|status| contact.state().validation.status == status)
                })
                .take(usize::from(limit))
                .map(Contact::id)
                .collect()
        }))
    }

    async fn lists_of(&self, contact: ContactId) -> Result<Vec<ContactList>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .contact_lists
                .values()
                .filter(|list| !list.state().stamps.is_deleted() && is_living(tenant, contact))
                .filter(|list| tenant.list_members.contains(&(list.id(), contact)))
                .cloned()
                .collect()
        }))
    }
}
