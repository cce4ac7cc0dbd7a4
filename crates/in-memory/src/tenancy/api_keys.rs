//! The API keys of the unit's organization.

use async_trait::async_trait;
use kernel::{ApiKeyId, Page, PageRequest, StorageError, Timestamp, UserId, Version};
use tenancy::ports::{ApiKeyFilter, ApiKeyRepository};
use tenancy::{ApiKey, ApiKeyState, ApiKeyUse, TenancyError, User};

use crate::unit::MemoryUnit;

fn matches(filter: &ApiKeyFilter, key: &ApiKey) -> bool {
    filter.user.is_none_or(|user| key.state().user == user)
        && key.is_living(filter.at) != filter.ended
}

#[async_trait]
impl ApiKeyRepository for MemoryUnit {
    async fn insert(&self, key: &ApiKey) -> Result<(), StorageError> {
        self.write(|tenant| tenant.api_keys.insert(key.id(), key.clone()));
        Ok(())
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StorageError> {
        Ok(self.read(|tenant| tenant.api_keys.get(&id).cloned()))
    }

    async fn find_all(&self, ids: &[ApiKeyId]) -> Result<Vec<ApiKey>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .api_keys
                .values()
                .filter(|key| ids.contains(&key.id()))
                .cloned()
                .collect()
        }))
    }

    async fn find_unrevoked_of(&self, user: UserId) -> Result<Vec<ApiKey>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .api_keys
                .values()
                .filter(|key| key.state().user == user && key.state().revoked_at.is_none())
                .cloned()
                .collect()
        }))
    }

    async fn list(
        &self,
        filter: &ApiKeyFilter,
        page: &PageRequest,
    ) -> Result<Page<ApiKey>, StorageError> {
        Ok(self.read(|tenant| {
            let wanted = tenant
                .api_keys
                .values()
                .filter(|key| matches(filter, key))
                .cloned();
            self.page(wanted, page, |key| key.id().as_uuid())
        }))
    }

    async fn update(&self, key: &ApiKey, expected: Version) -> Result<(), TenancyError> {
        let stored = self
            .read(|tenant| tenant.api_keys.get(&key.id()).cloned())
            .filter(|stored| stored.state().stamps.version == expected)
            .ok_or(TenancyError::Stale)?;
        let key = ApiKey::restore(ApiKeyState {
            last_used_at: stored.state().last_used_at,
            ..key.state().clone()
        });
        self.write(|tenant| tenant.api_keys.insert(key.id(), key));
        Ok(())
    }

    async fn find_use(
        &self,
        id: ApiKeyId,
        network: Option<&[u8; 32]>,
    ) -> Result<Option<ApiKeyUse>, StorageError> {
        let found = self.read(|tenant| {
            let key = tenant.api_keys.get(&id).cloned()?;
            let known = network.is_some_and(|hash| tenant.api_key_networks.contains(&(id, *hash)));
            Some((key, known))
        });
        Ok(found.map(|(key, network_is_known)| {
            let user = key.state().user;
            ApiKeyUse {
                user_is_active: self
                    .read_global(|global| global.users.get(&user).is_some_and(User::can_act)),
                network_is_known,
                key,
            }
        }))
    }

    async fn note_network(
        &self,
        id: ApiKeyId,
        network: &[u8; 32],
        _at: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.write(|tenant| tenant.api_key_networks.insert((id, *network))))
    }

    async fn note_use(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StorageError> {
        self.write(|tenant| {
            if let Some(stored) = tenant.api_keys.get_mut(&id) {
                let state = stored.state().clone();
                *stored = ApiKey::restore(ApiKeyState {
                    last_used_at: state.last_used_at.max(Some(at)),
                    ..state
                });
            }
        });
        Ok(())
    }
}
