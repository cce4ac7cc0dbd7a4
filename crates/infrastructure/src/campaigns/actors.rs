//! Telling people from machines: the port of campaigns over the verdict of analytics.

use analytics::verdict::{self, Verdict};
use campaigns::{ActorJudge, ActorVerdict, EventType, Evidence, Fetch, Judgement};
use time::Duration;

/// Judges by what is known of an event. Nothing is known of networks, nor of how many links a mail has.
#[derive(Clone, Copy, Debug, Default)]
pub struct EvidenceJudge;

impl ActorJudge for EvidenceJudge {
    fn judge(&self, evidence: &Evidence<'_>) -> Judgement {
        let verdict = verdict::judge(&verdict::Evidence {
            since_sent: evidence.since_sent,
            since_previous: evidence.since_previous,
            links_in_burst: evidence.links_in_burst,
            opened_before: evidence.opened_before,
            fetch: match evidence.fetch {
                Fetch::Plain => verdict::Fetch::Plain,
                Fetch::Head => verdict::Fetch::Head,
                Fetch::Ahead => verdict::Fetch::Ahead,
            },
            ..verdict::Evidence::of(event_type(evidence.event_type), evidence.user_agent)
        });
        Judgement {
            actor: match verdict.actor {
                analytics::Actor::Human => ActorVerdict::Human,
                analytics::Actor::Machine => ActorVerdict::Machine,
                analytics::Actor::Unknown => ActorVerdict::Unknown,
            },
            reason: verdict.reason.code(),
        }
    }

    fn burst(&self) -> Duration {
        Verdict::BURST
    }
}

const fn event_type(event_type: EventType) -> analytics::EventType {
    match event_type {
        EventType::Sent => analytics::EventType::Sent,
        EventType::Open => analytics::EventType::Open,
        EventType::Click => analytics::EventType::Click,
        EventType::Bounce => analytics::EventType::Bounce,
        EventType::Unsubscribe => analytics::EventType::Unsubscribe,
        EventType::FormView => analytics::EventType::FormView,
        EventType::FormSubmit => analytics::EventType::FormSubmit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events of which somebody knows who did them.
    const CASES: &str = include_str!("../../../analytics/tests/it/cases/verdicts.tsv");

    struct Case<'a> {
        label: &'a str,
        evidence: Evidence<'a>,
        note: &'a str,
    }

    impl Case<'_> {
        fn told(&self) -> &'static str {
            EvidenceJudge.judge(&self.evidence).actor.as_str()
        }
    }

    /// A case with what the program knows of it; `None` of what falls into a form's trap, which nobody judges.
    fn case(line: &str) -> Option<Case<'_>> {
        let [
            label,
            event,
            agent,
            sent,
            previous,
            burst,
            _,
            opened,
            flags,
            note,
        ] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("ten columns: {line}");
        };
        let time = |text: &str| {
            let known = (text != "-").then_some(text)?;
            Some(Duration::milliseconds(known.parse().unwrap()))
        };
        let evidence = Evidence {
            event_type: event.parse().unwrap(),
            user_agent: (agent != "-").then_some(agent),
            fetch: match flags {
                "head" => Fetch::Head,
                "prefetch" => Fetch::Ahead,
                _ => Fetch::Plain,
            },
            since_sent: time(sent),
            since_previous: time(previous),
            links_in_burst: burst.parse().unwrap(),
            opened_before: opened == "yes",
        };
        (flags != "bait").then_some(Case {
            label,
            evidence,
            note,
        })
    }

    #[test]
    fn of_labelled_cases_nineteen_of_twenty_are_told_right_with_what_the_program_knows() {
        let cases: Vec<_> = CASES.lines().skip(1).filter_map(case).collect();
        let wrong = cases.iter().filter(|it| it.told() != it.label);
        let wrong: Vec<_> = wrong.map(|it| (it.note, it.told())).collect();
        let people: Vec<_> = cases.iter().filter(|it| it.label == "human").collect();
        let mistaken = people.iter().filter(|it| it.told() == "machine").count();

        assert!(cases.len() >= 100 && people.len() >= 50);
        assert!(20 * wrong.len() <= cases.len(), "{wrong:?}");
        assert_eq!(mistaken, 0, "{wrong:?}");
    }

    #[test]
    fn names_are_the_same_in_both_contexts() {
        for it in EventType::ALL {
            assert_eq!(event_type(it).as_str(), it.as_str());
        }
    }

    #[test]
    fn all_evidence_is_heard() {
        let reader = Evidence {
            event_type: EventType::Click,
            user_agent: Some(
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            ),
            fetch: Fetch::Plain,
            since_sent: Some(Duration::HOUR),
            since_previous: None,
            links_in_burst: 1,
            opened_before: true,
        };
        let code = |evidence: Evidence<'_>| EvidenceJudge.judge(&evidence).reason;

        assert_eq!(code(reader), "reader");
        let with = [
            (
                Evidence {
                    user_agent: Some("curl/8.0"),
                    ..reader
                },
                "tool-agent",
            ),
            (
                Evidence {
                    fetch: Fetch::Head,
                    ..reader
                },
                "head-request",
            ),
            (
                Evidence {
                    fetch: Fetch::Ahead,
                    ..reader
                },
                "prefetch",
            ),
            (
                Evidence {
                    since_sent: Some(Duration::SECOND),
                    ..reader
                },
                "too-fast-click",
            ),
            (
                Evidence {
                    links_in_burst: 4,
                    ..reader
                },
                "link-burst",
            ),
        ];
        for (evidence, reason) in with {
            assert_eq!(code(evidence), reason);
        }
        let quick = Evidence {
            event_type: EventType::FormSubmit,
            since_previous: Some(Duration::milliseconds(100)),
            ..reader
        };
        assert_eq!(code(quick), "too-fast-form");
    }
}
