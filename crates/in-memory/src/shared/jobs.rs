//! The queue of durable jobs.

use async_trait::async_trait;
use kernel::{JobQueue, NewJob, StorageError};

use crate::unit::MemoryUnit;

#[async_trait]
impl JobQueue for MemoryUnit {
    async fn enqueue(&self, job: &NewJob) -> Result<(), StorageError> {
        self.write_global(|global| global.jobs.push((self.organization_id(), job.clone())));
        Ok(())
    }
}
