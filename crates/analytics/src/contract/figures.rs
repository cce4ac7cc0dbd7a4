//! `FigureReader` and `Subjects`

use std::collections::BTreeMap;

use kernel::{ContactId, Timestamp};
use time::macros::{date, datetime};
use time::{Date, Duration};

use super::chance::{Draw, TURNS, naive};
use super::tenant::{NOW, Tenant, figures, id, opening, period, utc, year};
use super::{Happening, NewLead, Subject};
use crate::metrics::{ByActor, Calendar, Counts, Tally};
use crate::{Actor, EventType, HONEYPOT, LeadCount, Segment};

/// The cases of what events and leads amount to.
#[macro_export]
macro_rules! for_each_figure_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            figures_are_those_of_a_naive_count_whatever_was_counted_ahead,
            somebody_is_one_person_of_any_range_of_days,
            what_a_robot_wrote_into_a_trap_is_no_event,
            several_campaigns_are_told_apart_and_their_days_summed_up,
            segments_are_what_was_known_of_recipients,
            segments_of_campaigns_are_told_by_campaign_and_summed_by_day,
            leads_are_told_apart_by_campaign_source_and_segment,
            a_campaign_spans_from_its_first_event_to_its_last,
            organizations_and_living_campaigns_are_known,
            other_tenants_have_figures_of_their_own,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_figure_case!([kernel::dispatch_contract_case] name subject);
}

fn somebody() -> ContactId {
    id(ContactId::from_uuid)
}

/// So many openings by so many people.
fn opened(events: u64, people: u64) -> Counts {
    Counts {
        opened: ByActor {
            human: Tally { events, people },
            ..ByActor::default()
        },
        ..Counts::default()
    }
}

fn first_day() -> Date {
    date!(2026 - 03 - 01)
}

fn noon(day: i64) -> Timestamp {
    datetime!(2026-03-01 12:00 UTC) + Duration::days(day)
}

mod cases {
    use super::{
        Actor, BTreeMap, Calendar, Counts, Draw, Duration, EventType, HONEYPOT, Happening,
        LeadCount, NOW, NewLead, Segment, Subject, TURNS, Tally, Tenant, datetime, figures,
        first_day, naive, noon, opened, opening, period, somebody, utc, year,
    };

