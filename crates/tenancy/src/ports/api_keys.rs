//! API keys.

use async_trait::async_trait;
use kernel::{ApiKeyId, Page, PageRequest, StorageError, Timestamp, UserId, Version};

use crate::{ApiKey, ApiKeyUse, TenancyError};

/// Which API keys a listing shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiKeyFilter {
    /// Those of this user only.
    pub user: Option<UserId>,
    /// Those that were revoked or ran out, instead of those that can be used.
    pub ended: bool,
    /// The instant that decides whether a key ran out.
    pub at: Timestamp,
}

/// The API keys of the unit's organization.
#[async_trait]
pub trait ApiKeyRepository: Send + Sync {
    /// Adds a key.
    async fn insert(&self, key: &ApiKey) -> Result<(), StorageError>;
    /// The key with this id, whether or not it can be used.
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StorageError>;
    /// The keys with these ids, whether or not they can be used, in the order of their ids.
    async fn find_all(&self, ids: &[ApiKeyId]) -> Result<Vec<ApiKey>, StorageError>;
    /// The keys of the user that were not revoked, in the order of their ids.
    async fn find_unrevoked_of(&self, user: UserId) -> Result<Vec<ApiKey>, StorageError>;
    /// Keys in the order of their ids.
    async fn list(
        &self,
        filter: &ApiKeyFilter,
        page: &PageRequest,
    ) -> Result<Page<ApiKey>, StorageError>;
    /// Writes the key where its stored version is `expected`; fails with [`TenancyError::Stale`]
    /// otherwise, and the unit stays usable after that failure. When the key was last used MUST stay as it is stored.
    async fn update(&self, key: &ApiKey, expected: Version) -> Result<(), TenancyError>;
    /// What it takes to decide whether the key can be used by somebody from a network, given by its keyed hash.
    async fn find_use(
        &self,
        id: ApiKeyId,
        network: Option<&[u8; 32]>,
    ) -> Result<Option<ApiKeyUse>, StorageError>;
    /// Notes that the key was used from a network; `false` where that was noted before, be it since this moment.
    async fn note_network(
        &self,
        id: ApiKeyId,
        network: &[u8; 32],
        at: Timestamp,
    ) -> Result<bool, StorageError>;
    /// Notes when the key was last used, unless a later use was noted. It changes neither version nor stamps.
    async fn note_use(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StorageError>;
}
