//! Who is on the lists of the unit's organization.

use async_trait::async_trait;
use contacts::ContactList;
use contacts::ports::ListMemberRepository;
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
        _import: Option<ContactImportId>,
        _at: Timestamp,
    ) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.write(|tenant| {
            let mut added = Vec::new();
            for contact in contacts.iter().copied() {
                if is_living(tenant, contact) && tenant.list_members.insert((list, contact)) {
                    added.push(contact);
                }
            }
            added
        }))
    }

    async fn remove(
        &self,
        list: ContactListId,
        contacts: &[ContactId],
        _at: Timestamp,
    ) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.write(|tenant| {
            let mut removed = Vec::new();
            for contact in contacts.iter().copied() {
                if is_living(tenant, contact) && tenant.list_members.remove(&(list, contact)) {
                    removed.push(contact);
                }
            }
            removed
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
