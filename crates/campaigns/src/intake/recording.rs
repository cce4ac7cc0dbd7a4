//! Judging events, recording them, and counting what people did.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CampaignId, ContactId, StorageError, Timestamp};

use super::burst::{Click, Clicks, windows};
use crate::ports::CampaignUnit;
use crate::{ActorJudge, ActorVerdict, Deed, Engaged, Event, EventType, Evidence, Sighting, Trace};

type Recipient = (CampaignId, ContactId);

/// What is known of recipients.
pub(crate) type Traces = BTreeMap<Recipient, Trace>;

/// Takes events into the log within a unit of work.
pub(crate) struct Recording<'a> {
    pub(crate) unit: &'a dyn CampaignUnit,
    pub(crate) judge: &'a dyn ActorJudge,
    /// When they are recorded.
    pub(crate) at: Timestamp,
}

impl Recording<'_> {
    /// Judges who did these things, records what is not recorded yet, and counts for the recipients of mails what persons
    /// did, or may have: what a machine did stands in the log alone. Tells what was recorded now, in the order of its time.
    pub(crate) async fn take_in(
        &self,
        sightings: Vec<Sighting>,
    ) -> Result<Vec<Event>, StorageError> {
        let recipients = recipients(sightings.iter().map(|it| &it.event));
        let traces = self.traces(&recipients).await?;
        self.take_in_of(sightings, traces).await
    }

    /// The same, with what is known of the recipients of these things.
    pub(crate) async fn take_in_of(
        &self,
        mut sightings: Vec<Sighting>,
        mut traces: Traces,
    ) -> Result<Vec<Event>, StorageError> {
        sightings.sort_by_key(|it| (it.event.at(), it.event.id()));
        let clicks = self.clicks(&sightings).await?;
        let mut events = Vec::with_capacity(sightings.len());
        for sighting in sightings {
            let recipient = recipient(&sighting.event);
            let trace = recipient.and_then(|recipient| traces.get_mut(&recipient));
            events.push(self.judged(sighting, trace, &clicks));
        }
        let recorded = self.unit.events().record(&events, self.at).await?;
        let recorded: BTreeSet<_> = recorded.into_iter().collect();
        events.retain(|event| recorded.contains(&event.id()));
        let deeds: Vec<_> = events.iter().filter_map(Engaged::by).collect();
        if !deeds.is_empty() {
            self.unit.assignments().engage(&deeds, self.at).await?;
        }
        Ok(events)
    }

    /// What is known of those of these who are recipients, whom the unit has in hand from now on. A batch asks for all that it
    /// will write to, before it writes anything that others could wait for.
    pub(crate) async fn traces(
        &self,
        recipients: &BTreeSet<Recipient>,
    ) -> Result<Traces, StorageError> {
        if recipients.is_empty() {
            return Ok(Traces::new());
        }
        let recipients: Vec<_> = recipients.iter().copied().collect();
        let traces = self.unit.assignments().find_traces(&recipients).await?;
        let traces = traces.into_iter();
        Ok(traces
            .map(|trace| ((trace.campaign, trace.contact), trace))
            .collect())
    }

    async fn clicks(&self, sightings: &[Sighting]) -> Result<Clicks, StorageError> {
        let mut clicks = Clicks::default();
        let (windows, contacts) = windows(sightings, self.judge.burst());
        if !windows.is_empty() {
            let contacts: Vec<_> = contacts.into_iter().collect();
            for click in self.unit.events().clicks(&windows, &contacts).await? {
                clicks.add(click);
            }
        }
        for click in sightings.iter().filter_map(|it| Click::of(&it.event)) {
            clicks.add(click);
        }
        Ok(clicks)
    }

    /// The event with who did it, which becomes part of what is known of the recipient.
    fn judged(&self, sighting: Sighting, trace: Option<&mut Trace>, clicks: &Clicks) -> Event {
        let Sighting { mut event, fetch } = sighting;
        let (at, known) = (event.at(), trace.as_deref());
        let since = |earlier: Option<Timestamp>| {
            let earlier = earlier.filter(|earlier| *earlier <= at);
            earlier.map(|earlier| at - earlier)
        };
        let judgement = self.judge.judge(&Evidence {
            event_type: event.event_type,
            user_agent: event.client.user_agent.as_deref(),
            fetch,
            since_sent: since(known.and_then(|trace| trace.sent_at)),
            since_previous: since(known.and_then(|trace| trace.last_at)),
            links_in_burst: match event.event_type {
                EventType::Click => clicks.at_once(&event, self.judge.burst()),
                _ => 0,
            },
            opened_before: since(known.and_then(|trace| trace.first_opened_at)).is_some(),
        });
        event.actor = judgement.actor;
        event.actor_reason = Some(judgement.reason.to_owned());
        if let Some(trace) = trace
            && event.actor != ActorVerdict::Machine
        {
            trace.note(&event);
        }
        event
    }
}

/// Whose mails these events tell of, whether they got them or not.
pub(crate) fn recipients<'a>(events: impl Iterator<Item = &'a Event>) -> BTreeSet<Recipient> {
    events.filter_map(recipient).collect()
}

fn recipient(event: &Event) -> Option<Recipient> {
    event.contact.map(|contact| (event.campaign, contact))
}

impl Trace {
    /// What is known once a person did something more.
    fn note(&mut self, event: &Event) {
        let Some(deed) = Deed::of(event.event_type) else {
            return;
        };
        let at = event.at();
        self.last_at = self.last_at.max(Some(at));
        if deed == Deed::Open {
            let first = self.first_opened_at.map_or(at, |first| first.min(at));
            self.first_opened_at = Some(first);
        }
    }
}

impl Engaged {
    /// What a recipient did, if the event tells of something that is counted for them.
    fn by(event: &Event) -> Option<Self> {
        if event.actor == ActorVerdict::Machine {
            return None;
        }
        Some(Self {
            campaign: event.campaign,
            contact: event.contact?,
            deed: Deed::of(event.event_type)?,
            at: event.at(),
        })
    }
}

impl Deed {
    /// What a recipient did of whom an event of this type tells, where that is counted for them.
    const fn of(event_type: EventType) -> Option<Self> {
        match event_type {
            EventType::Open => Some(Self::Open),
            EventType::Click => Some(Self::Click),
            EventType::FormView => Some(Self::View),
            EventType::FormSubmit => Some(Self::Submit),
            EventType::Sent | EventType::Bounce | EventType::Unsubscribe => None,
        }
    }
}
