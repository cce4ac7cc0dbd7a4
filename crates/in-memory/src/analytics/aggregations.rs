//! What is counted ahead: here nothing but which events were taken, and which of them count.

use std::collections::BTreeSet;

use analytics::metrics::{Calendar, Day};
use analytics::ports::Aggregations;
use analytics::{CountingState, Drift, EventType};
use async_trait::async_trait;
use kernel::{CampaignId, EventId, StorageError, TimeZoneName, Timestamp};
use time::Date;

use super::figures::is_trapped;
use crate::state::TenantState;
use crate::unit::MemoryUnit;

/// How far a campaign was counted.
#[derive(Clone, Debug)]
pub(crate) struct Aggregated {
    pub(super) zone: TimeZoneName,
    pub(super) final_until: Option<Date>,
    /// Events that are noted no more.
    taken: BTreeSet<(EventId, Timestamp)>,
    /// Those of them that were not late.
    pub(super) counted: BTreeSet<(EventId, Timestamp)>,
}

impl Aggregated {
    const fn new(zone: TimeZoneName) -> Self {
        Self {
            zone,
            final_until: None,
            taken: BTreeSet::new(),
            counted: BTreeSet::new(),
        }
    }
}

/// The events of a campaign.
pub(super) fn events_of(
    tenant: &TenantState,
    campaign: CampaignId,
) -> impl Iterator<Item = &campaigns::Event> {
    let events = tenant.events.values();
    events.filter(move |event| event.campaign == campaign)
}

/// The events of a campaign that are not counted.
pub(super) fn noted(
    tenant: &TenantState,
    campaign: CampaignId,
) -> impl Iterator<Item = &campaigns::Event> {
    let counted = tenant.aggregated.get(&campaign);
    events_of(tenant, campaign).filter(move |event| {
        let is_taken = counted.is_some_and(|it| it.taken.contains(&(event.id(), event.at())));
        !is_taken && !is_trapped(event)
    })
}

#[async_trait]
impl Aggregations for MemoryUnit {
    async fn next_outdated(
        &self,
        zone: &TimeZoneName,
        after: Option<CampaignId>,
    ) -> Result<Option<CampaignId>, StorageError> {
        Ok(self.read(|tenant| {
            let recorded: BTreeSet<_> = tenant.events.values().map(|it| it.campaign).collect();
            let changed = recorded
                .into_iter()
                .filter(|campaign| noted(tenant, *campaign).next().is_some());
            let moved = tenant.aggregated.iter().filter(|(_, it)| it.zone != *zone);
            let outdated = changed.chain(moved.map(|(id, _)| *id));
            outdated
                .filter(|id| after.is_none_or(|after| *id > after))
                .min()
        }))
    }

    async fn take(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        _at: Timestamp,
    ) -> Result<CountingState, StorageError> {
        Ok(self.write(|tenant| {
            let place = tenant.aggregated.entry(campaign);
            let aggregated = place.or_insert_with(|| Aggregated::new(zone.clone()));
            if aggregated.zone == *zone {
                CountingState::Countable
            } else {
                CountingState::Moved(aggregated.zone.clone())
            }
        }))
    }

    /// Nobody has anything in hand: of units at the same time the last one that is committed counts.
    async fn try_take(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        at: Timestamp,
    ) -> Result<Option<CountingState>, StorageError> {
        Aggregations::take(self, campaign, zone, at).await.map(Some)
    }

    async fn take_type(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        _event_type: EventType,
    ) -> Result<bool, StorageError> {
        Ok(self.read(|tenant| {
            let aggregated = tenant.aggregated.get(&campaign);
            aggregated.is_some_and(|it| it.zone == *zone)
        }))
    }

    /// There is nothing that takes long.
    async fn forget(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        _most: u32,
        _at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.write(|tenant| {
            if let Some(aggregated) = tenant.aggregated.get_mut(&campaign) {
                *aggregated = Aggregated::new(zone.clone());
            }
        });
        Ok(false)
    }

    async fn count_noted(
        &self,
        campaign: CampaignId,
        event_types: &[EventType],
        calendar: &Calendar,
        most: u32,
        _at: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.write(|tenant| {
            let mut left: Vec<_> = noted(tenant, campaign)
                .filter(|event| {
                    event_types
                        .iter()
                        .any(|it| it.as_str() == event.event_type.as_str())
                })
                .map(|event| (event.at(), event.id()))
                .collect();
            left.sort_unstable();
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            let is_left = left.len() > most;
            left.truncate(most);
            if let Some(aggregated) = tenant.aggregated.get_mut(&campaign) {
                for (at, id) in left {
                    aggregated.taken.insert((id, at));
                    let until = aggregated.final_until;
                    if until.is_none_or(|until| calendar.date_of(at) > until) {
                        aggregated.counted.insert((id, at));
                    }
                }
            }
            is_left
        }))
    }

    async fn finish(
        &self,
        zone: &TimeZoneName,
        until: Date,
        _at: Timestamp,
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            let ends = Calendar::of(zone).day(until).end;
            let before: &TenantState = tenant;
            let done: Vec<_> = before
                .aggregated
                .iter()
                .filter(|(_, it)| it.zone == *zone)
                .map(|(campaign, _)| *campaign)
                .filter(|campaign| noted(before, *campaign).all(|event| event.at() >= ends))
                .collect();
            for campaign in done {
                if let Some(aggregated) = tenant.aggregated.get_mut(&campaign) {
                    aggregated.final_until = aggregated.final_until.max(Some(until));
                }
            }
        });
        Ok(())
    }

    async fn counted_span(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<(Date, Date)>, StorageError> {
        Ok(self.read(|tenant| {
            let aggregated = tenant.aggregated.get(&campaign)?;
            let calendar = Calendar::of(&aggregated.zone);
            let dates = aggregated.taken.iter().map(|(_, at)| calendar.date_of(*at));
            dates.clone().min().zip(dates.max())
        }))
    }

    /// No sum is kept, so none can be wrong.
    async fn drift(
        &self,
        _campaign: CampaignId,
        _event_type: EventType,
        _zone: &TimeZoneName,
        _days: &[Day],
    ) -> Result<Vec<Drift>, StorageError> {
        Ok(Vec::new())
    }
}
