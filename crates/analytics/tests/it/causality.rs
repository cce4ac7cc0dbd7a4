//! Whatever is asked for, no effect comes before its cause, and nothing lies in the future.
#![expect(clippy::unwrap_used, reason = "what tests stand on")]

use analytics::simulation::{
    Delay, DelayPart, Delays, Journey, Pace, Recipient, SegmentFactors, Simulation,
    SimulationConfig, SimulationParameters, VirtualClock,
};
use analytics::{Actor, EventType, Segment};
use proptest::prelude::*;
use time::Duration;

use crate::crowd::{NOW, first, recipient, simulation};

fn delay() -> impl Strategy<Value = Delay> {
    let part = (0.001..1_000.0_f64, 0.2..10.0_f64, 0.001..1.0_f64);
    let parts = proptest::collection::vec(part, 1..=Delay::MAX_PARTS);
    (1.0..Delay::MAX_SECONDS, parts).prop_map(|(longest_seconds, parts)| {
        let parts = parts.into_iter().map(|(weight, shape, scale)| DelayPart {
            weight,
            shape,
            scale_seconds: (scale * longest_seconds).max(0.001),
        });
        Delay {
            parts: parts.collect(),
            longest_seconds,
        }
    })
}

prop_compose! {
    fn delays()(it in proptest::collection::vec(delay(), 9)) -> Delays {
        let mut it = it.into_iter();
        let mut next = || it.next().unwrap();
        Delays {
            open: next(),
            reopen: next(),
            machine_open: next(),
            click: next(),
            unsubscribe: next(),
            view: next(),
            submit: next(),
            hard_bounce: next(),
            soft_bounce: next(),
        }
    }
}

prop_compose! {
    fn parameters()(
        rate in proptest::collection::vec(0.0..=1.0_f64, 10),
        factor in proptest::collection::vec(0.0..3.0_f64, 2),
        delays in delays(),
    ) -> SimulationParameters {
        let mut it = SimulationParameters {
            send_rate: None,
            bounce_rate: rate[0] * 0.3,
            hard_bounce_share: rate[1],
            open_rate: rate[2],
            reopen_rate: rate[3],
            click_rate: rate[2] * rate[4],
            unsubscribe_rate: rate[2] * rate[5],
            form_view_rate: rate[6],
            form_submit_rate: rate[7],
            machine_open_share: rate[8] * 0.5,
            machine_click_share: rate[9] * 0.5,
            delays,
            ..SimulationParameters::default()
        };
        it.segments.valid = SegmentFactors { bounce: factor[0], engagement: factor[1] };
        it
    }
}

/// What is wrong with a journey.
fn fault(
    simulation: &Simulation,
    recipient: &Recipient,
    journey: &Journey,
) -> Option<&'static str> {
    use Actor::{Human, Machine};
    use EventType::{Bounce, Click, FormSubmit, FormView, Open, Sent, Unsubscribe};
    let steps = journey.steps();
    let Some(sent) = first(journey, Sent, Machine) else {
        return Some("it has a sending");
    };
    let after = |effect, cause| match (first(journey, effect, Human), first(journey, cause, Human))
    {
        (Some(effect), Some(cause)) => effect.at > cause.at,
        (effect, _) => effect.is_none(),
    };
    let times = |event| {
        steps
            .iter()
            .filter(|it| it.event == event && it.actor == Human)
            .count()
    };
    let mut ids: Vec<_> = steps.iter().map(|it| it.id).collect();
    ids.sort();
    ids.dedup();
    let id_tells = |step: &analytics::simulation::Step| {
        let (seconds, nanos) = step.id.as_uuid().get_timestamp().unwrap().to_unix();
        let told = i128::from(seconds) * 1_000 + i128::from(nanos) / 1_000_000;
        told == step.at.unix_timestamp_nanos() / 1_000_000
            && step.id.as_uuid().get_version_num() == 7
    };
    let rules = [
        (
            sent.at == simulation.clock.at(recipient.send_offset),
            "it is sent at its time",
        ),
        (steps[0].event == Sent, "it begins with the sending"),
        (
            steps.iter().skip(1).all(|it| it.at > sent.at),
            "all follows the sending",
        ),
        (steps.is_sorted_by_key(|it| (it.at, it.id)), "it is sorted"),
        (after(Click, Open), "who clicks has opened"),
        (after(Unsubscribe, Open), "who leaves has opened"),
        (after(FormView, Click), "who sees the page has clicked"),
        (
            after(FormSubmit, FormView),
            "who sends the form has seen it",
        ),
        (
            first(journey, Bounce, Machine).is_none() || steps.len() == 2,
            "what bounced causes nothing",
        ),
        (
            [Click, Unsubscribe, FormView, FormSubmit]
                .into_iter()
                .all(|it| times(it) < 2),
            "once",
        ),
        (ids.len() == steps.len(), "ids differ"),
        (steps.iter().all(id_tells), "ids tell the time"),
        (
            steps.iter().all(|it| it.at.nanosecond() % 1_000 == 0),
            "times are whole microseconds",
        ),
        (
            steps
                .iter()
                .all(|it| it.event != Click || it.link.is_some_and(|it| it < 3)),
            "a click has a link of the mail",
        ),
        (
            steps.iter().all(|it| {
                let visits = matches!(it.event, Click | FormView | FormSubmit);
                visits == it.visit.is_some()
            }),
            "visits begin with clicks",
        ),
    ];
    rules
        .iter()
        .find(|(holds, _)| !holds)
        .map(|(_, rule)| *rule)
}

