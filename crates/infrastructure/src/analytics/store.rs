//! The unit of work as analytics sees it.

use analytics::ports::{Aggregations, AnalyticsStore, AnalyticsUnit, FigureReader, Subjects};
use async_trait::async_trait;
use kernel::{AuditTrail, JobQueue, StorageError, TenantScope};

use crate::PostgresDatabase;
use crate::unit::PostgresUnit;

#[async_trait]
impl AnalyticsStore for PostgresDatabase {
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn AnalyticsUnit>, StorageError> {
        Ok(Box::new(self.begin_tenant(scope).await?))
    }
}

impl AnalyticsUnit for PostgresUnit {
    fn figures(&self) -> &dyn FigureReader {
        self.port("analytics.figures")
    }

    fn aggregations(&self) -> &dyn Aggregations {
        self.port("analytics.aggregations")
    }

    fn subjects(&self) -> &dyn Subjects {
        self.port("analytics.subjects")
    }

    fn jobs(&self) -> &dyn JobQueue {
        self.port("jobs")
    }

    fn audit(&self) -> &dyn AuditTrail {
        self.port("audit")
    }
}
