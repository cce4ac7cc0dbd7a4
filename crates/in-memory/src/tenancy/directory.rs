//! What is found before the tenant is known.

use async_trait::async_trait;
use kernel::{
    ApiKeyId, DomainName, InvitationId, OrganizationId, Slug, StorageError, Timestamp, UserId,
};
use tenancy::ports::Directory;
use tenancy::{TenancyError, TokenHash};

use crate::unit::MemoryUnit;

impl MemoryUnit {
    /// The organization that has a slug of this kind.
    pub(crate) fn find_slug_of(&self, kind: &'static str, slug: &str) -> Option<OrganizationId> {
        self.read_global(|global| global.slugs.get(&(kind, slug.to_owned())).copied())
    }

    /// Whether the slug is the unit's organization's own afterwards.
    pub(crate) fn claim_slug_of(&self, kind: &'static str, slug: &str) -> bool {
        let mine = self.organization_id();
        self.write_global(|global| {
            *global.slugs.entry((kind, slug.to_owned())).or_insert(mine) == mine
        })
    }

    /// Gives a slug back that is the unit's organization's own.
    pub(crate) fn release_slug_of(&self, kind: &'static str, slug: &str) {
        let mine = self.organization_id();
        self.write_global(|global| {
            let key = (kind, slug.to_owned());
            if global.slugs.get(&key) == Some(&mine) {
                global.slugs.remove(&key);
            }
        });
    }

    /// The organization and the thing inside it that a hashed credential leads to.
    pub(crate) fn find_credential(
        &self,
        kind: &'static str,
        hash: &[u8; 32],
    ) -> Option<(OrganizationId, uuid::Uuid)> {
        self.read_global(|global| global.credentials.get(&(kind, *hash)).copied())
    }

    /// Makes a hashed credential lead to a thing of the unit's organization; `false` where the hash is in use.
    pub(crate) fn add_credential(
        &self,
        kind: &'static str,
        hash: &[u8; 32],
        subject: uuid::Uuid,
    ) -> bool {
        let mine = self.organization_id();
        self.write_global(|global| {
            let free = !global.credentials.contains_key(&(kind, *hash));
            if free {
                global.credentials.insert((kind, *hash), (mine, subject));
            }
            free
        })
    }

    /// Makes no credential of this kind lead to the thing any more.
    pub(crate) fn remove_credentials(&self, kind: &'static str, subject: uuid::Uuid) {
        let mine = self.organization_id();
        self.write_global(|global| {
            global
                .credentials
                .retain(|(of_kind, _), led| *of_kind != kind || *led != (mine, subject));
        });
    }
}

#[async_trait]
impl Directory for MemoryUnit {
    async fn find_organization_by_slug(
        &self,
        slug: &Slug,
    ) -> Result<Option<OrganizationId>, StorageError> {
        Ok(self.find_slug_of("organization", slug.as_str()))
    }

    async fn find_organization_by_domain(
        &self,
        domain: &DomainName,
    ) -> Result<Option<OrganizationId>, StorageError> {
        Ok(self.find_slug_of("domain", domain.as_str()))
    }

    async fn claim_slug(&self, slug: &Slug, _at: Timestamp) -> Result<(), TenancyError> {
        if self.claim_slug_of("organization", slug.as_str()) {
            Ok(())
        } else {
            Err(TenancyError::SlugTaken)
        }
    }

    async fn release_slug(&self, slug: &Slug) -> Result<(), StorageError> {
        self.release_slug_of("organization", slug.as_str());
        Ok(())
    }

    async fn claim_domain(&self, domain: &DomainName, _at: Timestamp) -> Result<(), TenancyError> {
        if self.claim_slug_of("domain", domain.as_str()) {
            Ok(())
        } else {
            Err(TenancyError::DomainTaken)
        }
    }

    async fn release_domain(&self, domain: &DomainName) -> Result<(), StorageError> {
        self.release_slug_of("domain", domain.as_str());
        Ok(())
    }

    async fn claim_request(&self, key: &[u8; 32], _at: Timestamp) -> Result<bool, TenancyError> {
        Ok(self.add_credential("request", key, self.organization_id().as_uuid()))
    }

    async fn find_organization_by_request(
        &self,
        key: &[u8; 32],
    ) -> Result<Option<OrganizationId>, StorageError> {
        Ok(self
            .find_credential("request", key)
            .map(|(organization, _)| organization))
    }

    async fn release_request(&self, _key: &[u8; 32]) -> Result<(), StorageError> {
        self.remove_credentials("request", self.organization_id().as_uuid());
        Ok(())
    }

    async fn find_api_key(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<(OrganizationId, ApiKeyId)>, StorageError> {
        Ok(self
            .find_credential("api_key", hash.as_bytes())
            .map(|(organization, key)| (organization, ApiKeyId::from_uuid(key))))
    }

    async fn add_api_key(
        &self,
        hash: &TokenHash,
        key: ApiKeyId,
        _at: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.add_credential("api_key", hash.as_bytes(), key.as_uuid()))
    }

    async fn remove_api_key(&self, key: ApiKeyId) -> Result<(), StorageError> {
        self.remove_credentials("api_key", key.as_uuid());
        Ok(())
    }

    async fn find_invitation(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<(OrganizationId, InvitationId)>, StorageError> {
        Ok(self
            .find_credential("invitation", hash.as_bytes())
            .map(|(organization, id)| (organization, InvitationId::from_uuid(id))))
    }

    async fn add_invitation(
        &self,
        hash: &TokenHash,
        invitation: InvitationId,
        _at: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.add_credential("invitation", hash.as_bytes(), invitation.as_uuid()))
    }

    async fn remove_invitation(&self, invitation: InvitationId) -> Result<(), StorageError> {
        self.remove_credentials("invitation", invitation.as_uuid());
        Ok(())
    }

    async fn list_organizations_of(
        &self,
        user: UserId,
    ) -> Result<Vec<OrganizationId>, StorageError> {
        Ok(self.read_global(|global| {
            global
                .user_organizations
                .iter()
                .filter(|(of, _)| *of == user)
                .map(|(_, id)| *id)
                .collect()
        }))
    }

    async fn add_member(&self, user: UserId, _at: Timestamp) -> Result<(), StorageError> {
        self.write_global(|global| {
            global
                .user_organizations
                .insert((user, self.organization_id()))
        });
        Ok(())
    }

    async fn remove_member(&self, user: UserId) -> Result<(), StorageError> {
        self.write_global(|global| {
            global
                .user_organizations
                .remove(&(user, self.organization_id()))
        });
        Ok(())
    }
}
