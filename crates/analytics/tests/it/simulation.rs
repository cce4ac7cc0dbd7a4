//! The chances of made-up journeys are those that were asked for.

use analytics::simulation::{Delay, Journey, Simulation, SimulationParameters};
use analytics::{Actor, BounceKind, EventType, Segment};
use time::Duration;

use crate::crowd::{first, journeys, number, people, recipient, simulation};

const PEOPLE: u128 = 4_000;

/// Chances so high that a few thousand people show them.
fn eager() -> SimulationParameters {
    SimulationParameters {
        bounce_rate: 0.12,
        hard_bounce_share: 0.6,
        open_rate: 0.55,
        reopen_rate: 0.3,
        click_rate: 0.35,
        unsubscribe_rate: 0.15,
        form_view_rate: 0.8,
        form_submit_rate: 0.6,
        machine_open_share: 0.3,
        machine_click_share: 0.25,
        ..SimulationParameters::default()
    }
}

/// What a rate is measured as: so many of so many.
type Measure = fn(&[Journey]) -> (f64, f64);

/// Every rate with the one that was asked for.
fn rates(it: &SimulationParameters) -> Vec<(&'static str, f64, Measure)> {
    use Actor::{Human, Machine};
    use EventType::{Bounce, Click, FormSubmit, FormView, Open, Unsubscribe};
    fn delivered(of: &[Journey]) -> f64 {
        number(of.len()) - people(of, Bounce, Machine)
    }
    let hard: Measure = |of| {
        let hard = |it: &&Journey| {
            let bounce = first(it, Bounce, Machine);
            bounce.is_some_and(|it| it.bounce == Some(BounceKind::Hard))
        };
        (
            number(of.iter().filter(hard).count()),
            people(of, Bounce, Machine),
        )
    };
    let reopened: Measure = |of| {
        let opens = of.iter().map(|it| {
            let steps = it.steps().iter();
            steps
                .filter(|step| step.event == Open && step.actor == Human)
                .count()
        });
        let opens: Vec<_> = opens.filter(|count| *count > 0).collect();
        let again = opens.iter().filter(|count| **count > 1).count();
        (number(again), number(opens.len()))
    };
    let rate = |name, rate, measure: Measure| (name, rate, measure);
    vec![
        rate("bounce_rate", it.bounce_rate, |of| {
            (people(of, Bounce, Machine), number(of.len()))
        }),
        rate("hard_bounce_share", it.hard_bounce_share, hard),
        rate("open_rate", it.open_rate, |of| {
            (people(of, Open, Human), delivered(of))
        }),
        rate("reopen_rate", it.reopen_rate, reopened),
        rate("click_rate", it.click_rate, |of| {
            (people(of, Click, Human), delivered(of))
        }),
        rate("unsubscribe_rate", it.unsubscribe_rate, |of| {
            (people(of, Unsubscribe, Human), delivered(of))
        }),
        rate("form_view_rate", it.form_view_rate, |of| {
            (people(of, FormView, Human), people(of, Click, Human))
        }),
        rate("form_submit_rate", it.form_submit_rate, |of| {
            (people(of, FormSubmit, Human), people(of, FormView, Human))
        }),
        rate("machine_open_share", it.machine_open_share, |of| {
            let machines = people(of, Open, Machine);
            (machines, machines + people(of, Open, Human))
        }),
        rate("machine_click_share", it.machine_click_share, |of| {
            let machines = people(of, Click, Machine);
            (machines, machines + people(of, Click, Human))
        }),
    ]
}

fn runs(parameters: &SimulationParameters, seeds: i64, count: u128) -> Vec<Vec<Journey>> {
    let seeds = 1..=seeds;
    seeds
        .map(|seed| journeys(&simulation(parameters.clone(), seed), count, Segment::Valid))
        .collect()
}

