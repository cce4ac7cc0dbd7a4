//! The in-memory adapter keeps the contracts of the ports.

#[path = "contract/audience.rs"]
mod audience;
#[path = "contract/happenings.rs"]
mod happenings;
#[path = "contract/jobs.rs"]
mod job_contract;
#[path = "contract/job_unit.rs"]
mod job_unit;

use analytics::Segment;
use analytics::contract::{Happening, NewLead};
use analytics::ports::AnalyticsStore;
use analytics::runs::{RunLedger, RunStore};
use async_trait::async_trait;
use campaigns::contract::Person;
use campaigns::ports::CampaignStore;
use compliance::ports::AuditStore;
use contacts::ports::ContactStore;
use in_memory::MemoryDatabase;
use kernel::{
    Actor, CampaignId, ContactId, ContactListId, OrganizationId, Origin, RateLimiter, RequestId,
    TenantScope,
};
use tenancy::contract::Subject;
use tenancy::ports::TenancyStore;

struct MemorySubject(MemoryDatabase);

#[async_trait]
impl Subject for MemorySubject {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn TenancyStore {
        &self.0
    }

    fn limiter(&self) -> &dyn RateLimiter {
        &self.0
    }
}

#[async_trait]
impl campaigns::contract::Subject for MemorySubject {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn CampaignStore {
        &self.0
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an organization needs an id and nothing else here"
    )]
    async fn found(&self) -> OrganizationId {
        OrganizationId::from_uuid(uuid::Uuid::now_v7())
    }

    async fn add_people(&self, organization: OrganizationId, people: &[Person]) -> Vec<ContactId> {
        audience::add_people(&self.0, organization, people).await
    }

    async fn add_list(
        &self,
        organization: OrganizationId,
        is_validated: bool,
        members: &[ContactId],
    ) -> ContactListId {
        audience::add_list(&self.0, organization, is_validated, members).await
    }

    async fn delete_contact(&self, organization: OrganizationId, contact: ContactId) {
        audience::delete_contact(&self.0, organization, contact).await;
    }

    async fn delete_organization(&self, organization: OrganizationId) {
        audience::delete_organization(&self.0, organization).await;
    }
}

#[async_trait]
impl analytics::contract::Subject for MemorySubject {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn AnalyticsStore {
        &self.0
    }

    async fn found(&self) -> OrganizationId {
        let tenant = tenancy::contract::Tenant::found(self).await;
        tenant.organization.id()
    }

    async fn add_campaign(&self, organization: OrganizationId, name: &str) -> CampaignId {
        happenings::add_campaign(&self.0, organization, name).await
    }

    async fn delete_campaign(&self, organization: OrganizationId, campaign: CampaignId) {
        happenings::delete_campaign(&self.0, organization, campaign).await;
    }

    async fn add_recipients(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        recipients: &[(ContactId, Segment)],
    ) {
        happenings::add_recipients(&self.0, organization, campaign, recipients).await;
    }

    async fn record(&self, organization: OrganizationId, events: &[Happening]) {
        happenings::record(&self.0, organization, events).await;
    }

    async fn add_lead(&self, organization: OrganizationId, lead: NewLead) {
        happenings::add_lead(&self.0, organization, lead).await;
    }
}

#[async_trait]
impl compliance::contract::Subject for MemorySubject {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn AuditStore {
        &self.0
    }
}

#[async_trait]
impl contacts::contract::Subject for MemorySubject {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn ContactStore {
        &self.0
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an organization needs an id and nothing else here"
    )]
    async fn found(&self) -> OrganizationId {
        OrganizationId::from_uuid(uuid::Uuid::now_v7())
    }
}

mod analytics_contract {
    use super::*;
    ::analytics::analytics_contract!(MemorySubject);
}

#[async_trait]
impl analytics::runs::contract::Subject for MemorySubject {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn RunStore {
        &self.0
    }

    fn ledger(&self) -> &dyn RunLedger {
        &self.0
    }

    fn scope(&self, organization: OrganizationId) -> TenantScope {
        let origin = Origin::internal(RequestId::from_uuid(uuid::Uuid::nil()));
        TenantScope::for_principal(organization, Actor::Operator, origin)
    }
}

mod runs_contract {
    use super::*;
    ::analytics::runs_contract!(MemorySubject);
}

mod campaigns_contract {
    use super::*;
    ::campaigns::campaigns_contract!(MemorySubject);
}

mod compliance_contract {
    use super::*;
    compliance::compliance_contract!(MemorySubject);
}

mod contacts_contract {
    use super::*;
    ::contacts::contacts_contract!(MemorySubject);
}

mod tenancy_contract {
    use super::*;
    tenancy::tenancy_contract!(MemorySubject);
}
