//! The memberships of the unit's organization.

use async_trait::async_trait;
use kernel::{MembershipId, Page, PageRequest, StorageError, UserId, Version};
use tenancy::ports::{MemberFilter, MembershipRepository};
use tenancy::{Authorization, MemberCard, Membership, TenancyError};

use crate::unit::MemoryUnit;

fn is_living(membership: &Membership) -> bool {
    !membership.state().stamps.is_deleted()
}

impl MemoryUnit {
    /// The living memberships with whose they are.
    fn member_cards(&self) -> Vec<MemberCard> {
        let living = self.read(|tenant| {
            tenant
                .memberships
                .values()
                .filter(|membership| is_living(membership))
                .filter_map(|membership| {
                    let role = tenant.roles.get(&membership.state().role)?.state();
                    Some((membership.clone(), role.name.clone(), role.template))
                })
                .collect::<Vec<_>>()
        });
        self.read_global(|global| {
            living
                .into_iter()
                .filter_map(|(membership, role_name, role_template)| {
                    let user = global.users.get(&membership.state().user)?.state();
                    Some(MemberCard {
                        membership,
                        display_name: user.display_name.clone(),
                        email: user.email.clone(),
                        role_name,
                        role_template,
                    })
                })
                .collect()
        })
    }
}

#[async_trait]
impl MembershipRepository for MemoryUnit {
    async fn insert(&self, membership: &Membership) -> Result<(), TenancyError> {
        if self.find_by_user(membership.state().user).await?.is_some() {
            return Err(TenancyError::AlreadyMember);
        }
        self.write(|tenant| {
            tenant
                .memberships
                .insert(membership.state().id, membership.clone())
        });
        Ok(())
    }

    async fn find(&self, id: MembershipId) -> Result<Option<Membership>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .memberships
                .get(&id)
                .filter(|m| is_living(m))
                .cloned()
        }))
    }

    async fn find_by_user(&self, user: UserId) -> Result<Option<Membership>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .memberships
                .values()
                .filter(|m| is_living(m))
                .find(|m| m.state().user == user)
                .cloned()
        }))
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Membership>, StorageError> {
        Ok(self.read(|tenant| {
            let living = tenant
                .memberships
                .values()
                .filter(|m| is_living(m))
                .cloned();
            self.page(living, page, |membership| membership.state().id.as_uuid())
        }))
    }

    async fn find_card(&self, id: MembershipId) -> Result<Option<MemberCard>, StorageError> {
        Ok(self
            .member_cards()
            .into_iter()
            .find(|card| card.membership.state().id == id))
    }

    async fn list_cards(
        &self,
        filter: &MemberFilter,
        page: &PageRequest,
    ) -> Result<Page<MemberCard>, StorageError> {
        let wanted = self.member_cards().into_iter().filter(|card| {
            filter
                .role
                .is_none_or(|role| card.membership.state().role == role)
        });
        Ok(self.page(wanted, page, |card| card.membership.state().id.as_uuid()))
    }

    async fn update(&self, membership: &Membership, expected: Version) -> Result<(), TenancyError> {
        let id = membership.state().id;
        let present = self.read(|tenant| {
            tenant
                .memberships
                .get(&id)
                .map(|m| m.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(TenancyError::Stale);
        }
        self.write(|tenant| tenant.memberships.insert(id, membership.clone()));
        Ok(())
    }

    async fn count_owners_for_update(&self) -> Result<u64, StorageError> {
        // Counting marks the state as changed, so that of two concurrent counters one fails to commit.
        Ok(self.write(|tenant| {
            let owners =
                tenant
                    .memberships
                    .values()
                    .filter(|m| is_living(m))
                    .filter(|membership| {
                        tenant
                            .roles
                            .get(&membership.state().role)
                            .is_some_and(tenancy::Role::is_owner)
                    });
            owners.count() as u64
        }))
    }

    async fn find_authorization(
        &self,
        user: UserId,
    ) -> Result<Option<Authorization>, StorageError> {
        let Some(account) = self.read_global(|global| global.users.get(&user).cloned()) else {
            return Ok(None);
        };
        if account.state().stamps.is_deleted() {
            return Ok(None);
        }
        let Some(membership) = self.find_by_user(user).await? else {
            return Ok(None);
        };
        Ok(self.read(|tenant| {
            let role = tenant.roles.get(&membership.state().role)?.state();
            let organization = tenant.organization.as_ref()?.state();
            Some(Authorization {
                membership: membership.state().id,
                role: role.id,
                template: role.template,
                permissions: role.permissions.clone(),
                user_status: account.state().status,
                organization_deleted: organization.stamps.is_deleted(),
            })
        }))
    }

    async fn find_authorization_for_share(
        &self,
        user: UserId,
    ) -> Result<Option<Authorization>, StorageError> {
        self.find_authorization(user).await
    }
}
