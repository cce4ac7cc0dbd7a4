//! The addresses of landing pages, in the directory.

use async_trait::async_trait;
use campaigns::CampaignError;
use campaigns::ports::LandingPages;
use kernel::{OrganizationId, Slug, StorageError, Timestamp};
use sea_orm::FromQueryResult;

use crate::unit::PostgresUnit;

/// The kind of landing pages among slugs.
const LANDING: &str = "landing";

#[derive(FromQueryResult)]
struct Used {
    is_used: bool,
}

#[async_trait]
impl LandingPages for PostgresUnit {
    async fn claim(&self, slug: &Slug, at: Timestamp) -> Result<(), CampaignError> {
        // The claim waits for others of the same address, so that what is asked next is told of them.
        if !self.claim_slug_of(LANDING, slug.as_str(), at).await? {
            return Err(CampaignError::SlugTaken);
        }
        let sql = "SELECT EXISTS (SELECT FROM campaigns c WHERE c.organization_id = $1 AND c.landing_page_slug = $2 \
                   AND c.deleted_at IS NULL) AS is_used";
        let values = [self.organization().into(), slug.as_str().into()];
        let used = self.one::<Used>(sql, values).await?;
        if used.is_some_and(|used| used.is_used) {
            return Err(CampaignError::SlugTaken);
        }
        Ok(())
    }

    async fn release(&self, slug: &Slug) -> Result<(), StorageError> {
        self.release_slug_of(LANDING, slug.as_str()).await
    }

    async fn find_organization(&self, slug: &Slug) -> Result<Option<OrganizationId>, StorageError> {
        self.find_slug_of(LANDING, slug.as_str()).await
    }
}
