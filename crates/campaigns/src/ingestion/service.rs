//! The use case of whoever tells of events.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, CampaignId, Changes, Checked, Clock, ContactId, Done, EventId,
    FieldErrors, FieldFault, IdGenerator, Once, StorageError, TenantScope, Timestamp, begin_once,
};
use time::Date;

use super::effects::Effects;
use super::{EventOutcome, ToldEvent};
use crate::intake::{Recording, Traces, recipients};
use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::Workbench;
use crate::{ActorJudge, CampaignError, Event, Sighting};

/// Takes in events that others tell, many at a time. What they tell of takes effect as what the program sees itself.
#[derive(Clone)]
pub struct EventIngestion {
    bench: Workbench,
    judge: Arc<dyn ActorJudge>,
}

/// An event of a batch: taken in so far, or refused.
type Judged = Result<Event, FieldErrors>;

impl EventIngestion {
    /// The most events that are told at once.
    pub const MOST: usize = 1_000;

    /// Use cases on what is in `store`; `judge` tells people from machines.
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

    /// Takes in a batch in one unit of work; tells of each event, in the order in which they were told, what became of it.
    /// One that is refused keeps no other from being recorded, and one that is recorded already stays as it is.
    pub async fn ingest(
        &self,
        scope: &TenantScope,
        told: Checked<Vec<Checked<ToldEvent>>>,
        once: &Once<'_, Vec<EventOutcome>>,
    ) -> Result<Done<Vec<EventOutcome>>, CampaignError> {
        let at = self.bench.now();
        let mut batch = self.accept(told?, at);
        self.bench
            .store()
            .make_room(&earlier_days(&batch, at))
            .await?;
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let recording = Recording {
            unit: unit.as_ref(),
            judge: &*self.judge,
            at,
        };
        let recipients = recipients(batch.iter().flatten());
        let traces = recording.traces(&recipients).await?;
        refuse_strangers(unit.as_ref(), &mut batch, &traces).await?;
        let recorded = recording.take_in_of(sightings(&batch), traces).await?;
        let effects = Effects {
            bench: &self.bench,
            unit: unit.as_ref(),
            scope,
            at,
        };
        effects.take(&recorded).await?;
        let outcomes = outcomes(batch, &recorded);
        if !recorded.is_empty() {
            let draft = self.told_of(&outcomes);
            self.bench
                .note(unit.as_ref(), scope, at, vec![draft])
                .await?;
        }
        once.record(unit.idempotency(), &outcomes).await?;
        unit.commit().await?;
        Ok(Done::Fresh(outcomes))
    }

    fn accept(&self, told: Vec<Checked<ToldEvent>>, at: Timestamp) -> Vec<Judged> {
        let told = told.into_iter().enumerate();
        let events = told.map(|(index, event)| {
            let unique = self.bench.id(std::convert::identity);
            event?.accept(&place(index), at, unique)
        });
        events.collect()
    }

    /// What the audit log says of a batch: how many of its events are recorded now; which, the events tell themselves.
    fn told_of(&self, outcomes: &[EventOutcome]) -> AuditDraft {
        let recorded = outcomes
            .iter()
            .filter(|it| matches!(it, EventOutcome::Recorded(_)))
            .count();
        let batch = self.bench.id(std::convert::identity);
        let draft = AuditDraft::new("event_batch", batch, AuditAction::Import, Changes::none());
        draft.because(format!("recorded {recorded} of {}", outcomes.len()))
    }
}

/// Where an event of a batch stands.
fn place(index: usize) -> String {
    format!("#/events/{index}")
}

/// The days of months before the present one on which events happened.
fn earlier_days(batch: &[Judged], at: Timestamp) -> BTreeSet<Date> {
    let month = |date: Date| (date.year(), u8::from(date.month()));
    let days = batch.iter().flatten().map(|event| event.at().date());
    days.filter(|day| month(*day) < month(at.date())).collect()
}

/// Refuses what is told of campaigns and contacts that are not the organization's. Who got a mail of a campaign is known by
/// these traces.
async fn refuse_strangers(
    unit: &dyn CampaignUnit,
    batch: &mut [Judged],
    traces: &Traces,
) -> Result<(), StorageError> {
    let events = || batch.iter().flatten();
    let campaigns: BTreeSet<CampaignId> = events().map(|it| it.campaign).collect();
    let named: BTreeSet<ContactId> = events().filter_map(|it| it.contact).collect();
    let mut contacts: BTreeSet<_> = traces.keys().map(|(_, contact)| *contact).collect();
    let others: Vec<_> = named.difference(&contacts).copied().collect();
    let asked: Vec<_> = campaigns.into_iter().collect();
    let campaigns: BTreeSet<_> = unit.campaigns().known(&asked).await?.into_iter().collect();
    if !others.is_empty() {
        contacts.extend(unit.people().known_contacts(&others).await?);
    }
    for (index, judged) in batch.iter_mut().enumerate() {
        let Ok(event) = judged else { continue };
        let mut errors = FieldErrors::default();
        let mut refuse = |field: &str, detail: &str| {
            let pointer = format!("{}/{field}", place(index));
            errors.push(pointer, FieldFault::new("unknown-value", detail));
        };
        if !campaigns.contains(&event.campaign) {
            refuse("campaign_id", "there is no such campaign");
        }
        if event
            .contact
            .is_some_and(|contact| !contacts.contains(&contact))
        {
            refuse("contact_id", "there is no such contact");
        }
        if !errors.is_empty() {
            *judged = Err(errors);
        }
    }
    Ok(())
}

/// What is to be recorded of a batch: of events that stand in it twice the first.
fn sightings(batch: &[Judged]) -> Vec<Sighting> {
    let mut seen = BTreeSet::new();
    let events = batch.iter().flatten();
    let fresh = events.filter(|event| seen.insert(event.id()));
    fresh.cloned().map(Sighting::plain).collect()
}

fn outcomes(batch: Vec<Judged>, recorded: &[Event]) -> Vec<EventOutcome> {
    let mut fresh: BTreeSet<EventId> = recorded.iter().map(Event::id).collect();
    let outcome = |judged: Judged| match judged {
        Ok(event) if fresh.remove(&event.id()) => EventOutcome::Recorded(event.id()),
        Ok(event) => EventOutcome::Duplicate(event.id()),
        Err(errors) => EventOutcome::Refused(errors),
    };
    batch.into_iter().map(outcome).collect()
}
