//! What each mail causes.

use analytics::simulation::{Recipient, Simulation, Step};
use analytics::{Actor, EventType as Happening, Segment};
use campaigns::{
    ActorVerdict, AddressStatus, BounceKind, Event, EventClient, EventOrigin, EventType, FieldKey,
    FormDefinition, PlannedMail, Scenario, SimulatedEvent, SimulatedMail,
};
use kernel::{ContactId, Timestamp};
use serde_json::{Map, Value, json};

use super::{answers, planning};

/// The journeys that the mails of one campaign begin.
pub(super) struct Journeys {
    pub(super) simulation: Simulation,
    pub(super) mail: SimulatedMail,
}

impl Scenario for Journeys {
    fn send_time(&self, earlier: u64) -> Timestamp {
        let config = &self.simulation.config;
        let offset = planning::offset(config, self.mail.send_rate, earlier);
        self.simulation.clock.at(offset)
    }

    fn journey(&self, mail: &PlannedMail) -> Vec<SimulatedEvent> {
        let recipient = Recipient {
            contact: mail.contact,
            segment: segment(mail.validation),
            send_offset: self.simulation.clock.offset_of(mail.send_time),
        };
        let steps = self.simulation.journey(&recipient).into_steps();
        let steps = steps.into_iter();
        steps.map(|step| self.event(mail.contact, &step)).collect()
    }

    fn answers_forms(&self) -> bool {
        let rates = self.simulation.config.parameters();
        let leads_there = self.simulation.landing_link.is_some();
        leads_there && rates.click_rate * rates.form_view_rate * rates.form_submit_rate > 0.0
    }

    fn answers(
        &self,
        contact: ContactId,
        form: &FormDefinition,
        known: &[(FieldKey, String)],
    ) -> Option<Map<String, Value>> {
        answers::make(&self.simulation, contact, form, known)
    }
}

impl Journeys {
    fn event(&self, contact: ContactId, step: &Step) -> SimulatedEvent {
        let campaign = self.simulation.campaign;
        let event_type = event_type(step.event);
        let id = step.id.as_uuid();
        let mut event = Event::seen(event_type, campaign, Some(contact), step.at, id);
        event.data = self.data(step);
        event.client = EventClient {
            user_agent: step.user_agent.map(str::to_owned),
            ip: None,
            session: step.visit.map(analytics::VisitId::as_uuid),
        };
        event.origin = EventOrigin::Simulation;
        event.actor = actor(step.actor);
        event.actor_reason = Some(step.reason.code().to_owned());
        SimulatedEvent {
            event,
            bounce: step.bounce.map(bounce_kind),
        }
    }

    /// What else there is to tell, as it is of what happens.
    fn data(&self, step: &Step) -> Option<Value> {
        if let Some(kind) = step.bounce {
            return Some(json!({ "kind": kind.as_str() }));
        }
        let link = self.mail.links.get(usize::from(step.link?))?;
        Some(json!({ "target": link.target }))
    }
}

const fn segment(status: AddressStatus) -> Segment {
    match status {
        AddressStatus::Pending => Segment::Pending,
        AddressStatus::Valid => Segment::Valid,
        AddressStatus::Invalid => Segment::Invalid,
        AddressStatus::Risky => Segment::Risky,
        AddressStatus::Nonexistent => Segment::Nonexistent,
    }
}

const fn event_type(happening: Happening) -> EventType {
    match happening {
        Happening::Sent => EventType::Sent,
        Happening::Open => EventType::Open,
        Happening::Click => EventType::Click,
        Happening::Bounce => EventType::Bounce,
        Happening::Unsubscribe => EventType::Unsubscribe,
        Happening::FormView => EventType::FormView,
        Happening::FormSubmit => EventType::FormSubmit,
    }
}

const fn actor(actor: Actor) -> ActorVerdict {
    match actor {
        Actor::Human => ActorVerdict::Human,
        Actor::Machine => ActorVerdict::Machine,
        Actor::Unknown => ActorVerdict::Unknown,
    }
}

const fn bounce_kind(kind: analytics::BounceKind) -> BounceKind {
    match kind {
        analytics::BounceKind::Hard => BounceKind::Hard,
        analytics::BounceKind::Soft => BounceKind::Soft,
    }
}

