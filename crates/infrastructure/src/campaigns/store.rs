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

use crate::PostgresDatabase;
use crate::unit::PostgresUnit;

#[async_trait]
impl CampaignStore for PostgresDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn CampaignUnit>, StorageError> {
        Ok(Box::new(self.begin_tenant(scope).await?))
    }

    async fn make_room(&self, months: &BTreeSet<Date>) -> Result<(), StorageError> {
        self.make_partitions_of("events", months).await
    }
}

impl CampaignUnit for PostgresUnit {
    fn email_templates(&self) -> &dyn EmailTemplateRepository {
        self.port("campaigns.email_templates")
    }

    fn forms(&self) -> &dyn FormRepository {
        self.port("campaigns.forms")
    }

    fn campaigns(&self) -> &dyn CampaignRepository {
        self.port("campaigns.campaigns")
    }

    fn audience(&self) -> &dyn Audience {
        self.port("campaigns.audience")
    }

    fn landing_pages(&self) -> &dyn LandingPages {
        self.port("campaigns.landing_pages")
    }

    fn assignments(&self) -> &dyn Assignments {
        self.port("campaigns.assignments")
    }

    fn events(&self) -> &dyn EventLog {
        self.port("campaigns.events")
    }

    fn consents(&self) -> &dyn ConsentLog {
        self.port("campaigns.consents")
    }

    fn stops(&self) -> &dyn Stops {
        self.port("campaigns.stops")
    }

    fn jobs(&self) -> &dyn JobQueue {
        self.port("jobs")
    }

    fn leads(&self) -> &dyn LeadRepository {
        self.port("campaigns.leads")
    }

    fn simulations(&self) -> &dyn SimulationRepository {
        self.port("campaigns.simulations")
    }

    fn lead_views(&self) -> &dyn LeadViewRepository {
        self.port("campaigns.lead_views")
    }

    fn people(&self) -> &dyn People {
        self.port("campaigns.people")
    }

    fn audit(&self) -> &dyn AuditTrail {
        self.port("audit")
    }

    fn idempotency(&self) -> &dyn IdempotencyLedger {
        self.port("idempotency")
    }
}
