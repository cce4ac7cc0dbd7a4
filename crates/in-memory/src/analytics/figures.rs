//! What events and leads amount to: counted one by one, each time.

use std::collections::BTreeMap;

use analytics::metrics::{CountedEvent, Counts, Day, tally};
use analytics::ports::FigureReader;
use analytics::{Actor, DayFigures, EventType, Figures, HONEYPOT, LeadCount, Segment};
use async_trait::async_trait;
use campaigns::{Event, LeadStatus};
use kernel::{CampaignId, ContactId, StorageError, TimeZoneName, Timestamp};
use time::Date;

use super::aggregations::{events_of, noted};
use crate::state::TenantState;
use crate::unit::MemoryUnit;

#[async_trait]
impl FigureReader for MemoryUnit {
    async fn figures_of(
        &self,
        campaigns: &[CampaignId],
        zone: &TimeZoneName,
        days: &[Day],
    ) -> Result<Figures, StorageError> {
        self.read(|tenant| {
            let mut figures = Figures::default();
            for campaign in campaigns {
                let events = events_of(tenant, *campaign);
                let (late, counting): (Vec<_>, Vec<_>) =
                    events.partition(|event| is_late(tenant, event, zone, days));
                add(&mut figures, *campaign, &counted(&counting)?, days);
                for event in late.into_iter().filter(|event| !is_trapped(event)) {
                    if let Some(date) = date_of(event, days) {
                        figures.days.entry(date).or_default().late += 1;
                    }
                }
            }
            Ok(figures)
        })
    }

    async fn figures_by_segment(
        &self,
        campaigns: &[CampaignId],
        days: &[Day],
    ) -> Result<BTreeMap<Segment, Figures>, StorageError> {
        self.read(|tenant| {
            let mut segments = BTreeMap::<Segment, Figures>::new();
            for campaign in campaigns {
                let mut events = BTreeMap::<Segment, Vec<&Event>>::new();
                for event in events_of(tenant, *campaign) {
                    if let Some(segment) = segment_of(tenant, *campaign, event.contact)? {
                        events.entry(segment).or_default().push(event);
                    }
                }
                for (segment, events) in events {
                    let figures = segments.entry(segment).or_default();
                    add(figures, *campaign, &counted(&events)?, days);
                }
            }
            segments.retain(|_, figures| *figures != Figures::default());
            Ok(segments)
        })
    }

    async fn leads_of(
        &self,
        campaigns: &[CampaignId],
        from: Timestamp,
        to: Timestamp,
        by_segment: bool,
    ) -> Result<Vec<LeadCount>, StorageError> {
        self.read(|tenant| {
            let mut counts = BTreeMap::<_, (u64, u64)>::new();
            for lead in tenant.leads.values() {
                let state = lead.state();
                let is_wanted =
                    from <= state.came_at && state.came_at < to && !state.stamps.is_deleted();
                let Some(campaign) = state.campaign.filter(|it| campaigns.contains(it)) else {
                    continue;
                };
                if is_wanted {
                    let mailed = state.contact.filter(|_| by_segment);
                    let segment = segment_of(tenant, campaign, mailed)?;
                    let key = (campaign, state.source.as_str(), segment);
                    let count = counts.entry(key).or_default();
                    count.0 += 1;
                    count.1 += u64::from(state.status == LeadStatus::Converted);
                }
            }
            let counts =
                counts
                    .into_iter()
                    .map(
                        |((campaign, source, segment), (leads, converted))| LeadCount {
                            campaign,
                            source: source.to_owned(),
                            segment,
                            leads,
                            converted,
                        },
                    );
            Ok(counts.collect())
        })
    }

    async fn span_of(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<(Timestamp, Timestamp)>, StorageError> {
        Ok(self.read(|tenant| {
            let first = events_of(tenant, campaign).map(Event::at).min()?;
            let last = events_of(tenant, campaign).map(Event::at).max()?;
            Some((first, last))
        }))
    }

    async fn final_until(
        &self,
        campaigns: &[CampaignId],
        zone: &TimeZoneName,
    ) -> Result<Option<Date>, StorageError> {
        Ok(self.read(|tenant| {
            let finals = campaigns.iter().filter_map(|campaign| {
                let Some(counted) = tenant.aggregated.get(campaign) else {
                    let is_noted = noted(tenant, *campaign).next().is_some();
                    return is_noted.then_some(None);
                };
                Some(counted.final_until.filter(|_| counted.zone == *zone))
            });
            finals.min().flatten()
        }))
    }
}

/// Adds what these events amount to, where that is anything.
fn add(figures: &mut Figures, campaign: CampaignId, events: &[CountedEvent], days: &[Day]) {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return;
    };
    let total = tally(events, first.start, last.end);
    if total != Counts::default() {
        figures.campaigns.insert(campaign, total);
    }
    for day in days {
        let counts = tally(events, day.start, day.end);
        if counts != Counts::default() {
            let figures: &mut DayFigures = figures.days.entry(day.date).or_default();
            figures.counts += counts;
        }
    }
}

/// The events as far as counting goes, without what is none.
fn counted(events: &[&Event]) -> Result<Vec<CountedEvent>, StorageError> {
    let events = events.iter().filter(|event| !is_trapped(event));
    let counted = events.map(|event| {
        Ok(CountedEvent {
            event: known(event.event_type.as_str().parse::<EventType>())?,
            contact: event.contact,
            at: event.at(),
            actor: known(event.actor.as_str().parse::<Actor>())?,
        })
    });
    counted.collect()
}

/// Campaigns and analytics have the same words for what happens.
fn known<T, E>(word: Result<T, E>) -> Result<T, StorageError> {
    word.ok()
        .ok_or_else(|| StorageError::Corrupt("a word that only campaigns know".to_owned()))
}

/// Whether a robot filled what people do not see.
pub(super) fn is_trapped(event: &Event) -> bool {
    event.event_type == campaigns::EventType::FormSubmit
        && event.actor == campaigns::ActorVerdict::Machine
        && event.actor_reason.as_deref() == Some(HONEYPOT)
}

fn is_late(tenant: &TenantState, event: &Event, zone: &TimeZoneName, days: &[Day]) -> bool {
    let Some(aggregated) = tenant.aggregated.get(&event.campaign) else {
        return false;
    };
    let is_final = date_of(event, days)
        .is_some_and(|date| aggregated.final_until.is_some_and(|until| date <= until));
    aggregated.zone == *zone && is_final && !aggregated.counted.contains(&(event.id(), event.at()))
}

fn date_of(event: &Event, days: &[Day]) -> Option<Date> {
    let day = days.iter().find(|day| day.contains(event.at()));
    day.map(|day| day.date)
}

/// What was known of somebody's address when they were mailed.
fn segment_of(
    tenant: &TenantState,
    campaign: CampaignId,
    contact: Option<ContactId>,
) -> Result<Option<Segment>, StorageError> {
    let recipient = contact.and_then(|contact| tenant.recipients.get(&(campaign, contact)));
    recipient
        .map(|it| known(it.validation.as_str().parse::<Segment>()))
        .transpose()
}