    pub(super) async fn figures_are_those_of_a_naive_count_whatever_was_counted_ahead<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        for (seed, (zone, turn)) in (1..).zip(TURNS) {
            let (mut draw, zone) = (Draw(seed), zone.parse().unwrap());
            let people: Vec<_> = (0..7).map(|_| somebody()).collect();
            let campaign = subject.add_campaign(tenant.id(), "Random").await;
            let mut events = Vec::new();
            for round in 0..4 {
                for _ in 0..2 {
                    let new: Vec<_> = (0..=draw.below(12))
                        .map(|_| draw.event(campaign, &people, turn))
                        .collect();
                    subject.record(tenant.id(), &new).await;
                    events.extend(new);
                }
                for _ in 0..3 {
                    let period = draw.period(turn);
                    let seen = tenant.figures(subject, campaign, &zone, period).await;
                    let expected = naive(campaign, &events, &zone, period);
                    assert_eq!(seen, expected, "{zone}, round {round}, {period:?}");
                }
                // Nothing, some of it, or all; or some of what was counted is forgotten.
                match draw.below(5) {
                    0 => {}
                    1 => {
                        tenant.count_some(subject, campaign, &zone, 5).await;
                    }
                    2 => {
                        tenant.forget_some(subject, campaign, &zone, 5).await;
                    }
                    _ => tenant.count(subject, campaign, &zone).await,
                }
                let seen = tenant.figures(subject, campaign, &zone, year()).await;
                assert_eq!(seen, naive(campaign, &events, &zone, year()), "{zone}");
                let drift = tenant.drift(subject, campaign, &zone).await;
                assert_eq!(drift, [], "{zone}, round {round}");
            }
        }
    }

    pub(super) async fn somebody_is_one_person_of_any_range_of_days<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (often, once) = (somebody(), somebody());
        // Counted ahead but for the last two, of which one is of a day that was counted.
        let ahead = [(often, noon(0)), (often, noon(2)), (once, noon(4))];
        let campaign = tenant.add_opened(subject, &ahead).await;
        tenant.count(subject, campaign, &utc()).await;
        let tail = [
            opening(campaign, often, noon(5)),
            opening(campaign, often, noon(4)),
        ];
        subject.record(tenant.id(), &tail).await;

        for (first, last, events, people) in [
            (0, 5, 5, 2),
            (0, 0, 1, 1),
            (1, 3, 1, 1),
            (1, 4, 3, 2),
            (3, 5, 3, 2),
            (5, 5, 1, 1),
            (6, 9, 0, 0),
        ] {
            let days = period(
                first_day() + Duration::days(first),
                first_day() + Duration::days(last),
            );
            let seen = tenant.figures(subject, campaign, &utc(), days).await;
            let total = seen.campaigns.get(&campaign).copied().unwrap_or_default();
            assert_eq!(total, opened(events, people), "{first} to {last}");
        }
    }

    pub(super) async fn what_a_robot_wrote_into_a_trap_is_no_event<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let campaign = subject.add_campaign(tenant.id(), "Trap").await;
        let sent = |actor, reason, second| Happening {
            event: EventType::FormSubmit,
            actor,
            reason,
            ..opening(campaign, somebody(), noon(0) + Duration::seconds(second))
        };
        let events = [
            sent(Actor::Machine, Some(HONEYPOT), 0),
            sent(Actor::Machine, Some("burst"), 1),
            sent(Actor::Human, Some(HONEYPOT), 2),
            sent(Actor::Machine, None, 3),
        ];
        subject.record(tenant.id(), &events).await;

        let mut expected = Counts::default();
        expected.submitted.machine = Tally {
            events: 2,
            people: 2,
        };
        expected.submitted.human = Tally {
            events: 1,
            people: 1,
        };
        let expected = figures(campaign, expected, [(first_day(), expected, 0)]);
        let seen = tenant.figures(subject, campaign, &utc(), year()).await;
        assert_eq!(seen, expected);
        tenant.count(subject, campaign, &utc()).await;
        let seen = tenant.figures(subject, campaign, &utc(), year()).await;
        assert_eq!(seen, expected);
        assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
    }

    pub(super) async fn several_campaigns_are_told_apart_and_their_days_summed_up<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (both, one) = (somebody(), somebody());
        let first = tenant
            .add_opened(subject, &[(both, noon(0)), (one, noon(0))])
            .await;
        let second = tenant
            .add_opened(subject, &[(both, noon(0)), (both, noon(1))])
            .await;
        let idle = subject.add_campaign(tenant.id(), "Idle").await;
        tenant.count(subject, first, &utc()).await;

        let unit = tenant.begin(subject).await;
        let days = Calendar::of(&utc()).days(year());
        let asked = [second, idle, first];
        let reader = unit.figures();
        let seen = reader.figures_of(&asked, &utc(), &days).await.unwrap();
        let expected = BTreeMap::from([(first, opened(2, 2)), (second, opened(2, 1))]);
        assert_eq!(seen.campaigns, expected);
        let on_days: Vec<_> = seen.days.values().map(|day| day.counts).collect();
        assert_eq!(on_days, [opened(3, 3), opened(1, 1)]);
        let nothing = reader.figures_of(&[], &utc(), &days).await.unwrap();
        assert_eq!(nothing, crate::Figures::default());
    }

    pub(super) async fn segments_are_what_was_known_of_recipients<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (valid, risky, stranger) = (somebody(), somebody(), somebody());
        let instants = [
            (valid, noon(0)),
            (valid, noon(1)),
            (risky, noon(1)),
            (stranger, noon(1)),
        ];
        let campaign = tenant.add_opened(subject, &instants).await;
        let known = [(valid, Segment::Valid), (risky, Segment::Risky)];
        subject.add_recipients(tenant.id(), campaign, &known).await;

        let unit = tenant.begin(subject).await;
        let days = Calendar::of(&utc()).days(year());
        let seen = unit.figures().figures_by_segment(&[campaign], &days).await;
        let second = first_day().next_day().unwrap();
        let expected = BTreeMap::from([
            (
                Segment::Valid,
                figures(
                    campaign,
                    opened(2, 1),
                    [(first_day(), opened(1, 1), 0), (second, opened(1, 1), 0)],
                ),
            ),
            (
                Segment::Risky,
                figures(campaign, opened(1, 1), [(second, opened(1, 1), 0)]),
            ),
        ]);
        assert_eq!(seen.unwrap(), expected);
    }

    pub(super) async fn segments_of_campaigns_are_told_by_campaign_and_summed_by_day<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (both, other) = (somebody(), somebody());
        let first = [(both, noon(0)), (both, noon(1)), (other, noon(1))];
        let first = tenant.add_opened(subject, &first).await;
        let second = tenant.add_opened(subject, &[(both, noon(1))]).await;
        let idle = tenant.add_opened(subject, &[]).await;
        for campaign in [first, second, idle] {
            let known = [(both, Segment::Valid), (other, Segment::Risky)];
            subject.add_recipients(tenant.id(), campaign, &known).await;
        }

        let unit = tenant.begin(subject).await;
        let days = Calendar::of(&utc()).days(year());
        let asked = [second, idle, first];
        let seen = unit.figures().figures_by_segment(&asked, &days).await;
        let mut seen = seen.unwrap();
        let valid = seen.remove(&Segment::Valid).unwrap();
        let expected = BTreeMap::from([(first, opened(2, 1)), (second, opened(1, 1))]);
        assert_eq!(valid.campaigns, expected);
        // Somebody counts once in each campaign.
        let on_days: Vec<_> = valid.days.values().map(|day| day.counts).collect();
        assert_eq!(on_days, [opened(1, 1), opened(2, 2)]);
        let risky = seen.remove(&Segment::Risky).unwrap();
        assert_eq!(risky.campaigns, BTreeMap::from([(first, opened(1, 1))]));
        assert_eq!(seen, BTreeMap::new());
        let nothing = unit.figures().figures_by_segment(&[], &days).await;
        assert_eq!(nothing.unwrap(), BTreeMap::new());
    }

    pub(super) async fn leads_are_told_apart_by_campaign_source_and_segment<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let first = subject.add_campaign(tenant.id(), "First").await;
        let second = subject.add_campaign(tenant.id(), "Second").await;
        let recipients = [(somebody(), Segment::Valid), (somebody(), Segment::Valid)];
        subject
            .add_recipients(tenant.id(), first, &recipients)
            .await;
        let lead = NewLead {
            campaign: first,
            contact: None,
            source: "direct_form",
            at: noon(3),
            answered_at: None,
            is_converted: false,
        };
        let mailed = |index: usize, is_converted| NewLead {
            contact: Some(recipients[index].0),
            source: "email_campaign",
            is_converted,
            ..lead
        };
        for lead in [
            lead,
            mailed(0, true),
            mailed(1, false),
            // Written down afterwards, as of a virtual past.
            NewLead {
                at: NOW,
                answered_at: Some(noon(4)),
                ..lead
            },
            NewLead {
                campaign: second,
                ..lead
            },
            // Before and after the days that are asked for.
            NewLead {
                at: noon(2),
                ..lead
            },
            NewLead {
                at: noon(5),
                ..lead
            },
        ] {
            subject.add_lead(tenant.id(), lead).await;
        }

        let count = |campaign, source: &str, segment, leads, converted| LeadCount {
            campaign,
            source: source.to_owned(),
            segment,
            leads,
            converted,
        };
        let unit = tenant.begin(subject).await;
        let (from, to) = (noon(3), noon(5));
        let both = [second, first];
        for (by_segment, segment) in [(true, Some(Segment::Valid)), (false, None)] {
            let leads = unit.figures().leads_of(&both, from, to, by_segment).await;
            let expected = [
                count(first, "direct_form", None, 2, 0),
                count(first, "email_campaign", segment, 2, 1),
                count(second, "direct_form", None, 1, 0),
            ];
            assert_eq!(leads.unwrap(), expected);
            let leads = unit
                .figures()
                .leads_of(&[second], from, to, by_segment)
                .await;
            assert_eq!(leads.unwrap(), expected[2..]);
        }
    }

    pub(super) async fn a_campaign_spans_from_its_first_event_to_its_last<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (first, last) = (
            datetime!(2026-02-27 1:02:03.000_004 UTC),
            datetime!(2026-05-02 0:00 UTC),
        );
        let campaign = tenant
            .add_opened(subject, &[(somebody(), noon(0)), (somebody(), first)])
            .await;
        let click = Happening {
            event: EventType::Click,
            ..opening(campaign, somebody(), last)
        };
        subject.record(tenant.id(), &[click]).await;
        let idle = subject.add_campaign(tenant.id(), "Idle").await;

        let unit = tenant.begin(subject).await;
        let span = unit.figures().span_of(campaign).await.unwrap();
        assert_eq!(span, Some((first, last)));
        assert_eq!(unit.figures().span_of(idle).await.unwrap(), None);
    }

    pub(super) async fn organizations_and_living_campaigns_are_known<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let first = subject.add_campaign(tenant.id(), "Łódź & \"Söhne\"").await;
        let gone = subject.add_campaign(tenant.id(), "Gone").await;
        subject.delete_campaign(tenant.id(), gone).await;
        let last = subject.add_campaign(tenant.id(), "Last").await;

        let unit = tenant.begin(subject).await;
        let subjects = unit.subjects();
        let organization = subjects.organization().await.unwrap().unwrap();
        assert_eq!(organization.time_zone, utc());
        assert!(!organization.name.is_empty());
        let known = subjects.campaign(first).await.unwrap().unwrap();
        assert_eq!((known.id, known.name.as_str()), (first, "Łódź & \"Söhne\""));
        assert_eq!(known.status, "draft");
        assert_eq!(subjects.campaign(gone).await.unwrap(), None);
        let all = subjects.campaigns().await.unwrap();
        let ids: Vec<_> = all.iter().map(|it| it.id).collect();
        assert_eq!(ids, [first, last]);
        let unit = other.begin(subject).await;
        assert_eq!(unit.subjects().campaign(first).await.unwrap(), None);
        assert_eq!(unit.subjects().campaigns().await.unwrap(), []);
    }

    pub(super) async fn other_tenants_have_figures_of_their_own<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let person = somebody();
        let campaign = tenant.add_opened(subject, &[(person, noon(0))]).await;
        let known = [(person, Segment::Valid)];
        subject.add_recipients(tenant.id(), campaign, &known).await;
        let lead = NewLead {
            campaign,
            contact: Some(person),
            source: "api",
            at: noon(0),
            answered_at: None,
            is_converted: false,
        };
        subject.add_lead(tenant.id(), lead).await;
        tenant.count(subject, campaign, &utc()).await;

        let unit = other.begin(subject).await;
        let days = Calendar::of(&utc()).days(year());
        let reader = unit.figures();
        let seen = reader.figures_of(&[campaign], &utc(), &days).await;
        assert_eq!(seen.unwrap(), crate::Figures::default());
        let seen = reader.figures_by_segment(&[campaign], &days).await;
        assert_eq!(seen.unwrap(), BTreeMap::new());
        for by_segment in [false, true] {
            let leads = reader
                .leads_of(&[campaign], noon(0), noon(1), by_segment)
                .await;
            assert_eq!(leads.unwrap(), []);
        }
        assert_eq!(reader.span_of(campaign).await.unwrap(), None);
        let until = reader.final_until(&[campaign], &utc()).await;
        assert_eq!(until.unwrap(), None);
    }
}
