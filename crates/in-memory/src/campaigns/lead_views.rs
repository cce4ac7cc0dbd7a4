//! The saved searches of leads of the unit's organization.

use async_trait::async_trait;
use campaigns::ports::LeadViewRepository;
use campaigns::{CampaignError, LeadView};
use kernel::{LeadViewId, Page, PageRequest, StorageError, UserId, Version};

use crate::unit::MemoryUnit;

impl MemoryUnit {
    /// Refuses a living view whose owner has another living one of its name.
    fn check_view_name(&self, view: &LeadView) -> Result<(), CampaignError> {
        let state = view.state();
        let name = state.name.case_folded();
        let other = self.read(|tenant| {
            let views = tenant.lead_views.values();
            let mut others = views.filter(|it| it.id() != view.id()).filter(|it| {
                let other = it.state();
                other.owner == state.owner && !other.stamps.is_deleted()
            });
            let other = others.find(|it| it.state().name.case_folded() == name);
            other.map(LeadView::id)
        });
        match other {
            Some(other) if !state.stamps.is_deleted() => {
                Err(CampaignError::ViewNameTaken(Some(other)))
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl LeadViewRepository for MemoryUnit {
    async fn insert(&self, view: &LeadView) -> Result<(), CampaignError> {
        self.check_view_name(view)?;
        self.write(|tenant| tenant.lead_views.insert(view.id(), view.clone()));
        Ok(())
    }

    async fn find(&self, id: LeadViewId) -> Result<Option<LeadView>, StorageError> {
        Ok(self.read(|tenant| tenant.lead_views.get(&id).cloned()))
    }

    async fn list(&self, of: UserId, page: &PageRequest) -> Result<Page<LeadView>, StorageError> {
        Ok(self.read(|tenant| {
            let views = tenant.lead_views.values();
            let had = views.filter(|view| view.is_had_by(of)).cloned();
            self.page(had, page, |view| view.id().as_uuid())
        }))
    }

    async fn update(&self, view: &LeadView, expected: Version) -> Result<(), CampaignError> {
        let present = self.read(|tenant| {
            let view = tenant.lead_views.get(&view.id());
            view.map(|view| view.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(CampaignError::Stale);
        }
        self.check_view_name(view)?;
        self.write(|tenant| tenant.lead_views.insert(view.id(), view.clone()));
        Ok(())
    }
}
