//! Recording what mails cause, like what happens: events, how recipients stand, whom not to write to, and what they answer.

use std::collections::BTreeSet;

use kernel::{ContactId, SimulationId, SuppressionId, TenantScope, Timestamp};

use super::progress::{Instant, Reached};
use super::{Scenario, SimulatedEvent};
use crate::ports::CampaignUnit;
use crate::stopping::stop_writing;
use crate::visits::known_answers;
use crate::workbench::Workbench;
use crate::{
    ActorVerdict, BounceKind, Campaign, CampaignError, Deed, Event, EventType, FormVersion,
    LeadSource, Leads, PlannedMail, Played, RecipientStatus, ResponseOrigin, RiskyAddresses,
    Sorted, Stop, StopReason, StopSource, Submission,
};

/// How many answers are taken in in one unit of work: each is a dozen statements, and events are a few for all.
const ANSWERED: u64 = 200;

/// What is recorded of recipients of one campaign, within a unit of work: what happens to them after `since` and until
/// `until`.
pub(super) struct Recording<'a> {
    pub(super) bench: &'a Workbench,
    pub(super) leads: &'a Leads,
    pub(super) unit: &'a dyn CampaignUnit,
    pub(super) scope: &'a TenantScope,
    pub(super) simulation: SimulationId,
    pub(super) campaign: &'a Campaign,
    pub(super) scenario: &'a dyn Scenario,
    pub(super) form: Option<&'a FormVersion>,
    pub(super) policy: RiskyAddresses,
    pub(super) since: Option<Timestamp>,
    pub(super) until: Timestamp,
    pub(super) at: Timestamp,
}

/// What is to be recorded together.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    played: Vec<Played>,
    stops: Vec<Stop>,
}

