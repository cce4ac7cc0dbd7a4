//! The in-memory adapter keeps the contracts of the ports.

#[path = "contract/audience.rs"]
mod audience;
#[path = "contract/jobs.rs"]
mod job_contract;
#[path = "contract/job_unit.rs"]
mod job_unit;

use async_trait::async_trait;
use campaigns::contract::Person;
use campaigns::ports::CampaignStore;
use compliance::ports::AuditStore;
use contacts::ports::ContactStore;
use in_memory::MemoryDatabase;
use kernel::{ContactId, ContactListId, OrganizationId, RateLimiter};
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
