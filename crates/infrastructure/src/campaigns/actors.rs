//! Telling people from machines: the port of campaigns over the verdict of analytics.

use analytics::verdict::{self, Verdict};
use campaigns::{ActorJudge, ActorVerdict, EventType, Evidence, Fetch, Judgement};
use time::Duration;

/// Judges by what is known of an event.
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
