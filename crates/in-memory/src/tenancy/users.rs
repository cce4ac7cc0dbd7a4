//! Accounts.

use async_trait::async_trait;
use kernel::{EmailAddress, Page, PageRequest, StorageError, UserId, Version};
use tenancy::ports::{UserFilter, UserRepository};
use tenancy::{TenancyError, User};

use crate::unit::MemoryUnit;

fn is_living(user: &User) -> bool {
    !user.state().stamps.is_deleted()
}

impl MemoryUnit {
    /// Whether the user exists in this unit: everybody on the platform, present and former members elsewhere.
    fn knows(&self, user: UserId) -> bool {
        self.is_platform()
            || self.read(|tenant| {
                tenant
                    .memberships
                    .values()
                    .any(|membership| membership.state().user == user)
            })
    }

    fn known_users(&self, wanted: impl Fn(&User) -> bool) -> Vec<User> {
        let users = self.read_global(|global| {
            global
                .users
                .values()
                .filter(|user| wanted(user))
                .cloned()
                .collect::<Vec<_>>()
        });
        users
            .into_iter()
            .filter(|user| self.knows(user.id()))
            .collect()
    }
}

#[async_trait]
impl UserRepository for MemoryUnit {
    async fn insert(&self, user: &User) -> Result<(), TenancyError> {
        self.require_platform()?;
        if self.find_by_email(&user.state().email).await?.is_some() {
            return Err(TenancyError::EmailTaken);
        }
        self.write_global(|global| global.users.insert(user.id(), user.clone()));
        Ok(())
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, StorageError> {
        Ok(self
            .known_users(|user| user.id() == id && is_living(user))
            .pop())
    }

    async fn find_for_update(&self, id: UserId) -> Result<Option<User>, StorageError> {
        // Marks the state as changed, so that of two concurrent units one fails to commit.
        self.write_global(|_| ());
        self.find(id).await
    }

    async fn find_for_share(&self, id: UserId) -> Result<Option<User>, StorageError> {
        self.find(id).await
    }

    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StorageError> {
        let email = email.case_folded();
        Ok(self
            .known_users(|user| is_living(user) && user.state().email.case_folded() == email)
            .pop())
    }

    async fn list_by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StorageError> {
        Ok(self.known_users(|user| ids.contains(&user.id())))
    }

    async fn list(
        &self,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Result<Page<User>, StorageError> {
        let email = filter.email.as_ref().map(EmailAddress::case_folded);
        let users = self.known_users(|user| {
            is_living(user)
                && email
                    .as_ref()
                    .is_none_or(|email| user.state().email.case_folded() == *email)
                && filter
                    .status
                    .is_none_or(|status| user.state().status == status)
        });
        Ok(self.page(users.into_iter(), page, |user| user.id().as_uuid()))
    }

    async fn update(&self, user: &User, expected: Version) -> Result<(), TenancyError> {
        self.require_platform()?;
        let present = self.read_global(|global| {
            global
                .users
                .get(&user.id())
                .map(|user| user.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(TenancyError::Stale);
        }
        self.write_global(|global| global.users.insert(user.id(), user.clone()));
        Ok(())
    }
}
