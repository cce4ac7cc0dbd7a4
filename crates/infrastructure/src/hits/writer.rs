//! What empties the queue into the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use campaigns::{Hit, HitRecorder, Sighting};
use futures_util::{StreamExt as _, stream};
use kernel::{OrganizationId, StorageError};
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::queue::HitQueueSettings;
use super::tally::Tally;

/// How many organizations' hits are recorded at once, so that one whose rows somebody holds does not keep the others of the
/// same gathering waiting.
const AT_ONCE: usize = 4;

/// How much longer than at first a group that failed waits, at most.
const LONGEST_RETRY: u32 = 20;

/// Records groups of hits.
#[async_trait]
pub trait HitWriter: Send + Sync {
    /// Records these hits of one organization, all or none; those that are recorded already stay as they are.
    async fn write(
        &self,
        organization: OrganizationId,
        sightings: Vec<Sighting>,
    ) -> Result<(), StorageError>;
}

#[async_trait]
impl HitWriter for HitRecorder {
    async fn write(
        &self,
        organization: OrganizationId,
        sightings: Vec<Sighting>,
    ) -> Result<(), StorageError> {
        self.write_down(organization, sightings).await
    }
}

/// A hit in the queue.
pub(super) struct Waiting {
    pub(super) hit: Hit,
    /// Since when.
    pub(super) since: Instant,
}

/// Hits of one organization that are recorded at once.
#[derive(Default)]
struct Group {
    sightings: Vec<Sighting>,
    since: Vec<Instant>,
}

/// The writer with all that it works on.
pub(super) struct Running {
    pub(super) hits: Receiver<Waiting>,
    pub(super) writer: Arc<dyn HitWriter>,
    pub(super) settings: HitQueueSettings,
    pub(super) stopping: CancellationToken,
    pub(super) tally: Arc<Tally>,
}

impl Running {
    /// Records hits until it is told to stop, and then what is left in the queue.
    pub(super) async fn run(mut self) {
        loop {
            let gathered = self.gather().await;
            if gathered.is_empty() {
                return;
            }
            let mut groups: BTreeMap<OrganizationId, Group> = BTreeMap::new();
            for Waiting { hit, since } in gathered {
                let group = groups.entry(hit.organization).or_default();
                group.sightings.push(hit.sighting);
                group.since.push(since);
            }
            let running = &self;
            stream::iter(groups)
                .for_each_concurrent(AT_ONCE, |(organization, group)| {
                    running.record(organization, group)
                })
                .await;
        }
    }

    /// The next hits; none once the queue is closed and empty.
    async fn gather(&mut self) -> Vec<Waiting> {
        let mut gathered = Vec::new();
        let HitQueueSettings { group, gather, .. } = self.settings;
        tokio::select! {
            _ = self.hits.recv_many(&mut gathered, group) => {}
            () = self.stopping.cancelled(), if !self.hits.is_closed() => self.hits.close(),
        }
        let full = Instant::now() + gather;
        while gathered.len() < group {
            let room = group - gathered.len();
            tokio::select! {
                more = self.hits.recv_many(&mut gathered, room) => if more == 0 { break },
                () = self.stopping.cancelled(), if !self.hits.is_closed() => self.hits.close(),
                () = tokio::time::sleep_until(full), if !gathered.is_empty() => break,
            }
        }
        gathered
    }

    /// Records a group, again and again while the database is out of reach; where it takes not all of it, each hit by
    /// itself.
    async fn record(&self, organization: OrganizationId, group: Group) {
        let Err(error) = self.persist(organization, &group.sightings).await else {
            return self.recorded(&group.since);
        };
        if group.sightings.len() == 1 {
            return self.refused(&error);
        }
        for (sighting, since) in group.sightings.into_iter().zip(group.since) {
            match self.persist(organization, &[sighting]).await {
                Ok(()) => self.recorded(&[since]),
                Err(error) => self.refused(&error),
            }
        }
    }

    async fn persist(
        &self,
        organization: OrganizationId,
        sightings: &[Sighting],
    ) -> Result<(), StorageError> {
        let mut wait = self.settings.retry;
        loop {
            let written = self.writer.write(organization, sightings.to_vec()).await;
            let Err(StorageError::Unavailable(_) | StorageError::Contended(_)) = written else {
                return written;
            };
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(self.settings.retry * LONGEST_RETRY);
        }
    }

    fn recorded(&self, since: &[Instant]) {
        let delays = since
            .iter()
            .map(Instant::elapsed)
            .map(|it: Duration| it.as_secs_f64());
        for delay in delays {
            metrics::histogram!("canvass_tracking_delay_seconds").record(delay);
        }
        self.tally.recorded(since.len());
    }

    fn refused(&self, error: &StorageError) {
        let source = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(
            error.message = %error,
            error.sources = source,
            "a hit of a visitor was refused by the database"
        );
        self.tally.refused(1);
    }
}

#[cfg(test)]
mod tests;
