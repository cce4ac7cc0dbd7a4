//! The simulations of the unit's organization's campaigns.

use async_trait::async_trait;
use campaigns::ports::SimulationRepository;
use campaigns::{CampaignError, Simulation};
use kernel::{CampaignId, Page, PageRequest, SimulationId, StorageError, Version};

use crate::unit::MemoryUnit;

#[async_trait]
impl SimulationRepository for MemoryUnit {
    async fn insert(&self, simulation: &Simulation) -> Result<(), StorageError> {
        let id = simulation.id();
        self.write(|tenant| tenant.simulations.insert(id, simulation.clone()));
        Ok(())
    }

    async fn find(&self, id: SimulationId) -> Result<Option<Simulation>, StorageError> {
        Ok(self.read(|tenant| tenant.simulations.get(&id).cloned()))
    }

    async fn find_by_campaign(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<Simulation>, StorageError> {
        Ok(self.read(|tenant| {
            let mut simulations = tenant.simulations.values();
            let found = simulations.find(|it| it.state().campaign == campaign);
            found.cloned()
        }))
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Simulation>, StorageError> {
        Ok(self.read(|tenant| {
            let simulations = tenant.simulations.values();
            let living = simulations.filter(|it| !it.state().stamps.is_deleted());
            self.page(living.cloned(), page, |it| it.id().as_uuid())
        }))
    }

    async fn update(
        &self,
        simulation: &Simulation,
        expected: Version,
    ) -> Result<(), CampaignError> {
        let id = simulation.id();
        let present = self.read(|tenant| {
            let simulation = tenant.simulations.get(&id);
            simulation.map(|it| it.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(CampaignError::Stale);
        }
        self.write(|tenant| tenant.simulations.insert(id, simulation.clone()));
        Ok(())
    }
}
