//! Many recipients of one simulated campaign.
#![expect(clippy::unwrap_used, reason = "what tests stand on")]

use analytics::simulation::{
    Journey, Recipient, Seed, Simulation, SimulationConfig, SimulationParameters, Step,
    VirtualClock,
};
use analytics::{Actor, EventType, Segment};
use kernel::{CampaignId, ContactId, Timestamp};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

pub(crate) const NOW: Timestamp = datetime!(2026-06-15 12:00 UTC);

pub(crate) fn simulation(parameters: SimulationParameters, seed: i64) -> Simulation {
    let config = SimulationConfig::try_from(parameters).unwrap();
    let horizon = config.horizon(Duration::HOUR);
    Simulation {
        clock: VirtualClock::instant(None, horizon, NOW).unwrap(),
        config,
        seed: Seed::new(seed),
        campaign: CampaignId::from_uuid(Uuid::from_u128(0xCA)),
        links: 3,
        landing_link: Some(0),
    }
}

pub(crate) fn recipient(number: u128, segment: Segment) -> Recipient {
    Recipient {
        contact: ContactId::from_uuid(Uuid::from_u128(0xC0_0000 + number)),
        segment,
        send_offset: Duration::milliseconds(i64::try_from(number % 3_600_000).unwrap()),
    }
}

pub(crate) fn journeys(simulation: &Simulation, count: u128, segment: Segment) -> Vec<Journey> {
    let recipients = (0..count).map(|number| recipient(number, segment));
    recipients.map(|it| simulation.journey(&it)).collect()
}

/// The first step of a type by an actor.
pub(crate) fn first(journey: &Journey, event: EventType, actor: Actor) -> Option<&Step> {
    let mut steps = journey.steps().iter();
    steps.find(|step| step.event == event && step.actor == actor)
}

/// In how many journeys somebody of a kind did it.
pub(crate) fn people(journeys: &[Journey], event: EventType, actor: Actor) -> f64 {
    let with = journeys
        .iter()
        .filter(|it| first(it, event, actor).is_some());
    number(with.count())
}

pub(crate) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}
