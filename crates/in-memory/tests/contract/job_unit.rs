//! A unit of work with jobs, for the contract of jobs.

use async_trait::async_trait;
use in_memory::MemoryDatabase;
use kernel::contract::jobs::JobUnit;
use kernel::{
    Actor, JobQueue, OrganizationId, Origin, RequestId, StorageError, TenantScope, UnitOfWork,
};
use tenancy::ports::{TenancyStore as _, TenancyUnit};

/// Opens a unit of work of the organization.
pub(crate) async fn begin(
    database: &MemoryDatabase,
    organization: OrganizationId,
) -> Result<Box<dyn JobUnit>, StorageError> {
    let origin = Origin::internal(RequestId::from_uuid(uuid::Uuid::from_u128(1)));
    let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
    Ok(Box::new(Unit(database.begin(&scope).await?)))
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
