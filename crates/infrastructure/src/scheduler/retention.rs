//! What periodic jobs do for what is kept for a time only.

use std::sync::Arc;

use analytics::runs::RunCounts;
use analytics::schedule::PeriodicJob;
use async_trait::async_trait;
use kernel::{IdGenerator, JobKind, Timestamp};

use super::{PeriodicTask, TaskFailure};
use crate::PostgresDatabase;
use crate::jobs::scope_of;
use crate::maintenance::Purge;

/// In whose name things are removed, as the audit log tells it.
const PURGE_DELETED: JobKind = JobKind::new("purge_deleted");

/// Removes for good what was deleted longer ago than its organization keeps it.
pub struct DeletionPurge {
    database: PostgresDatabase,
    ids: Arc<dyn IdGenerator>,
}

impl DeletionPurge {
    /// The task on what is in the database.
    #[must_use]
    pub const fn new(database: PostgresDatabase, ids: Arc<dyn IdGenerator>) -> Self {
        Self { database, ids }
    }
}

#[async_trait]
impl PeriodicTask for DeletionPurge {
    fn job(&self) -> PeriodicJob {
        PeriodicJob::Purge
    }

    /// A failure of one organization does not keep the others from their turn; the first one is told.
    async fn run(&self, at: Timestamp) -> Result<RunCounts, TaskFailure> {
        let organizations = self.database.all_organizations().await;
        let organizations = organizations.map_err(TaskFailure::of("all_organizations"))?;
        let mut counts = RunCounts::new();
        let mut failure = None;
        for organization in organizations {
            let scope = scope_of(organization, PURGE_DELETED, &*self.ids);
            let purge = Purge {
                scope: &scope,
                at,
                batch: self.ids.next(),
                ids: &*self.ids,
            };
            let purged = self.database.purge_deleted(&purge, &mut counts).await;
            let failed = purged.map_err(TaskFailure::of("purge_deleted")).err();
            failure = failure.or(failed);
        }
        failure.map_or(Ok(counts), Err)
    }
}
