//! What figures are of.

use analytics::ports::Subjects;
use analytics::{CampaignCard, OrganizationCard};
use async_trait::async_trait;
use campaigns::Campaign;
use kernel::{CampaignId, StorageError};

use crate::unit::MemoryUnit;

#[async_trait]
impl Subjects for MemoryUnit {
    async fn organization(&self) -> Result<Option<OrganizationCard>, StorageError> {
        Ok(self.read(|tenant| {
            let state = tenant.organization.as_ref()?.state();
            Some(OrganizationCard {
                name: state.name.to_string(),
                time_zone: state.settings.timezone.clone(),
            })
        }))
    }

    async fn campaign(&self, id: CampaignId) -> Result<Option<CampaignCard>, StorageError> {
        Ok(self.read(|tenant| tenant.campaigns.get(&id).and_then(card)))
    }

    async fn campaigns(&self) -> Result<Vec<CampaignCard>, StorageError> {
        Ok(self.read(|tenant| tenant.campaigns.values().filter_map(card).collect()))
    }
}

/// What is known of a campaign that lives.
fn card(campaign: &Campaign) -> Option<CampaignCard> {
    let state = campaign.state();
    (!state.stamps.is_deleted()).then(|| CampaignCard {
        id: state.id,
        name: state.name.to_string(),
        status: state.status.as_str().to_owned(),
    })
}
