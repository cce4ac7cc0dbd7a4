//! The store of durable jobs.

use async_trait::async_trait;
use in_memory::MemoryDatabase;
use kernel::contract::jobs::JobSubject;
use kernel::{
    Actor, JobStore, NewJob, OrganizationId, Origin, RequestId, StorageError, TenantScope,
};
use tenancy::ports::TenancyStore as _;

struct MemoryJobs(MemoryDatabase);

#[async_trait]
impl JobSubject for MemoryJobs {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn JobStore {
        &self.0
    }

    async fn enqueue(
        &self,
        organization: OrganizationId,
        jobs: &[NewJob],
        commit: bool,
    ) -> Result<(), StorageError> {
        let origin = Origin::internal(RequestId::from_uuid(uuid::Uuid::from_u128(1)));
        let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
        let unit = self.0.begin(&scope).await?;
        for job in jobs {
            unit.jobs().enqueue(job).await?;
        }
        if commit { unit.commit().await } else { Ok(()) }
    }
}

kernel::job_contract!(MemoryJobs);