proptest! {
    #[test]
    fn no_effect_comes_before_its_cause_and_nothing_lies_in_the_future(
        parameters in parameters(),
        seed in any::<i64>(),
        number in 0..3_600_000_u128,
        factor in 1.0..1e6_f64,
    ) {
        let recipient = recipient(number, Segment::Valid);
        let instant = simulation(parameters, seed);

        let journey = instant.journey(&recipient);

        prop_assert_eq!(fault(&instant, &recipient, &journey), None);
        prop_assert!(journey.steps().iter().all(|it| it.at <= NOW));

        let paced = Simulation {
            clock: VirtualClock::resume(NOW, Pace::paced(factor).unwrap()),
            ..instant
        };
        prop_assert_eq!(fault(&paced, &recipient, &paced.journey(&recipient)), None);
    }
}

#[test]
fn extreme_chances_are_certainties() {
    let certain = SimulationParameters {
        bounce_rate: 0.0,
        open_rate: 1.0,
        reopen_rate: 1.0,
        click_rate: 1.0,
        unsubscribe_rate: 1.0,
        form_view_rate: 1.0,
        form_submit_rate: 1.0,
        machine_open_share: 0.5,
        machine_click_share: 0.5,
        ..SimulationParameters::default()
    };
    let certain = simulation(certain, 1);
    let count = |number| {
        certain
            .journey(&recipient(number, Segment::Valid))
            .steps()
            .len()
    };
    // One sending, six openings, four clicks, two visits, a wish to leave, an answer.
    assert!((0..100).all(|number| count(number) == 1 + 6 + 4 + 2 + 1 + 1));

    let bounces = SimulationParameters {
        bounce_rate: 1.0,
        ..SimulationParameters::default()
    };
    let bounces = simulation(bounces, 1);
    assert!((0..100).all(|it| {
        bounces
            .journey(&recipient(it, Segment::Valid))
            .steps()
            .len()
            == 2
    }));

    let nothing = SimulationParameters {
        bounce_rate: 0.0,
        open_rate: 0.0,
        click_rate: 0.0,
        unsubscribe_rate: 0.0,
        ..SimulationParameters::default()
    };
    let nothing = simulation(nothing, 1);
    assert!((0..100).all(|it| {
        nothing
            .journey(&recipient(it, Segment::Valid))
            .steps()
            .len()
            == 1
    }));
}

#[test]
fn a_mail_without_a_landing_page_leads_to_none() {
    let mut simulation = simulation(SimulationParameters::default(), 1);
    simulation.landing_link = None;
    simulation.config = SimulationConfig::try_from(SimulationParameters {
        open_rate: 1.0,
        click_rate: 1.0,
        form_view_rate: 1.0,
        ..SimulationParameters::default()
    })
    .unwrap();

    let views = (0..200).map(|it| simulation.journey(&recipient(it, Segment::Valid)));

    assert!(
        views
            .into_iter()
            .all(|it| first(&it, EventType::FormView, Actor::Human).is_none())
    );
}

#[test]
fn the_horizon_holds_the_sending_too() {
    let config = SimulationConfig::default();
    let offset = Duration::days(2);
    let clock = VirtualClock::instant(None, config.horizon(offset), NOW).unwrap();
    let last = clock.at(offset) + config.parameters().delays.longest();

    assert_eq!(last, NOW);
}
