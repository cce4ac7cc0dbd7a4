//! The campaigns of the unit's organization.

use std::collections::BTreeSet;

use async_trait::async_trait;
use campaigns::ports::{CampaignRepository, LandingPages};
use campaigns::{Campaign, CampaignCounts, CampaignError, CampaignFilter, CountedCampaign};
use kernel::{
    CampaignId, OrganizationId, Page, PageRequest, Slug, StorageError, Timestamp, Version,
};

use super::assignments::counted;
use crate::unit::MemoryUnit;

/// The kind of landing pages among slugs.
const LANDING: &str = "landing";

#[async_trait]
impl CampaignRepository for MemoryUnit {
    async fn insert(&self, campaign: &Campaign) -> Result<(), StorageError> {
        self.write(|tenant| tenant.campaigns.insert(campaign.id(), campaign.clone()));
        Ok(())
    }

    async fn find(&self, id: CampaignId) -> Result<Option<Campaign>, StorageError> {
        Ok(self.read(|tenant| tenant.campaigns.get(&id).cloned()))
    }

    async fn find_for_share(&self, id: CampaignId) -> Result<Option<Campaign>, StorageError> {
        CampaignRepository::find(self, id).await
    }

    async fn known(&self, ids: &[CampaignId]) -> Result<Vec<CampaignId>, StorageError> {
        Ok(self.read(|tenant| {
            let ids = ids.iter().copied().collect::<BTreeSet<_>>().into_iter();
            ids.filter(|id| tenant.campaigns.contains_key(id)).collect()
        }))
    }

    async fn find_by_landing_page(&self, slug: &Slug) -> Result<Option<Campaign>, StorageError> {
        Ok(self.read(|tenant| {
            let mut campaigns = tenant.campaigns.values();
            let found = campaigns.find(|it| has_living(it, slug));
            found.cloned()
        }))
    }

    async fn list(
        &self,
        filter: &CampaignFilter,
        page: &PageRequest,
    ) -> Result<Page<CountedCampaign>, StorageError> {
        Ok(self.read(|tenant| {
            let wanted = tenant.campaigns.values().filter(|campaign| {
                let state = campaign.state();
                let name = filter.name.as_ref();
                state.stamps.is_deleted() == filter.deleted
                    && filter.status.is_none_or(|status| state.status == status)
                    && name
                        .is_none_or(|name| state.name.case_folded().contains(&name.case_folded()))
            });
            let campaigns = wanted.map(|campaign| CountedCampaign {
                campaign: campaign.clone(),
                counts: counted(tenant, campaign.id()),
            });
            self.page(campaigns, page, |it| it.campaign.id().as_uuid())
        }))
    }

    async fn update(&self, campaign: &Campaign, expected: Version) -> Result<(), CampaignError> {
        let present = self.read(|tenant| {
            let campaign = tenant.campaigns.get(&campaign.id());
            campaign.map(|campaign| campaign.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(CampaignError::Stale);
        }
        self.write(|tenant| tenant.campaigns.insert(campaign.id(), campaign.clone()));
        Ok(())
    }

    async fn counts(&self, id: CampaignId) -> Result<CampaignCounts, StorageError> {
        Ok(self.read(|tenant| counted(tenant, id)))
    }
}

#[async_trait]
impl LandingPages for MemoryUnit {
    async fn claim(&self, slug: &Slug, _at: Timestamp) -> Result<(), CampaignError> {
        let is_free = self.claim_slug_of(LANDING, slug.as_str());
        let mut is_used = self.read(|tenant| {
            let mut campaigns = tenant.campaigns.values();
            campaigns.any(|campaign| has_living(campaign, slug))
        });
        is_used |= !is_free;
        if is_used {
            return Err(CampaignError::SlugTaken);
        }
        Ok(())
    }

    async fn release(&self, slug: &Slug) -> Result<(), StorageError> {
        self.release_slug_of(LANDING, slug.as_str());
        Ok(())
    }

    async fn find_organization(&self, slug: &Slug) -> Result<Option<OrganizationId>, StorageError> {
        Ok(self.find_slug_of(LANDING, slug.as_str()))
    }
}

fn has_living(campaign: &Campaign, slug: &Slug) -> bool {
    let state = campaign.state();
    !state.stamps.is_deleted() && state.landing_page.as_ref() == Some(slug)
}
