//! The unit of work as analytics sees it.

use analytics::ports::{Aggregations, AnalyticsStore, AnalyticsUnit, FigureReader, Subjects};
use async_trait::async_trait;
use kernel::{AuditTrail, JobQueue, StorageError, TenantScope};

use crate::MemoryDatabase;
use crate::unit::MemoryUnit;

#[async_trait]
impl AnalyticsStore for MemoryDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn AnalyticsUnit>, StorageError> {
        Ok(Box::new(self.open(scope)))
    }
}

impl AnalyticsUnit for MemoryUnit {
    fn figures(&self) -> &dyn FigureReader {
        self
    }

    fn aggregations(&self) -> &dyn Aggregations {
        self
    }

    fn subjects(&self) -> &dyn Subjects {
        self
    }

    fn jobs(&self) -> &dyn JobQueue {
        self
    }

    fn audit(&self) -> &dyn AuditTrail {
        self
    }
}
