//! The store of durable jobs.

use async_trait::async_trait;
use in_memory::MemoryDatabase;
use kernel::contract::jobs::{JobSubject, JobUnit};
use kernel::{
    Actor, JobQueue, JobStore, OrganizationId, Origin, RequestId, StorageError, TenantScope,
    UnitOfWork,
};
use tenancy::ports::{TenancyStore as _, TenancyUnit};

struct MemoryJobs(MemoryDatabase);

#[async_trait]
impl JobSubject for MemoryJobs {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn JobStore {
        &self.0
    }

    async fn begin(&self, organization: OrganizationId) -> Result<Box<dyn JobUnit>, StorageError> {
        let origin = Origin::internal(RequestId::from_uuid(uuid::Uuid::from_u128(1)));
        let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
        Ok(Box::new(Unit(self.0.begin(&scope).await?)))
    }
}

struct Unit(Box<dyn TenancyUnit>);

#[async_trait]
impl UnitOfWork for Unit {
    async fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.0.commit().await
    }
}

impl JobUnit for Unit {
    fn jobs(&self) -> &dyn JobQueue {
        self.0.jobs()
    }
}

kernel::job_contract!(MemoryJobs);