#[cfg(test)]
mod tests {
    use campaigns::{AskedSimulation, LinkOfMail, Mailing, RecipientStatus, Simulator};
    use kernel::CampaignId;
    use time::Duration;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::JourneySimulator;

    const NOW: Timestamp = datetime!(2026-06-15 12:00 UTC);

    fn scenario(pace: Option<f64>, links: &[(&str, bool)]) -> Box<dyn Scenario> {
        let config = json!({
            "send_rate": 60, "bounce_rate": 0.1, "open_rate": 0.9, "click_rate": 0.8, "unsubscribe_rate": 0.3,
            "form_view_rate": 1.0, "form_submit_rate": 1.0, "machine_open_share": 0.2,
        });
        let asked = AskedSimulation {
            config: config.as_object().cloned().unwrap(),
            pace,
            ..AskedSimulation::default()
        };
        let mailing = Mailing {
            mails: 100,
            send_rate: None,
        };
        let seed = campaigns::SimulationSeed::new(7).unwrap();
        let plan = JourneySimulator.plan(&asked, seed, &mailing, NOW).unwrap();
        let link = |(target, is_landing_page): &(&str, bool)| LinkOfMail {
            target: (*target).to_owned(),
            is_landing_page: *is_landing_page,
        };
        let mail = SimulatedMail {
            campaign: CampaignId::from_uuid(Uuid::from_u128(1)),
            send_rate: None,
            links: links.iter().map(link).collect(),
        };
        JourneySimulator.scenario(&plan, mail).unwrap()
    }

    fn mail(scenario: &dyn Scenario, number: u64) -> PlannedMail {
        PlannedMail {
            contact: ContactId::from_uuid(Uuid::from_u128(u128::from(number) + 100)),
            status: RecipientStatus::Pending,
            validation: AddressStatus::Valid,
            send_time: scenario.send_time(number),
        }
    }

    #[test]
    fn journeys_begin_when_their_mails_go_out_and_end_before_now() {
        let scenario = scenario(None, &[("/p/spring", true)]);
        let mut seen = std::collections::BTreeSet::new();

        for number in 0..100 {
            let mail = mail(scenario.as_ref(), number);
            let journey = scenario.journey(&mail);

            assert_eq!(journey, scenario.journey(&mail));
            assert_eq!(journey[0].event.event_type, EventType::Sent);
            assert_eq!(journey[0].event.at(), mail.send_time);
            for SimulatedEvent { event, bounce } in &journey {
                assert!(event.at() <= NOW);
                assert_eq!(event.origin, EventOrigin::Simulation);
                assert_eq!(bounce.is_some(), event.event_type == EventType::Bounce);
                let target = event.data.as_ref().and_then(|data| data.get("target"));
                let is_click = event.event_type == EventType::Click;
                assert_eq!(target.is_some(), is_click);
                seen.insert(event.event_type);
            }
        }

        assert_eq!(seen.len(), EventType::ALL.len(), "{seen:?}");
    }

    #[test]
    fn at_a_pace_mails_go_out_sooner_and_all_else_too() {
        let scenario = scenario(Some(3_600.0), &[("/p/spring", true)]);

        assert_eq!(scenario.send_time(0), NOW);
        // A minute of life, in whole microseconds.
        assert_eq!(scenario.send_time(60) - NOW, Duration::microseconds(16_666));
        for number in 0..100 {
            let mail = mail(scenario.as_ref(), number);
            let sent = scenario.journey(&mail)[0].event.at() - mail.send_time;
            assert!(sent.abs() <= Duration::MICROSECOND, "{sent}");
        }
    }

    #[test]
    fn nobody_follows_links_that_are_not_there() {
        let scenario = scenario(None, &[]);

        assert!(!scenario.answers_forms());
        for number in 0..100 {
            let journey = scenario.journey(&mail(scenario.as_ref(), number));
            let mut types = journey.iter().map(|it| it.event.event_type);
            assert!(!types.any(|it| it == EventType::Click || it == EventType::FormView));
        }
    }
}
