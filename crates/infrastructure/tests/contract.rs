//! The PostgreSQL adapter keeps the contracts of the ports.

#[path = "../../in-memory/tests/contract/audience.rs"]
mod audience;
#[path = "../../in-memory/tests/contract/happenings.rs"]
mod happenings;
#[path = "contract/jobs.rs"]
mod job_contract;

use analytics::Segment;
use analytics::contract::{Happening, NewLead};
use analytics::ports::AnalyticsStore;
use analytics::runs::{RunLedger, RunStore};
use async_trait::async_trait;
use campaigns::contract::Person;
use campaigns::ports::CampaignStore;
use compliance::ports::AuditStore;
use contacts::ports::ContactStore;
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::{
    Actor, CampaignId, ContactId, ContactListId, OrganizationId, Origin, RateLimiter, RequestId,
    TenantScope,
};
use tenancy::contract::Subject;
use tenancy::ports::TenancyStore;
use testkit::TestDatabase;

struct PostgresSubject(PostgresDatabase);

#[async_trait]
impl Subject for PostgresSubject {
    async fn fresh() -> Self {
        let test = TestDatabase::shared().await;
        let settings = DatabaseSettings {
            max_connections: 4,
            ..DatabaseSettings::default()
        };
        Self(PostgresDatabase::connect_lazy(test.login(), settings))
    }

    fn store(&self) -> &dyn TenancyStore {
        &self.0
    }

    fn limiter(&self) -> &dyn RateLimiter {
        &self.0
    }
}

#[async_trait]
impl campaigns::contract::Subject for PostgresSubject {
    async fn fresh() -> Self {
        Subject::fresh().await
    }

    fn store(&self) -> &dyn CampaignStore {
        &self.0
    }

    async fn found(&self) -> OrganizationId {
        let tenant = tenancy::contract::Tenant::found(self).await;
        tenant.organization.id()
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
impl analytics::contract::Subject for PostgresSubject {
    async fn fresh() -> Self {
        Subject::fresh().await
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
impl compliance::contract::Subject for PostgresSubject {
    async fn fresh() -> Self {
        Subject::fresh().await
    }

    fn store(&self) -> &dyn AuditStore {
        &self.0
    }
}

#[async_trait]
impl contacts::contract::Subject for PostgresSubject {
    async fn fresh() -> Self {
        Subject::fresh().await
    }

    fn store(&self) -> &dyn ContactStore {
        &self.0
    }

    async fn found(&self) -> OrganizationId {
        let tenant = tenancy::contract::Tenant::found(self).await;
        tenant.organization.id()
    }
}

mod analytics_contract {
    use super::*;
    ::analytics::analytics_contract!(PostgresSubject);
}

/// With a database of its own, since the runs of an installation are everybody's.
struct PostgresRuns {
    database: PostgresDatabase,
    _test: TestDatabase,
}

#[async_trait]
impl analytics::runs::contract::Subject for PostgresRuns {
    async fn fresh() -> Self {
        let test = TestDatabase::fresh().await;
        let settings = DatabaseSettings {
            max_connections: 4,
            ..DatabaseSettings::default()
        };
        Self {
            database: PostgresDatabase::connect_lazy(test.login(), settings),
            _test: test,
        }
    }

    fn store(&self) -> &dyn RunStore {
        &self.database
    }

    fn ledger(&self) -> &dyn RunLedger {
        &self.database
    }

    fn scope(&self, organization: OrganizationId) -> TenantScope {
        let origin = Origin::internal(RequestId::from_uuid(uuid::Uuid::nil()));
        TenantScope::for_principal(organization, Actor::Operator, origin)
    }
}

mod runs_contract {
    use super::*;
    ::analytics::runs_contract!(PostgresRuns);
}

mod campaigns_contract {
    use super::*;
    ::campaigns::campaigns_contract!(PostgresSubject);
}

mod compliance_contract {
    use super::*;
    compliance::compliance_contract!(PostgresSubject);
}

mod contacts_contract {
    use super::*;
    ::contacts::contacts_contract!(PostgresSubject);
}

mod tenancy_contract {
    use super::*;
    tenancy::tenancy_contract!(PostgresSubject);
}
