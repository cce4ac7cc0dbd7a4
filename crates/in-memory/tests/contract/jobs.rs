//! The store of durable jobs.

use async_trait::async_trait;
use in_memory::MemoryDatabase;
use kernel::contract::jobs::{JobSubject, JobUnit};
use kernel::{JobStore, OrganizationId, StorageError};

use super::job_unit;

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
        job_unit::begin(&self.0, organization).await
    }
}

kernel::job_contract!(MemoryJobs);
