//! Verdicts on events of which somebody knows who did them.
#![expect(clippy::unwrap_used, reason = "what tests stand on")]

use analytics::simulation::{SimulationParameters, Step};
use analytics::verdict::{Evidence, Fetch, Network, Reason, Verdict, judge};
use analytics::{Actor, EventType, Segment};
use proptest::prelude::*;
use time::Duration;

use crate::crowd::{journeys, number, simulation};

const CASES: &str = include_str!("cases/verdicts.tsv");

struct Case<'a> {
    label: Actor,
    evidence: Evidence<'a>,
    note: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    CASES.lines().skip(1).map(case).collect()
}

fn case(line: &str) -> Case<'_> {
    let [
        label,
        event,
        agent,
        sent,
        previous,
        burst,
        links,
        opened,
        flags,
        note,
    ] = line.split('\t').collect::<Vec<_>>()[..]
    else {
        panic!("ten columns: {line}");
    };
    let time = |text: &str| (text != "-").then(|| Duration::milliseconds(text.parse().unwrap()));
    let flag = |name: &str| flags.split(',').any(|flag| flag == name);
    Case {
        label: label.parse().unwrap(),
        evidence: Evidence {
            since_sent: time(sent),
            since_previous: time(previous),
            links_in_burst: burst.parse().unwrap(),
            links_in_mail: links.parse().unwrap(),
            opened_before: opened == "yes",
            fetch: match flags {
                "head" => Fetch::Head,
                "prefetch" => Fetch::Ahead,
                _ => Fetch::Plain,
            },
            took_bait: flag("bait"),
            network: if flag("data-centre") {
                Network::DataCentre
            } else {
                Network::Unknown
            },
            ..Evidence::of(event.parse().unwrap(), (agent != "-").then_some(agent))
        },
        note,
    }
}

#[test]
fn of_labelled_cases_nineteen_of_twenty_are_told_right_and_hardly_a_person_is_called_a_machine() {
    let cases = cases();
    let wrong: Vec<_> = cases
        .iter()
        .filter(|case| judge(&case.evidence).actor != case.label)
        .map(|case| (case.note, judge(&case.evidence)))
        .collect();
    let people = cases.iter().filter(|case| case.label == Actor::Human);
    let people: Vec<_> = people.collect();
    let mistaken = people
        .iter()
        .filter(|it| judge(&it.evidence).actor == Actor::Machine);
    let mistaken = number(mistaken.count()) / number(people.len());

    assert!(cases.len() >= 100 && people.len() >= 50 && cases.len() - people.len() >= 50);
    assert!(
        number(wrong.len()) <= 0.05 * number(cases.len()),
        "{wrong:?}"
    );
    assert!(mistaken < 0.02, "{mistaken}: {wrong:?}");
}

#[test]
fn every_reason_has_a_code_of_its_own_and_a_case() {
    let mut codes: Vec<_> = Reason::ALL.iter().map(|it| it.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Reason::ALL.len());
    for reason in Reason::ALL {
        assert_eq!(reason.code().parse(), Ok(reason));
    }
    assert!("guess".parse::<Reason>().is_err());

    let told: Vec<_> = cases()
        .iter()
        .map(|it| judge(&it.evidence).reason)
        .collect();
    let untold = [Reason::NoAgent, Reason::StrangeAgent];
    for reason in Reason::ALL {
        assert_ne!(
            told.contains(&reason),
            untold.contains(&reason),
            "{reason:?}"
        );
    }
    let verdict = |agent| judge(&Evidence::of(EventType::Open, agent));
    let unknown = |reason| Verdict {
        actor: Actor::Unknown,
        reason,
    };
    assert_eq!(verdict(None), unknown(Reason::NoAgent));
    assert_eq!(verdict(Some("Zorg 3")), unknown(Reason::StrangeAgent));
}

/// Judges a journey's steps one after the other, as they would be when they come in.
fn verdicts(steps: &[Step], links_in_mail: u16) -> Vec<(&Step, Verdict)> {
    let sent = steps[0].at;
    let judged = steps.iter().enumerate().map(|(index, step)| {
        let before = &steps[..index];
        let mut links: Vec<_> = steps[..=index]
            .iter()
            .filter(|it| it.event == EventType::Click && step.at - it.at <= Verdict::BURST)
            .filter_map(|it| it.link)
            .collect();
        links.sort_unstable();
        links.dedup();
        let previous = before.iter().rev().find(|it| it.event != EventType::Sent);
        let evidence = Evidence {
            since_sent: Some(step.at - sent),
            since_previous: previous.map(|it| step.at - it.at),
            links_in_burst: u16::try_from(links.len()).unwrap(),
            links_in_mail,
            opened_before: before.iter().any(|it| it.event == EventType::Open),
            ..Evidence::of(step.event, step.user_agent)
        };
        (step, judge(&evidence))
    });
    judged.collect()
}

#[test]
fn made_up_journeys_are_judged_as_they_were_made() {
    let parameters = SimulationParameters {
        open_rate: 0.6,
        click_rate: 0.4,
        ..SimulationParameters::default()
    };
    let simulation = simulation(parameters, 3);
    let run = journeys(&simulation, 3_000, Segment::Valid);
    let judged: Vec<_> = run
        .iter()
        .flat_map(|it| verdicts(it.steps(), simulation.links))
        .collect();

    let right = judged.iter().filter(|(step, it)| step.actor == it.actor);
    let right = right.count();
    let of_people = judged.iter().filter(|(step, _)| step.actor == Actor::Human);
    let of_people: Vec<_> = of_people.collect();
    let mistaken = of_people
        .iter()
        .filter(|(_, it)| it.actor == Actor::Machine);
    let mistaken = mistaken.count();
    let reasons = of_people
        .iter()
        .filter(|(step, it)| step.reason == it.reason);
    let reasons = reasons.count();

    let (all, people) = (judged.len(), of_people.len());
    assert!(number(right) > 0.98 * number(all), "{right} of {all}");
    assert!(
        number(mistaken) < 0.02 * number(people),
        "{mistaken} of {people}"
    );
    assert!(
        number(reasons) > 0.98 * number(people),
        "{reasons} of {people}"
    );
}

proptest! {
    #[test]
    fn whatever_is_sent_has_a_verdict_and_what_says_prefetch_is_never_a_person(
        event in 0..7_usize,
        agent in proptest::option::of(".{0,80}"),
        since in proptest::option::of(any::<i64>()),
        burst: u16,
        links: u16,
        head: bool,
    ) {
        let evidence = Evidence {
            since_sent: since.map(Duration::microseconds),
            links_in_burst: burst,
            links_in_mail: links,
            fetch: if head { Fetch::Head } else { Fetch::Plain },
            ..Evidence::of(EventType::ALL[event], agent.as_deref())
        };
        prop_assert_eq!(judge(&evidence), judge(&evidence));
        let ahead = Evidence { fetch: Fetch::Ahead, ..evidence };
        prop_assert_eq!(judge(&ahead).actor, Actor::Machine);
    }
}
