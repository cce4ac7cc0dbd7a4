//! The lists of the unit's organization.

use async_trait::async_trait;
use contacts::ports::ContactListRepository;
use contacts::{ContactError, ContactList, CountedList, ListCounts};
use kernel::{ContactListId, Page, PageRequest, StorageError, Version};

use crate::state::TenantState;
use crate::unit::MemoryUnit;

fn counted(tenant: &TenantState, list: &ContactList) -> CountedList {
    let mut counts = ListCounts::default();
    for (_, contact) in tenant
        .list_members
        .iter()
        .filter(|(of, _)| *of == list.id())
    {
        if let Some(contact) = tenant.contacts.get(contact)
            && !contact.state().stamps.is_deleted()
        {
            *counts.of_mut(contact.state().validation.status) += 1;
        }
    }
    CountedList {
        list: list.clone(),
        counts,
    }
}

impl MemoryUnit {
    /// Refuses a living list whose name another living one has.
    fn check_contact_list_name(&self, list: &ContactList) -> Result<(), ContactError> {
        let name = list.state().name.case_folded();
        let other = self.read(|tenant| {
            tenant
                .contact_lists
                .values()
                .filter(|other| other.id() != list.id() && !other.state().stamps.is_deleted())
                .find(|other| other.state().name.case_folded() == name)
                .map(ContactList::id)
        });
        match other {
            Some(other) if !list.state().stamps.is_deleted() => {
                Err(ContactError::ListNameTaken(other))
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl ContactListRepository for MemoryUnit {
    async fn insert(&self, list: &ContactList) -> Result<(), ContactError> {
        self.check_contact_list_name(list)?;
        self.write(|tenant| tenant.contact_lists.insert(list.id(), list.clone()));
        Ok(())
    }

    async fn find(&self, id: ContactListId) -> Result<Option<ContactList>, StorageError> {
        Ok(self.read(|tenant| tenant.contact_lists.get(&id).cloned()))
    }

    async fn find_counted(&self, id: ContactListId) -> Result<Option<CountedList>, StorageError> {
        Ok(self.read(|tenant| {
            let list = tenant.contact_lists.get(&id)?;
            Some(counted(tenant, list))
        }))
    }

    async fn list(
        &self,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<CountedList>, StorageError> {
        Ok(self.read(|tenant| {
            let wanted = tenant
                .contact_lists
                .values()
                .filter(|list| list.state().stamps.is_deleted() == deleted)
                .map(|list| counted(tenant, list));
            self.page(wanted, page, |counted| counted.list.id().as_uuid())
        }))
    }

    async fn lock(&self, _: ContactListId) -> Result<(), StorageError> {
        // Of units that change the same, one commits; nobody waits.
        Ok(())
    }

    async fn update(&self, list: &ContactList, expected: Version) -> Result<(), ContactError> {
        let present = self.read(|tenant| {
            let list = tenant.contact_lists.get(&list.id());
            list.map(|list| list.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(ContactError::Stale);
        }
        self.check_contact_list_name(list)?;
        self.write(|tenant| tenant.contact_lists.insert(list.id(), list.clone()));
        Ok(())
    }
}
