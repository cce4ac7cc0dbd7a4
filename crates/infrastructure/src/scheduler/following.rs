//! Counting events ahead soon after they were recorded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use analytics::{AGGREGATE_EVENTS, Aggregation, Pass};
use kernel::{Classify as _, Clock, IdGenerator, OrganizationId};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::PostgresDatabase;
use crate::jobs::scope_of;

/// How far the follower is with each organization, until each had its turn.
pub type Passes = BTreeMap<OrganizationId, Pass>;

/// Counts what was recorded of every organization, again and again, beside a scheduler and while that acts.
///
/// It keeps no row of what it does: where it is stopped, or somebody else counts, what is noted is counted by whoever
/// comes next.
pub struct EventFollower {
    database: PostgresDatabase,
    aggregation: Aggregation,
    ids: Arc<dyn IdGenerator>,
    scheduler: Uuid,
    every: Duration,
}

impl EventFollower {
    /// One beside the scheduler with this id, which looks so often whether there is something to count.
    #[must_use]
    pub fn new(
        database: PostgresDatabase,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        scheduler: Uuid,
        every: Duration,
    ) -> Self {
        let store = Arc::new(database.clone());
        Self {
            database,
            aggregation: Aggregation::new(store, clock, Arc::clone(&ids)),
            ids,
            scheduler,
            every,
        }
    }

    /// Follows until `stopping`. What fails is tried again the next time.
    pub async fn run(&self, stopping: CancellationToken) {
        let mut ticks = tokio::time::interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stopping.run_until_cancelled(ticks.tick()).await.is_some() {
            let (mut passes, mut is_left) = (Passes::new(), true);
            while is_left {
                match stopping.run_until_cancelled(self.follow(&mut passes)).await {
                    Some(left) => is_left = left,
                    None => return,
                }
            }
        }
    }

    /// Counts some of what was recorded of each organization in turn; whether there may be more.
    pub async fn follow(&self, passes: &mut Passes) -> bool {
        let organizations = match self.database.organizations_to_follow(self.scheduler).await {
            Ok(organizations) => organizations,
            Err(error) => {
                let code = error.code();
                tracing::warn!(
                    error.code = code,
                    "nobody knows whose events are not counted"
                );
                return false;
            }
        };
        let mut is_left = false;
        for organization in organizations {
            let pass = passes.entry(organization).or_default();
            is_left |= self.follow_one(organization, pass).await;
        }
        is_left
    }

    /// A failure does not keep other organizations, and other campaigns of this one, from their turn.
    async fn follow_one(&self, organization: OrganizationId, pass: &mut Pass) -> bool {
        let scope = scope_of(organization, AGGREGATE_EVENTS, &*self.ids);
        let before = *pass;
        match self.aggregation.follow(&scope, pass).await {
            Ok(is_left) => is_left,
            Err(error) => {
                let code = error.code();
                tracing::warn!(
                    organization.id = %organization,
                    error.code = code,
                    "events could not be counted"
                );
                *pass != before
            }
        }
    }
}
