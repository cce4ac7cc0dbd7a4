//! The directory: definer functions over tables that no role can touch.

use async_trait::async_trait;
use kernel::{
    ApiKeyId, DomainName, InvitationId, OrganizationId, Slug, StorageError, Timestamp, UserId,
};
use sea_orm::FromQueryResult;
use tenancy::ports::Directory;
use tenancy::{TenancyError, TokenHash};
use uuid::Uuid;

use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Found {
    organization_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct Done {
    done: bool,
}

impl PostgresUnit {
    /// The organization that has a slug of this kind.
    pub(crate) async fn find_slug_of(
        &self,
        kind: &str,
        slug: &str,
    ) -> Result<Option<OrganizationId>, StorageError> {
        let found = self
            .one::<Found>(
                "SELECT find_slug($1, $2) AS organization_id",
                [kind.into(), slug.into()],
            )
            .await?;
        Ok(found
            .and_then(|found| found.organization_id)
            .map(OrganizationId::from_uuid))
    }

    /// Whether the slug is the unit's organization's own afterwards.
    pub(crate) async fn claim_slug_of(
        &self,
        kind: &str,
        slug: &str,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let values = [
            self.organization().into(),
            kind.into(),
            slug.into(),
            at.into(),
        ];
        let done = self
            .one::<Done>("SELECT claim_slug($1, $2, $3, $4) AS done", values)
            .await?;
        Ok(done.is_some_and(|claimed| claimed.done))
    }

    /// Gives a slug back that is the unit's organization's own.
    pub(crate) async fn release_slug_of(&self, kind: &str, slug: &str) -> Result<(), StorageError> {
        let values = [self.organization().into(), kind.into(), slug.into()];
        self.execute_sql("SELECT release_slug($1, $2, $3)", values)
            .await
            .map(drop)
    }

    /// The organization and the thing inside it that a hashed credential leads to.
    pub(crate) async fn find_credential(
        &self,
        kind: &str,
        hash: &[u8; 32],
    ) -> Result<Option<(OrganizationId, Uuid)>, StorageError> {
        #[derive(FromQueryResult)]
        struct Row {
            organization_id: Option<Uuid>,
            subject_id: Option<Uuid>,
        }
        let sql = "SELECT organization_id, subject_id FROM find_credential($1, $2)";
        let found = self
            .one::<Row>(sql, [kind.into(), hash.to_vec().into()])
            .await?;
        Ok(found.and_then(|row| {
            Some((
                OrganizationId::from_uuid(row.organization_id?),
                row.subject_id?,
            ))
        }))
    }

    /// Makes a hashed credential lead to a thing of the unit's organization; `false` where the hash is in use.
    pub(crate) async fn add_credential(
        &self,
        kind: &str,
        hash: &[u8; 32],
        subject: Uuid,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let values = [
            self.organization().into(),
            kind.into(),
            hash.to_vec().into(),
            subject.into(),
            at.into(),
        ];
        let done = self
            .one::<Done>("SELECT add_credential($1, $2, $3, $4, $5) AS done", values)
            .await?;
        Ok(done.is_some_and(|added| added.done))
    }

    /// Makes no credential of this kind lead to the thing any more.
    pub(crate) async fn remove_credentials(
        &self,
        kind: &str,
        subject: Uuid,
    ) -> Result<(), StorageError> {
        let values = [self.organization().into(), kind.into(), subject.into()];
        self.execute_sql("SELECT remove_credentials($1, $2, $3)", values)
            .await
            .map(drop)
    }
}

#[async_trait]
impl Directory for PostgresUnit {
    async fn find_organization_by_slug(
        &self,
        slug: &Slug,
    ) -> Result<Option<OrganizationId>, StorageError> {
        self.find_slug_of("organization", slug.as_str()).await
    }

    async fn find_organization_by_domain(
        &self,
        domain: &DomainName,
    ) -> Result<Option<OrganizationId>, StorageError> {
        self.find_slug_of("domain", domain.as_str()).await
    }

    async fn claim_slug(&self, slug: &Slug, at: Timestamp) -> Result<(), TenancyError> {
        if self
            .claim_slug_of("organization", slug.as_str(), at)
            .await?
        {
            Ok(())
        } else {
            Err(TenancyError::SlugTaken)
        }
    }

    async fn release_slug(&self, slug: &Slug) -> Result<(), StorageError> {
        self.release_slug_of("organization", slug.as_str()).await
    }

    async fn claim_domain(&self, domain: &DomainName, at: Timestamp) -> Result<(), TenancyError> {
        if self.claim_slug_of("domain", domain.as_str(), at).await? {
            Ok(())
        } else {
            Err(TenancyError::DomainTaken)
        }
    }

    async fn release_domain(&self, domain: &DomainName) -> Result<(), StorageError> {
        self.release_slug_of("domain", domain.as_str()).await
    }

    async fn claim_request(&self, key: &[u8; 32], at: Timestamp) -> Result<bool, TenancyError> {
        Ok(self
            .add_credential("request", key, self.organization(), at)
            .await?)
    }

    async fn find_organization_by_request(
        &self,
        key: &[u8; 32],
    ) -> Result<Option<OrganizationId>, StorageError> {
        Ok(self
            .find_credential("request", key)
            .await?
            .map(|(organization, _)| organization))
    }

    async fn release_request(&self, _key: &[u8; 32]) -> Result<(), StorageError> {
        self.remove_credentials("request", self.organization())
            .await
    }

    async fn find_api_key(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<(OrganizationId, ApiKeyId)>, StorageError> {
        Ok(self
            .find_credential("api_key", hash.as_bytes())
            .await?
            .map(|(organization, key)| (organization, ApiKeyId::from_uuid(key))))
    }

    async fn add_api_key(
        &self,
        hash: &TokenHash,
        key: ApiKeyId,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.add_credential("api_key", hash.as_bytes(), key.as_uuid(), at)
            .await
    }

    async fn remove_api_key(&self, key: ApiKeyId) -> Result<(), StorageError> {
        self.remove_credentials("api_key", key.as_uuid()).await
    }

    async fn find_invitation(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<(OrganizationId, InvitationId)>, StorageError> {
        Ok(self
            .find_credential("invitation", hash.as_bytes())
            .await?
            .map(|(organization, id)| (organization, InvitationId::from_uuid(id))))
    }

    async fn add_invitation(
        &self,
        hash: &TokenHash,
        invitation: InvitationId,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.add_credential("invitation", hash.as_bytes(), invitation.as_uuid(), at)
            .await
    }

    async fn remove_invitation(&self, invitation: InvitationId) -> Result<(), StorageError> {
        self.remove_credentials("invitation", invitation.as_uuid())
            .await
    }

    async fn list_organizations_of(
        &self,
        user: UserId,
    ) -> Result<Vec<OrganizationId>, StorageError> {
        let sql = "SELECT organization_id FROM find_organizations_of_user($1) AS organization_id";
        let rows = self.all::<Found>(sql, [user.as_uuid().into()]).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| row.organization_id)
            .map(OrganizationId::from_uuid)
            .collect())
    }

    async fn add_member(&self, user: UserId, at: Timestamp) -> Result<(), StorageError> {
        let values = [self.organization().into(), user.as_uuid().into(), at.into()];
        self.execute_sql("SELECT add_user_organization($1, $2, $3)", values)
            .await
            .map(drop)
    }

    async fn remove_member(&self, user: UserId) -> Result<(), StorageError> {
        let values = [self.organization().into(), user.as_uuid().into()];
        self.execute_sql("SELECT remove_user_organization($1, $2)", values)
            .await
            .map(drop)
    }
}
