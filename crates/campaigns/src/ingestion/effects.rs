//! What events bring about besides being recorded: mails that came back, and people who left.

use std::collections::BTreeSet;

use kernel::{StorageError, TenantScope, Timestamp};
use serde_json::{Map, Value};

use crate::departure::{Departure, Leaver};
use crate::ports::CampaignUnit;
use crate::sending::Bounces;
use crate::workbench::Workbench;
use crate::{BounceKind, Bounced, ConsentSource, Event, EventType};

/// What stands as the text of a consent that was taken back elsewhere.
const ELSEWHERE: &str = "The wish not to be written to was told over the API.";

/// What events bring about, within the unit of work that records them.
pub(super) struct Effects<'a> {
    pub(super) bench: &'a Workbench,
    pub(super) unit: &'a dyn CampaignUnit,
    pub(super) scope: &'a TenantScope,
    pub(super) at: Timestamp,
}

/// How a mail came back, as is told of it.
pub(super) fn bounce_kind(data: &Map<String, Value>) -> Option<BounceKind> {
    let told = data.get("kind").and_then(Value::as_str)?;
    let kinds = [BounceKind::Hard, BounceKind::Soft];
    kinds.into_iter().find(|kind| kind.as_str() == told)
}

impl Effects<'_> {
    /// Brings about what these events, which were not recorded before, do to their recipients.
    pub(super) async fn take(&self, events: &[Event]) -> Result<(), StorageError> {
        let bounced: Vec<_> = events.iter().filter_map(bounced).collect();
        if !bounced.is_empty() {
            self.come_back(&bounced).await?;
        }
        let leavers: Vec<_> = events.iter().filter_map(leaver).collect();
        if !leavers.is_empty() {
            self.depart(&leavers).await?;
        }
        Ok(())
    }

    /// Mails came back: whom they will never reach is not written to again, and neither is whom too many did not reach.
    async fn come_back(&self, bounced: &[Bounced]) -> Result<(), StorageError> {
        let assignments = self.unit.assignments();
        let changed = assignments.bounce(bounced, self.at).await?;
        let changed: BTreeSet<_> = changed.into_iter().collect();
        let mut stopped = Bounces::default();
        for told in bounced {
            let whose = match told.kind {
                BounceKind::Hard => &mut stopped.hard,
                BounceKind::Soft if changed.contains(&(told.campaign, told.contact)) => {
                    &mut stopped.soft
                }
                BounceKind::Soft => continue,
            };
            whose.insert(told.contact, told.campaign);
        }
        stopped
            .give_up(self.bench, self.unit, self.scope, self.at)
            .await
    }

    async fn depart(&self, leavers: &[Leaver]) -> Result<(), StorageError> {
        let departure = Departure {
            bench: self.bench,
            unit: self.unit,
            scope: self.scope,
            source: ConsentSource::Api,
            text: ELSEWHERE,
            at: self.at,
        };
        departure.depart(leavers).await?;
        Ok(())
    }
}

fn leaver(event: &Event) -> Option<Leaver> {
    let is_leaving = event.event_type == EventType::Unsubscribe;
    Some(Leaver {
        campaign: event.campaign,
        contact: event.contact.filter(|_| is_leaving)?,
        client: event.client.clone(),
    })
}

fn bounced(event: &Event) -> Option<Bounced> {
    let is_bounce = event.event_type == EventType::Bounce;
    let data = event.data.as_ref().filter(|_| is_bounce)?.as_object()?;
    Some(Bounced {
        campaign: event.campaign,
        contact: event.contact?,
        kind: bounce_kind(data)?,
    })
}
