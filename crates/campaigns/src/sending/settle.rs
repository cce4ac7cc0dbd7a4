//! Writing down what became of mails, and stopping to write to whom they do not reach.

use std::collections::BTreeSet;

use kernel::{
    AuditAction, AuditDraft, CampaignId, Changes, ContactId, JobFailure, StorageError,
    SuppressionId, TenantScope, Timestamp,
};
use serde_json::{Value, json};
use time::Duration;

use crate::ports::CampaignUnit;
use crate::workbench::Workbench;
use crate::{BounceKind, CampaignError, Delivery, Event, EventType, Settled, Stop, StopReason};

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
        let (mut stopped, mut soft) = (BTreeSet::new(), Vec::new());
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
                    match kind {
                        BounceKind::Hard => {
                            stopped.insert(*contact);
                        }
                        BounceKind::Soft => soft.push(*contact),
                    }
                }
                Ok(Delivery::Failed(_)) | Err(_) => {}
            }
        }
        self.unit.events().record(&events, self.at).await?;
        if !soft.is_empty() {
            let counts = assignments
                .count_soft_bounces(&soft, self.at - MEMORY)
                .await?;
            let many = counts
                .into_iter()
                .filter(|(_, count)| *count >= SOFT_BOUNCES);
            stopped.extend(many.map(|(contact, _)| contact));
        }
        self.stop(stopped).await
    }

    fn event(&self, event_type: EventType, contact: ContactId) -> Event {
        let unique = self.bench.id(std::convert::identity);
        Event::seen(event_type, self.campaign, Some(contact), self.at, unique)
    }

    async fn stop(&self, contacts: BTreeSet<ContactId>) -> Result<(), StorageError> {
        if contacts.is_empty() {
            return Ok(());
        }
        let stop = |contact| Stop {
            id: self.bench.id(SuppressionId::from_uuid),
            contact,
            reason: StopReason::Suppressed,
            campaign: self.campaign,
        };
        let stops: Vec<_> = contacts.into_iter().map(stop).collect();
        let made = self.unit.stops().add(&stops, self.at).await?;
        let draft = |id: SuppressionId| {
            let changes = Changes::none()
                .field("reason", Value::Null, "bounced")
                .field("source", Value::Null, "campaign")
                .field("source_id", Value::Null, json!(self.campaign));
            AuditDraft::new("suppression", id.as_uuid(), AuditAction::Create, changes)
        };
        let drafts = made.into_iter().map(draft).collect::<Vec<_>>();
        self.bench
            .note(self.unit, self.scope, self.at, drafts)
            .await
    }
}

/// An error of a use case as the failure of a job.
pub(super) fn failure(error: CampaignError) -> JobFailure {
    match error {
        CampaignError::Storage(error) => error.into(),
        other => JobFailure::Passing(kernel::Classify::code(&other).to_owned()),
    }
}