#[test]
fn over_twenty_seeds_every_rate_is_the_one_asked_for_and_varies_as_chance_does() {
    let asked = eager();
    let runs = runs(&asked, 20, PEOPLE);

    for (name, rate, measure) in rates(&asked) {
        let measured: Vec<_> = runs.iter().map(|run| measure(run)).collect();
        let (some, all) = measured
            .iter()
            .fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        let mean = some / all;
        assert!(
            (mean / rate - 1.0).abs() < 0.05,
            "{name}: {mean} instead of {rate}"
        );

        // Each run against its own number of chances: a mean square of 1 is a binomial's. The bounds leave one in a
        // thousand outside; quotas would give 0.
        let squares = measured
            .iter()
            .map(|(some, all)| (some - all * rate).powi(2) / (all * rate * (1.0 - rate)));
        let variance = squares.sum::<f64>() / 20.0;
        // Shares of two independent chances vary a little less than a binomial.
        assert!((0.25..=2.3).contains(&variance), "{name}: {variance}");
        let exact = measured
            .iter()
            .filter(|(some, all)| (some - all * rate).abs() < 0.5);
        assert!(exact.count() < 5, "{name} is a quota");
    }
}

#[test]
fn over_ten_seeds_the_usual_parameters_stay_within_published_bands() {
    use Actor::{Human, Machine};
    use EventType::{Bounce, Click, Open, Unsubscribe};
    for (seed, run) in runs(&SimulationParameters::default(), 10, 15_000)
        .iter()
        .enumerate()
    {
        let all = number(run.len());
        let bounced = people(run, Bounce, Machine);
        let hard = run.iter().filter(|it| {
            first(it, Bounce, Machine).is_some_and(|it| it.bounce == Some(BounceKind::Hard))
        });
        let delivered = all - bounced;
        let share_within = |hours: i64| {
            let delays = delays(run, (EventType::Sent, Machine), (Open, Human));
            let within = delays
                .iter()
                .filter(|it| **it <= Duration::hours(hours).as_seconds_f64());
            number(within.count()) / number(delays.len())
        };
        let (opened, clicked) = (people(run, Open, Human), people(run, Click, Human));
        let (fetched, scanned) = (people(run, Open, Machine), people(run, Click, Machine));
        for (name, value, least, most) in [
            ("bounces", bounced / all, 0.002, 0.013),
            ("hard bounces", number(hard.count()) / all, 0.002, 0.013),
            ("delivered", delivered / all, 0.97, 0.995),
            ("opens", opened / delivered, 0.14, 0.40),
            ("clicks", clicked / delivered, 0.01, 0.055),
            ("clicks of openers", clicked / opened, 0.07, 0.20),
            (
                "unsubscribes",
                people(run, Unsubscribe, Human) / delivered,
                0.001,
                0.005,
            ),
            ("machine opens", fetched / (fetched + opened), 0.2, 0.6),
            ("machine clicks", scanned / (scanned + clicked), 0.05, 0.30),
            ("opens within 6 h", share_within(6), 0.50, 0.62),
            ("opens within 24 h", share_within(24), 0.61, 0.86),
            ("opens within a week", share_within(168), 0.95, 1.0),
        ] {
            assert!(
                (least..=most).contains(&value),
                "seed {seed}, {name}: {value}"
            );
        }
    }
}

/// The seconds from the first step of one kind to the first of another, where a journey has both.
fn delays(journeys: &[Journey], from: (EventType, Actor), to: (EventType, Actor)) -> Vec<f64> {
    let both = journeys.iter().filter_map(|it| {
        let (from, to) = (first(it, from.0, from.1)?, first(it, to.0, to.1)?);
        Some((to.at - from.at).as_seconds_f64())
    });
    both.collect()
}

/// Refuses samples that Kolmogorov and Smirnov would refuse at one in a hundred.
#[track_caller]
fn assert_distributed(name: &str, mut samples: Vec<f64>, delay: &Delay) {
    let count = number(samples.len());
    assert!(count > 300.0, "{name}: {count} are too few");
    samples.sort_by(f64::total_cmp);
    let distance = samples.iter().enumerate().map(|(index, sample)| {
        let reached = delay.cdf(*sample);
        let below = (reached - number(index) / count).abs();
        below.max((number(index + 1) / count - reached).abs())
    });
    let distance = distance.fold(0.0, f64::max);
    assert!(
        distance < 1.63 / count.sqrt(),
        "{name}: {distance} of {count}"
    );
}

