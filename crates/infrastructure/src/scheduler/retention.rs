//! What periodic jobs do for what is kept for a time only.

use std::sync::{Arc, Mutex, PoisonError};

use analytics::runs::RunCounts;
use analytics::schedule::PeriodicJob;
use async_trait::async_trait;
use kernel::{Clock, IdGenerator, JobKind, OrganizationId, Timestamp};
use time::Duration;

use super::{PeriodicTask, TaskFailure};
use crate::PostgresDatabase;
use crate::jobs::scope_of;
use crate::maintenance::Purge;

/// In whose name things are removed, as the audit log tells it.
const PURGE_DELETED: JobKind = JobKind::new("purge_deleted");

/// How long a run goes on at most, but for the unit that it is in, so that other periodic jobs have their turn, too.
const LONGEST: Duration = Duration::minutes(10);

/// Removes for good what was deleted longer ago than its organization keeps it.
///
/// A run goes on for ten minutes at most, and the next one begins behind the organization that had its turn last.
pub struct DeletionPurge {
    database: PostgresDatabase,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    last: Mutex<Option<OrganizationId>>,
}

impl DeletionPurge {
    /// The task on what is in the database.
    #[must_use]
    pub const fn new(
        database: PostgresDatabase,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            database,
            clock,
            ids,
            last: Mutex::new(None),
        }
    }

    /// The organizations in the order in which they have their turn.
    async fn organizations(&self) -> Result<Vec<OrganizationId>, TaskFailure> {
        let organizations = self.database.all_organizations().await;
        let mut organizations = organizations.map_err(TaskFailure::of("all_organizations"))?;
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // They are in the order of their ids.
        let behind = organizations.partition_point(|id| Some(*id) <= last);
        organizations.rotate_left(behind);
        Ok(organizations)
    }
}

#[async_trait]
impl PeriodicTask for DeletionPurge {
    fn job(&self) -> PeriodicJob {
        PeriodicJob::Purge
    }

    /// A failure of one organization does not keep the others from their turn; the first one is told.
    async fn run(&self, at: Timestamp) -> Result<RunCounts, TaskFailure> {
        let until = self.clock.now().saturating_add(LONGEST);
        let mut counts = RunCounts::new();
        let mut failure = None;
        for organization in self.organizations().await? {
            if self.clock.now() >= until {
                break;
            }
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(organization);
            let scope = scope_of(organization, PURGE_DELETED, &*self.ids);
            let purge = Purge {
                scope: &scope,
                at,
                batch: self.ids.next(),
                ids: &*self.ids,
                clock: &*self.clock,
                until,
            };
            let purged = self.database.purge_deleted(&purge, &mut counts).await;
            let failed = purged.map_err(TaskFailure::of("purge_deleted")).err();
            failure = failure.or(failed);
        }
        TaskFailure::after(counts, failure)
    }
}
