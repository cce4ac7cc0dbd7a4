//! What periodic jobs do.

use std::sync::Arc;

use analytics::metrics::Day;
use analytics::runs::RunCounts;
use analytics::schedule::PeriodicJob;
use analytics::{AGGREGATE_EVENTS, Aggregation, AnalyticsError};
use async_trait::async_trait;
use kernel::{Clock, IdGenerator, StorageError, Timestamp};

use crate::PostgresDatabase;
use crate::jobs::scope_of;
use crate::maintenance::Upkeep;

/// What a periodic job does in one run. A run that was cut short is begun anew, so what is done already must not be done
/// again.
#[async_trait]
pub trait PeriodicTask: Send + Sync {
    /// Which job it is.
    fn job(&self) -> PeriodicJob;

    /// Does it, at this instant; tells what it did, counted.
    async fn run(&self, at: Timestamp) -> Result<RunCounts, TaskFailure>;
}

/// A part of a run failed.
#[derive(Debug, thiserror::Error)]
#[error("{part} failed")]
pub struct TaskFailure {
    /// Which part, in `snake_case`.
    pub part: &'static str,
    /// Why.
    #[source]
    pub source: StorageError,
    /// What the other parts did, counted.
    pub counts: RunCounts,
}

impl TaskFailure {
    /// That this part failed, for whatever reason.
    pub(super) fn of(part: &'static str) -> impl FnOnce(StorageError) -> Self {
        move |source| Self {
            part,
            source,
            counts: RunCounts::new(),
        }
    }

    /// How a run ends that did so much, and of which a part may have failed.
    pub(super) fn after(counts: RunCounts, failure: Option<Self>) -> Result<RunCounts, Self> {
        let Some(failure) = failure else {
            return Ok(counts);
        };
        Err(Self { counts, ..failure })
    }
}

/// Has events counted: asks for the job that does, for each organization of which some are not counted for good.
pub struct EventAggregation {
    database: PostgresDatabase,
    aggregation: Aggregation,
    ids: Arc<dyn IdGenerator>,
}

impl EventAggregation {
    /// The task on what is in the database.
    #[must_use]
    pub fn new(
        database: PostgresDatabase,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        let store = Arc::new(database.clone());
        Self {
            database,
            aggregation: Aggregation::new(store, clock, Arc::clone(&ids)),
            ids,
        }
    }
}

#[async_trait]
impl PeriodicTask for EventAggregation {
    fn job(&self) -> PeriodicJob {
        PeriodicJob::Aggregation
    }

    /// A failure of one organization does not keep the others from their turn; the first one is told.
    async fn run(&self, at: Timestamp) -> Result<RunCounts, TaskFailure> {
        // Days that ended a day ago, wherever that was.
        let before = at.saturating_sub(Day::SETTLING).date();
        let organizations = self.database.organizations_to_count(before).await;
        let organizations = organizations.map_err(TaskFailure::of("organizations_to_count"))?;
        let mut asked = 0;
        let mut failure = None;
        for organization in organizations {
            let scope = scope_of(organization, AGGREGATE_EVENTS, &*self.ids);
            match self.aggregation.ask(&scope).await {
                Ok(job) => asked += i64::from(job.is_some()),
                Err(error) => {
                    failure = failure.or_else(|| Some(TaskFailure::of("ask")(told(error))));
                }
            }
        }
        TaskFailure::after(RunCounts::from([("jobs", asked)]), failure)
    }
}

/// What the storage did, or what should not happen.
fn told(error: AnalyticsError) -> StorageError {
    match error {
        AnalyticsError::Storage(error) => error,
        other => StorageError::Unexpected(Box::new(other)),
    }
}

/// Makes the partitions of the months to come.
pub struct PartitionMaintenance(pub Arc<dyn Upkeep>);

#[async_trait]
impl PeriodicTask for PartitionMaintenance {
    fn job(&self) -> PeriodicJob {
        PeriodicJob::PartitionMaintenance
    }

    async fn run(&self, at: Timestamp) -> Result<RunCounts, TaskFailure> {
        let made = self.0.make_partitions(at).await;
        let made = made.map_err(TaskFailure::of("make_partitions"))?;
        let made = i64::try_from(made.len()).unwrap_or(i64::MAX);
        Ok(RunCounts::from([("partitions", made)]))
    }
}

/// Removes what ran out: sessions, invitations, keys, uploads, files.
pub struct Expiry(pub Arc<dyn Upkeep>);

#[async_trait]
impl PeriodicTask for Expiry {
    fn job(&self) -> PeriodicJob {
        PeriodicJob::Expiry
    }

    /// A failure of one part does not keep the others from being done; the first one is told.
    async fn run(&self, at: Timestamp) -> Result<RunCounts, TaskFailure> {
        let upkeep = &*self.0;
        let mut counts = RunCounts::new();
        let mut failure = None;
        match upkeep.purge_expired(at).await {
            Ok(purged) => {
                counts.insert("sessions", purged.sessions);
                counts.insert("idempotency_keys", purged.idempotency_keys);
                counts.insert("rate_limits", purged.rate_limits);
                counts.insert("invitations", purged.invitations);
                let facts = i64::try_from(purged.domain_facts).unwrap_or(i64::MAX);
                counts.insert("domain_facts", facts);
            }
            Err(error) => failure = Some(TaskFailure::of("purge_expired")(error)),
        }
        let words = upkeep.purge_contact_words(at).await;
        for (name, part, done) in [
            ("uploads", "purge_uploads", upkeep.purge_uploads(at).await),
            (
                "bulk_operations",
                "end_bulk_operations",
                upkeep.end_bulk_operations().await,
            ),
            (
                "import_files",
                "purge_import_files",
                upkeep.purge_import_files(at).await,
            ),
            ("contact_words", "purge_contact_words", words.map(i64::from)),
        ] {
            match done {
                Ok(count) => {
                    counts.insert(name, count);
                }
                Err(error) => failure = failure.or_else(|| Some(TaskFailure::of(part)(error))),
            }
        }
        TaskFailure::after(counts, failure)
    }
}