#[test]
fn delays_are_distributed_as_asked_for() {
    use Actor::{Human, Machine};
    use EventType::{Bounce, Click, FormSubmit, FormView, Open, Sent, Unsubscribe};
    let asked = eager();
    let run: Vec<_> = runs(&asked, 4, PEOPLE).concat();
    let delay = &asked.delays;

    let (sent, open, click) = ((Sent, Machine), (Open, Human), (Click, Human));
    let view = (FormView, Human);
    for (name, from, to, delay) in [
        ("open", sent, open, &delay.open),
        ("machine open", sent, (Open, Machine), &delay.machine_open),
        ("click", open, click, &delay.click),
        (
            "unsubscribe",
            open,
            (Unsubscribe, Human),
            &delay.unsubscribe,
        ),
        ("view", click, view, &delay.view),
        ("submit", view, (FormSubmit, Human), &delay.submit),
    ] {
        assert_distributed(name, delays(&run, from, to), delay);
    }
    for (name, kind, delay) in [
        ("hard bounce", BounceKind::Hard, &delay.hard_bounce),
        ("soft bounce", BounceKind::Soft, &delay.soft_bounce),
    ] {
        let of_kind: Vec<_> = run
            .iter()
            .filter(|it| first(it, Bounce, Machine).is_some_and(|it| it.bounce == Some(kind)))
            .cloned()
            .collect();
        assert_distributed(name, delays(&of_kind, sent, (Bounce, Machine)), delay);
    }
    let again = run.iter().flat_map(|it| {
        let opens = it
            .steps()
            .iter()
            .filter(|step| step.event == Open && step.actor == Human);
        let opens: Vec<_> = opens.map(|step| step.at).collect();
        let after = opens
            .iter()
            .skip(1)
            .map(|at| (*at - opens[0]).as_seconds_f64());
        after.collect::<Vec<_>>()
    });
    assert_distributed("reopen", again.collect(), &delay.reopen);
}

#[test]
fn samples_of_another_distribution_are_refused() {
    let usual = SimulationParameters::default().delays;
    let run = runs(&eager(), 1, PEOPLE).concat();
    let opens = delays(
        &run,
        (EventType::Sent, Actor::Machine),
        (EventType::Open, Actor::Human),
    );

    let refused =
        std::panic::catch_unwind(|| assert_distributed("open", opens, &usual.machine_open));

    assert!(refused.is_err());
}

#[test]
fn segments_differ() {
    let simulation = simulation(SimulationParameters::default(), 5);
    let bounced = |segment| {
        let run = journeys(&simulation, 6_000, segment);
        people(&run, EventType::Bounce, Actor::Machine)
    };
    let (valid, risky) = (bounced(Segment::Valid), bounced(Segment::Risky));
    let (invalid, nobodys) = (bounced(Segment::Invalid), bounced(Segment::Nonexistent));

    assert!(valid < risky && risky < invalid && invalid < nobodys);
    let opened = |segment| {
        let run = journeys(&simulation, 6_000, segment);
        people(&run, EventType::Open, Actor::Human)
    };
    assert!(opened(Segment::Risky) < 0.9 * opened(Segment::Valid));
}

#[test]
fn the_same_seed_gives_the_same_events_in_any_order_and_by_any_number_of_workers() {
    let simulation = simulation(eager(), 11);
    let forwards = journeys(&simulation, 2_000, Segment::Valid);

    let mut backwards: Vec<_> = (0..2_000)
        .rev()
        .map(|number| {
            simulation
                .clone()
                .journey(&recipient(number, Segment::Valid))
        })
        .collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);

    let quarters: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4_u128)
            .map(|worker| {
                let simulation = &simulation;
                scope.spawn(move || {
                    let numbers = worker * 500..(worker + 1) * 500;
                    let journey = |number| simulation.journey(&recipient(number, Segment::Valid));
                    numbers.map(journey).collect::<Vec<_>>()
                })
            })
            .collect();
        let done = workers
            .into_iter()
            .map(|it| it.join().expect("a worker ends"));
        done.flatten().collect()
    });
    assert_eq!(forwards, quarters);
}

#[test]
fn another_seed_campaign_or_contact_is_another_run() {
    let one = simulation(eager(), 1);
    let seed = simulation(eager(), 2);
    let campaign = Simulation {
        campaign: kernel::CampaignId::from_uuid(uuid::Uuid::from_u128(9)),
        ..one.clone()
    };
    let run = |simulation: &Simulation| journeys(simulation, 200, Segment::Valid);

    assert_ne!(run(&one), run(&seed));
    assert_ne!(run(&one), run(&campaign));
    let mut ids: Vec<_> = [run(&one), run(&seed), run(&campaign)]
        .concat()
        .iter()
        .flat_map(|it| it.steps().iter().map(|step| step.id).collect::<Vec<_>>())
        .collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
}
