//! The unit of work as campaigns see it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use campaigns::ports::{
    Assignments, Audience, CampaignRepository, CampaignStore, CampaignUnit, ConsentLog,
    EmailTemplateRepository, EventLog, FormRepository, LandingPages, LeadRepository,
    LeadViewRepository, People, SimulationRepository, Stops,
};
use kernel::{AuditTrail, IdempotencyLedger, JobQueue, StorageError, TenantScope};
use time::Date;

use crate::MemoryDatabase;
use crate::unit::MemoryUnit;

#[async_trait]
impl CampaignStore for MemoryDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn CampaignUnit>, StorageError> {
        Ok(Box::new(self.open(scope)))
    }

    /// There is room for whatever is told.
    async fn make_room(&self, _months: &BTreeSet<Date>) -> Result<(), StorageError> {
        Ok(())
    }
}

impl CampaignUnit for MemoryUnit {
    fn email_templates(&self) -> &dyn EmailTemplateRepository {
        self
    }

    fn forms(&self) -> &dyn FormRepository {
        self
    }

    fn campaigns(&self) -> &dyn CampaignRepository {
        self
    }

    fn audience(&self) -> &dyn Audience {
        self
    }

    fn landing_pages(&self) -> &dyn LandingPages {
        self
    }

    fn assignments(&self) -> &dyn Assignments {
        self
    }

    fn events(&self) -> &dyn EventLog {
        self
    }

    fn consents(&self) -> &dyn ConsentLog {
        self
    }

    fn stops(&self) -> &dyn Stops {
        self
    }

    fn jobs(&self) -> &dyn JobQueue {
        self
    }

    fn leads(&self) -> &dyn LeadRepository {
        self
    }

    fn simulations(&self) -> &dyn SimulationRepository {
        self
    }

    fn lead_views(&self) -> &dyn LeadViewRepository {
        self
    }

    fn people(&self) -> &dyn People {
        self
    }

    fn audit(&self) -> &dyn AuditTrail {
        self
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self
    }
}