impl Recording<'_> {
    /// Records what the mails of these recipients cause, until there are enough answers for one unit of work, and how far
    /// that is.
    pub(super) async fn record(
        &self,
        mails: &[PlannedMail],
        reached: &mut Reached,
    ) -> Result<(), CampaignError> {
        let left_out = self.leave_out(mails).await?;
        // Those further on as well: they are not planned any more.
        reached.finished += left_out.len() as u64;
        let enough = reached.tally.submitted + ANSWERED;
        let mut batch = Batch::default();
        for mail in mails {
            if reached.tally.submitted >= enough {
                break;
            }
            reached.after = Some(mail.contact);
            if left_out.contains(&mail.contact) {
                continue;
            }
            let journey = self.scenario.journey(mail);
            let now = self.now_of(journey, reached);
            if !now.is_empty() {
                self.take(mail.contact, now, &mut batch, reached).await?;
            }
        }
        self.unit.events().record(&batch.events, self.at).await?;
        self.unit
            .assignments()
            .play(self.campaign.id(), &batch.played, self.at)
            .await?;
        stop_writing(self.bench, self.unit, self.scope, &batch.stops, self.at).await?;
        Ok(())
    }

    /// Leaves out whose mails are due and who must not be mailed any more as things stand now.
    async fn leave_out(&self, mails: &[PlannedMail]) -> Result<BTreeSet<ContactId>, CampaignError> {
        let is_due = |mail: &&PlannedMail| {
            mail.status == RecipientStatus::Pending && mail.send_time <= self.until
        };
        let due: Vec<_> = mails.iter().filter(is_due).map(|it| it.contact).collect();
        if due.is_empty() {
            return Ok(BTreeSet::new());
        }
        let living = self.unit.audience().standings(&due).await?;
        let left_out = Sorted::now(&due, living, self.policy).left_out;
        if !left_out.is_empty() {
            self.unit
                .assignments()
                .settle(self.campaign.id(), &left_out, self.at)
                .await?;
        }
        Ok(left_out.iter().map(|it| it.contact).collect())
    }

    /// What of a journey is to be recorded now; notes whether that is its end, and what comes next.
    fn now_of(&self, journey: Vec<SimulatedEvent>, reached: &mut Reached) -> Vec<SimulatedEvent> {
        let later = journey.iter().find(|it| it.event.at() > self.until);
        if let Some(later) = later {
            let at = Instant::of(later.event.at());
            reached.next = Some(reached.next.map_or(at, |next| next.min(at)));
        }
        let is_over = later.is_none();
        let is_now = |it: &SimulatedEvent| {
            let at = it.event.at();
            self.since.is_none_or(|since| at > since) && at <= self.until
        };
        let now: Vec<_> = journey.into_iter().filter(is_now).collect();
        reached.finished += u64::from(is_over && !now.is_empty());
        now
    }

    async fn take(
        &self,
        contact: ContactId,
        events: Vec<SimulatedEvent>,
        batch: &mut Batch,
        reached: &mut Reached,
    ) -> Result<(), CampaignError> {
        let mut played = Played::nothing(contact);
        for SimulatedEvent { event, bounce } in events {
            let at = event.at();
            match event.event_type {
                EventType::Sent => {
                    played.sent_at = Some(at);
                    reached.tally.sent += 1;
                    let at = Instant::of(at);
                    reached.last_sent = Some(reached.last_sent.map_or(at, |last| last.max(at)));
                }
                EventType::Bounce => {
                    played.bounced = bounce;
                    reached.tally.bounced += 1;
                    if bounce == Some(BounceKind::Hard) {
                        batch.stops.push(self.stop(contact, StopReason::Suppressed));
                    }
                }
                EventType::Unsubscribe => {
                    played.has_left = true;
                    reached.tally.unsubscribed += 1;
                    let stop = self.stop(contact, StopReason::Unsubscribed);
                    batch.stops.push(stop);
                }
                EventType::Open => engage(&mut played, Deed::Open, &event),
                EventType::Click => engage(&mut played, Deed::Click, &event),
                EventType::FormView => engage(&mut played, Deed::View, &event),
                EventType::FormSubmit => {
                    if !self.submit(contact, &event).await? {
                        continue;
                    }
                    engage(&mut played, Deed::Submit, &event);
                    reached.tally.submitted += 1;
                }
            }
            reached.tally.events += 1;
            batch.events.push(event);
        }
        batch.played.push(played);
        Ok(())
    }

    fn stop(&self, contact: ContactId, reason: StopReason) -> Stop {
        Stop {
            id: self.bench.id(SuppressionId::from_uuid),
            contact,
            reason,
            source: StopSource::Simulation(self.simulation),
        }
    }

    /// Takes in what somebody answers, as if they had done so on the landing page; whether they can: who was deleted
    /// cannot, and neither can who would have to answer what the form does not accept.
    async fn submit(&self, contact: ContactId, event: &Event) -> Result<bool, CampaignError> {
        let addressee = self.unit.people().find_addressee(contact).await?;
        let (Some(form), Some(addressee)) = (self.form, addressee) else {
            return Ok(false);
        };
        let definition = &form.definition;
        let known = known_answers(definition, Some(&addressee));
        let answers = self.scenario.answers(contact, definition, &known);
        let accepted = answers.filter(|answers| self.leads.accept(definition, answers).is_ok());
        let Some(answers) = accepted else {
            return Ok(false);
        };
        let submission = Submission {
            campaign: Some(self.campaign.id()),
            contact: Some(contact),
            form: (form.form, form.id),
            answers,
            source: LeadSource::EmailCampaign,
            origin: ResponseOrigin {
                user_agent: event.client.user_agent.clone(),
                ip: event.client.ip,
                session: event.client.session,
            },
            submitted_at: Some(event.at()),
        };
        self.leads
            .take_in(self.unit, self.scope, submission, self.at)
            .await?;
        Ok(true)
    }
}

/// Counts what somebody did who is not known to be a machine.
fn engage(played: &mut Played, deed: Deed, event: &Event) {
    if event.actor != ActorVerdict::Machine {
        played.engagement(deed).count_at(event.at());
    }
}
