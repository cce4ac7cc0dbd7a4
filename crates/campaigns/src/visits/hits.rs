//! Hits: what visitors did who do not wait until it is written down.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Clock, IdGenerator, OrganizationId, Origin, RequestId, StorageError, TenantScope};

use crate::intake::Recording;
use crate::ports::CampaignStore;
use crate::workbench::Workbench;
use crate::{ActorJudge, Sighting};

/// Something that a visitor of an organization did: that a mail was opened, a link in it followed, a landing page seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Whose mail or page it is.
    pub organization: OrganizationId,
    /// What happened.
    pub sighting: Sighting,
}

/// Takes what visitors did, to be recorded.
#[async_trait]
pub trait HitSink: Send + Sync {
    /// Takes a hit. Where visitors wait for it, it MUST NOT wait for storage; then it cannot fail, and what becomes of
    /// the hit is told by whoever records it.
    async fn accept(&self, hit: Hit) -> Result<(), StorageError>;
}

/// Records hits, many of one organization at a time.
#[derive(Clone)]
pub struct HitRecorder {
    bench: Workbench,
    judge: Arc<dyn ActorJudge>,
}

impl HitRecorder {
    /// Records into `store`; `judge` tells people from machines.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        judge: Arc<dyn ActorJudge>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            judge,
        }
    }

    /// Records these hits of one organization in one unit of work; those that are recorded already stay so, and count for
    /// nobody a second time.
    pub async fn write_down(
        &self,
        organization: OrganizationId,
        sightings: Vec<Sighting>,
    ) -> Result<(), StorageError> {
        let origin = Origin::internal(self.bench.id(RequestId::from_uuid));
        let scope = TenantScope::for_visitor(organization, origin);
        let at = self.bench.now();
        let unit = self.bench.begin(&scope).await?;
        let recording = Recording {
            unit: unit.as_ref(),
            judge: &*self.judge,
            at,
        };
        recording.take_in(sightings).await?;
        unit.commit().await
    }
}

/// Records a hit at once, which whoever hands it over waits for.
#[async_trait]
impl HitSink for HitRecorder {
    async fn accept(&self, hit: Hit) -> Result<(), StorageError> {
        self.write_down(hit.organization, vec![hit.sighting]).await
    }
}
