//! Writing down what became of mails, and stopping to write to whom they do not reach.

use std::collections::BTreeMap;

use kernel::{
    CampaignId, ContactId, JobFailure, StorageError, SuppressionId, TenantScope, Timestamp,
};
use serde_json::json;
use time::Duration;

use crate::ports::CampaignUnit;
use crate::stopping::stop_writing;
use crate::workbench::Workbench;
use crate::{
    BounceKind, CampaignError, Delivery, Event, EventType, Settled, Stop, StopReason, StopSource,
};

/// How many soft bounces are too many.
const SOFT_BOUNCES: u64 = 3;

/// Within which time.
const MEMORY: Duration = Duration::days(30);

/// What became of mails of one campaign, within a unit of work.
pub(super) struct Settlement<'a> {
    pub(super) bench: &'a Workbench,
    pub(super) unit: &'a dyn CampaignUnit,
    pub(super) scope: &'a TenantScope,
    pub(super) campaign: CampaignId,
    pub(super) at: Timestamp,
}

impl Settlement<'_> {
    /// Writes how recipients stand now, what happened to their mails, and whom not to write to again.
    pub(super) async fn settle(&self, settled: &[Settled]) -> Result<(), StorageError> {
        let assignments = self.unit.assignments();
        assignments.settle(self.campaign, settled, self.at).await?;
        let mut events = Vec::with_capacity(settled.len());
        let (mut hard, mut soft) = (BTreeMap::new(), BTreeMap::new());
        for Settled {
            contact, outcome, ..
        } in settled
        {
            match outcome {
                Ok(Delivery::Accepted) => events.push(self.event(EventType::Sent, *contact)),
                Ok(Delivery::Bounced(kind)) => {
                    events.push(self.event(EventType::Sent, *contact));
                    let mut bounce = self.event(EventType::Bounce, *contact);
                    bounce.data = Some(json!({ "kind": kind.as_str() }));
                    events.push(bounce);
                    let told = match kind {
                        BounceKind::Hard => &mut hard,
                        BounceKind::Soft => &mut soft,
                    };
                    told.insert(*contact, self.campaign);
                }
                Ok(Delivery::Failed(_)) | Err(_) => {}
            }
        }
        self.unit.events().record(&events, self.at).await?;
        let bounces = Bounces { hard, soft };
        bounces
            .give_up(self.bench, self.unit, self.scope, self.at)
            .await
    }

    fn event(&self, event_type: EventType, contact: ContactId) -> Event {
        let unique = self.bench.id(std::convert::identity);
        Event::seen(event_type, self.campaign, Some(contact), self.at, unique)
    }
}

/// People whose mails came back, each with the campaign that their suppression says it comes from: the one whose mail
/// came back, or any of those whose mails did.
#[derive(Default)]
pub(crate) struct Bounces {
    /// Mails that will never arrive.
    pub(crate) hard: BTreeMap<ContactId, CampaignId>,
    /// Mails that did not arrive this time.
    pub(crate) soft: BTreeMap<ContactId, CampaignId>,
}

impl Bounces {
    /// Stops to write to those whose mail will never arrive, and to those to whom too many did not of late: all in one
    /// statement, so that two units that stop the same people do not wait for each other in a circle.
    pub(crate) async fn give_up(
        self,
        bench: &Workbench,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let Self {
            hard: mut stopped,
            soft,
        } = self;
        if !soft.is_empty() {
            let contacts: Vec<_> = soft.keys().copied().collect();
            let assignments = unit.assignments();
            let counts = assignments
                .count_soft_bounces(&contacts, at - MEMORY)
                .await?;
            for (contact, count) in counts {
                if let Some(campaign) = soft.get(&contact).filter(|_| count >= SOFT_BOUNCES) {
                    stopped.entry(contact).or_insert(*campaign);
                }
            }
        }
        let stop = |(contact, campaign)| Stop {
            id: bench.id(SuppressionId::from_uuid),
            contact,
            reason: StopReason::Suppressed,
            source: StopSource::Campaign(campaign),
        };
        let stops: Vec<_> = stopped.into_iter().map(stop).collect();
        stop_writing(bench, unit, scope, &stops, at).await?;
        Ok(())
    }
}

/// An error of a use case as the failure of a job.
pub(crate) fn failure(error: CampaignError) -> JobFailure {
    match error {
        CampaignError::Storage(error) => error.into(),
        other => JobFailure::Passing(kernel::Classify::code(&other).to_owned()),
    }
}
