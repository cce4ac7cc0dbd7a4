//! The PostgreSQL adapter keeps the contracts of the ports.

#[path = "../../in-memory/tests/contract/audience.rs"]
mod audience;
#[path = "contract/jobs.rs"]
mod job_contract;

use async_trait::async_trait;
use campaigns::contract::Person;
use campaigns::ports::CampaignStore;
use compliance::ports::AuditStore;
use contacts::ports::ContactStore;
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::{ContactId, ContactListId, OrganizationId, RateLimiter};
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
