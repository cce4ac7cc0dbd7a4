//! `Aggregations`, and the unit that they are part of

use kernel::ContactId;
use time::macros::{date, datetime};

use super::Subject;
use super::tenant::{NOW, Tenant, figures, id, opening, period, utc, year};
use crate::metrics::{ByActor, Calendar, Counts, Tally};
use crate::{CountingState, EventType};

/// The cases of what is counted ahead.
#[macro_export]
macro_rules! for_each_aggregation_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            what_was_recorded_is_to_be_counted_until_somebody_counts_it,
            what_is_counted_in_steps_amounts_to_the_same_at_each_of_them,
            events_of_a_type_are_counted_before_others_and_amount_to_the_same,
            types_are_taken_of_what_is_countable_alone,
            what_was_counted_in_days_of_another_zone_is_to_be_counted_anew,
            what_comes_when_a_day_is_final_is_late,
            a_day_of_which_something_is_left_to_count_is_not_made_final,
            what_was_never_counted_is_not_late_however_old_it_is,
            what_is_forgotten_counts_as_new_from_the_first_step_on,
            what_was_counted_does_not_drift,
            what_is_not_committed_was_not_counted,
            other_tenants_count_their_own_events,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_aggregation_case!([kernel::dispatch_contract_case] name subject);
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

mod cases {
    use super::{
        Calendar, CountingState, EventType, NOW, Subject, Tenant, date, datetime, figures, opened,
        opening, period, somebody, utc, year,
    };

    pub(super) async fn what_was_recorded_is_to_be_counted_until_somebody_counts_it<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let at = datetime!(2026-03-01 23:30 UTC);
        let first = tenant.add_opened(subject, &[(somebody(), at)]).await;
        let later = (somebody(), datetime!(2026-03-05 0:00 UTC));
        let opened = [(somebody(), at), later];
        let second = tenant.add_opened(subject, &opened).await;
        let idle = subject.add_campaign(tenant.id(), "Idle").await;
        assert!(first < second && second < idle);

        let unit = tenant.begin(subject).await;
        let aggregations = unit.aggregations();
        let next = aggregations.next_outdated(&utc(), None).await.unwrap();
        assert_eq!(next, Some(first));
        let next = aggregations.next_outdated(&utc(), next).await.unwrap();
        assert_eq!(next, Some(second));
        let next = aggregations.next_outdated(&utc(), next).await.unwrap();
        assert_eq!(next, None);
        let state = aggregations.take(second, &utc(), NOW).await.unwrap();
        assert_eq!(state, CountingState::Countable);
        let next = aggregations.next_outdated(&utc(), Some(first)).await;
        assert_eq!(next.unwrap(), Some(second));
        let calendar = Calendar::of(&utc());
        let counting = aggregations.count_noted(second, &EventType::ALL, &calendar, 1_000, NOW);
        assert!(!counting.await.unwrap());
        let next = aggregations.next_outdated(&utc(), Some(first)).await;
        assert_eq!(next.unwrap(), None);
        unit.commit().await.unwrap();

        let again = opening(second, somebody(), at + time::Duration::SECOND);
        subject.record(tenant.id(), &[again]).await;
        let unit = tenant.begin(subject).await;
        let aggregations = unit.aggregations();
        let next = aggregations.next_outdated(&utc(), Some(first)).await;
        assert_eq!(next.unwrap(), Some(second));
        let state = aggregations.try_take(second, &utc(), NOW).await.unwrap();
        assert_eq!(state, Some(CountingState::Countable));
        drop(unit);
        let unit = tenant.begin(subject).await;
        let berlin = "Europe/Berlin".parse().unwrap();
        let state = unit.aggregations().take(second, &berlin, NOW).await;
        assert_eq!(state.unwrap(), CountingState::Moved(utc()));
    }

    pub(super) async fn what_is_counted_in_steps_amounts_to_the_same_at_each_of_them<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let person = somebody();
        let day = |day| datetime!(2026-03-01 12:00 UTC) + time::Duration::days(day);
        // Days are recorded in another order than they are counted in, and some before and some behind what was counted.
        let campaign = tenant.add_opened(subject, &[(person, day(2))]).await;
        tenant.count(subject, campaign, &utc()).await;
        for (at, contact) in [
            (day(4), person),
            (day(0), person),
            (day(2) + time::Duration::SECOND, person),
            (day(2) + time::Duration::MINUTE, somebody()),
            (day(1), person),
        ] {
            let event = opening(campaign, contact, at);
            subject.record(tenant.id(), &[event]).await;
        }

        let first = date!(2026 - 03 - 01);
        let on = |day| first + time::Duration::days(day);
        let whole = figures(
            campaign,
            opened(6, 2),
            [
                (on(0), opened(1, 1), 0),
                (on(1), opened(1, 1), 0),
                (on(2), opened(3, 2), 0),
                (on(4), opened(1, 1), 0),
            ],
        );
        let part = figures(
            campaign,
            opened(4, 2),
            [(on(1), opened(1, 1), 0), (on(2), opened(3, 2), 0)],
        );
        let mut steps = 0;
        loop {
            let seen = tenant.figures(subject, campaign, &utc(), year()).await;
            assert_eq!(seen, whole, "after {steps} steps");
            let days = period(on(1), on(3));
            let seen = tenant.figures(subject, campaign, &utc(), days).await;
            assert_eq!(seen, part, "after {steps} steps");
            let drift = tenant.drift(subject, campaign, &utc()).await;
            assert_eq!(drift, [], "after {steps} steps");
            if steps == 5 {
                break;
            }
            let is_left = tenant.count_some(subject, campaign, &utc(), 1).await;
            steps += 1;
            assert_eq!(is_left, steps < 5);
        }
        assert!(!tenant.count_some(subject, campaign, &utc(), 1).await);
    }

    pub(super) async fn events_of_a_type_are_counted_before_others_and_amount_to_the_same<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (person, at) = (somebody(), datetime!(2026-03-01 12:00 UTC));
        let campaign = tenant.add_opened(subject, &[(person, at)]).await;
        tenant.count(subject, campaign, &utc()).await;
        let mut later = Vec::new();
        for day in 0..3 {
            for event in [EventType::Open, EventType::Click, EventType::Sent] {
                let at = at + time::Duration::days(day) + time::Duration::SECOND;
                let opened = opening(campaign, person, at);
                later.push(crate::contract::Happening { event, ..opened });
            }
        }
        subject.record(tenant.id(), &later).await;
        let whole = tenant.figures(subject, campaign, &utc(), year()).await;
        let counts = whole.campaigns[&campaign];
        assert_eq!(counts.opened, opened(4, 1).opened);
        assert_eq!(counts.clicked.human, counts.sent);

        let types = [EventType::Click, EventType::Bounce, EventType::Open];
        for event_type in types {
            let unit = tenant.begin(subject).await;
            let aggregations = unit.aggregations();
            let taken = aggregations.take_type(campaign, &utc(), event_type).await;
            assert!(taken.unwrap());
            let (types, calendar) = ([event_type], Calendar::of(&utc()));
            let counting = aggregations.count_noted(campaign, &types, &calendar, 3, NOW);
            // There are three of each, and nothing is left of this type however much is of others.
            assert!(!counting.await.unwrap(), "{event_type:?}");
            unit.commit().await.unwrap();
            let seen = tenant.figures(subject, campaign, &utc(), year()).await;
            assert_eq!(seen, whole, "{event_type:?}");
            assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
        }
        // Of other types there is something left, and so the campaign is not counted.
        let unit = tenant.begin(subject).await;
        let next = unit.aggregations().next_outdated(&utc(), None).await;
        assert_eq!(next.unwrap(), Some(campaign));
        drop(unit);
        tenant.count(subject, campaign, &utc()).await;
        let unit = tenant.begin(subject).await;
        let next = unit.aggregations().next_outdated(&utc(), None).await;
        assert_eq!(next.unwrap(), None);
        let seen = tenant.figures(subject, campaign, &utc(), year()).await;
        assert_eq!(seen, whole);
    }

    pub(super) async fn types_are_taken_of_what_is_countable_alone<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let at = datetime!(2026-03-01 12:00 UTC);
        let campaign = tenant.add_opened(subject, &[(somebody(), at)]).await;
        let is_taken = async |zone: &kernel::TimeZoneName| {
            let unit = tenant.begin(subject).await;
            let aggregations = unit.aggregations();
            let taking = aggregations.take_type(campaign, zone, EventType::Open);
            taking.await.unwrap()
        };

        assert!(!is_taken(&utc()).await);
        tenant.count(subject, campaign, &utc()).await;
        assert!(is_taken(&utc()).await);
        let berlin = "Europe/Berlin".parse().unwrap();
        assert!(!is_taken(&berlin).await);
        while tenant.count_some(subject, campaign, &berlin, 1).await {
            assert!(!is_taken(&utc()).await);
            assert!(!is_taken(&berlin).await);
        }
        assert!(is_taken(&berlin).await);
        assert!(!is_taken(&utc()).await);
    }

    pub(super) async fn what_was_counted_in_days_of_another_zone_is_to_be_counted_anew<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let berlin = "Europe/Berlin".parse().unwrap();
        // On both sides of midnight in Berlin, and on one in UTC.
        let instants = [
            datetime!(2026-03-01 22:59 UTC),
            datetime!(2026-03-01 23:00 UTC),
        ];
        let person = somebody();
        let campaign = tenant
            .add_opened(subject, &instants.map(|at| (person, at)))
            .await;
        tenant.count(subject, campaign, &utc()).await;

        let in_utc = figures(
            campaign,
            opened(2, 1),
            [(date!(2026 - 03 - 01), opened(2, 1), 0)],
        );
        let in_berlin = figures(
            campaign,
            opened(2, 1),
            [
                (date!(2026 - 03 - 01), opened(1, 1), 0),
                (date!(2026 - 03 - 02), opened(1, 1), 0),
            ],
        );
        let seen = tenant.figures(subject, campaign, &utc(), year()).await;
        assert_eq!(seen, in_utc);
        let seen = tenant.figures(subject, campaign, &berlin, year()).await;
        assert_eq!(seen, in_berlin);
        let unit = tenant.begin(subject).await;
        let next = unit.aggregations().next_outdated(&berlin, None).await;
        assert_eq!(next.unwrap(), Some(campaign));
        drop(unit);

        let is_left = tenant.count_some(subject, campaign, &berlin, 1).await;
        let seen = tenant.figures(subject, campaign, &berlin, year()).await;
        assert_eq!(seen, in_berlin);
        if is_left {
            tenant.count(subject, campaign, &berlin).await;
        }
        let unit = tenant.begin(subject).await;
        let next = unit.aggregations().next_outdated(&berlin, None).await;
        assert_eq!(next.unwrap(), None);
        drop(unit);
        let seen = tenant.figures(subject, campaign, &berlin, year()).await;
        assert_eq!(seen, in_berlin);
        assert_eq!(tenant.drift(subject, campaign, &berlin).await, []);
        let seen = tenant.figures(subject, campaign, &utc(), year()).await;
        assert_eq!(seen, in_utc);
        assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
    }

    pub(super) async fn what_comes_when_a_day_is_final_is_late<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let person = somebody();
        let (early, late) = (
            datetime!(2026-03-01 12:00 UTC),
            datetime!(2026-03-02 12:00 UTC),
        );
        let campaign = tenant
            .add_opened(subject, &[(person, early), (person, late)])
            .await;
        tenant.count(subject, campaign, &utc()).await;
        let last = date!(2026 - 03 - 01);
        tenant.finish(subject, &utc(), last).await;
        let until = tenant.final_until(subject, &[campaign], &utc()).await;
        assert_eq!(until, Some(last));

        let somebody = somebody();
        let again = [
            opening(campaign, person, early + time::Duration::SECOND),
            opening(campaign, somebody, early),
            opening(campaign, somebody, late),
        ];
        subject.record(tenant.id(), &again).await;

        let expected = figures(
            campaign,
            opened(3, 2),
            [
                (last, opened(1, 1), 2),
                (date!(2026 - 03 - 02), opened(2, 2), 0),
            ],
        );
        // Whether it is counted ahead or not.
        for _ in 0..2 {
            let seen = tenant.figures(subject, campaign, &utc(), year()).await;
            assert_eq!(seen, expected);
            assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
            tenant.count(subject, campaign, &utc()).await;
        }
        // A day that is final does not become another one.
        tenant.finish(subject, &utc(), date!(2026 - 02 - 01)).await;
        let until = tenant.final_until(subject, &[campaign], &utc()).await;
        assert_eq!(until, Some(last));
    }

    pub(super) async fn a_day_of_which_something_is_left_to_count_is_not_made_final<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let at = datetime!(2026-03-01 12:00 UTC);
        let last = date!(2026 - 03 - 01);
        let campaign = tenant.add_opened(subject, &[(somebody(), at)]).await;
        tenant.count(subject, campaign, &utc()).await;
        let again = opening(campaign, somebody(), at);
        subject.record(tenant.id(), &[again]).await;

        tenant.finish(subject, &utc(), last).await;

        let until = tenant.final_until(subject, &[campaign], &utc()).await;
        assert_eq!(until, None);
        let expected = figures(campaign, opened(2, 2), [(last, opened(2, 2), 0)]);
        let seen = tenant.figures(subject, campaign, &utc(), year()).await;
        assert_eq!(seen, expected);
        // What is left of a later day keeps nothing open.
        tenant.count(subject, campaign, &utc()).await;
        let later = opening(campaign, somebody(), at + time::Duration::days(2));
        subject.record(tenant.id(), &[later]).await;
        tenant.finish(subject, &utc(), last).await;
        let until = tenant.final_until(subject, &[campaign], &utc()).await;
        assert_eq!(until, Some(last));
    }

    pub(super) async fn what_was_never_counted_is_not_late_however_old_it_is<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let at = datetime!(2026-03-01 12:00 UTC);
        let counted = tenant.add_opened(subject, &[(somebody(), at)]).await;
        tenant.count(subject, counted, &utc()).await;
        let until = date!(2026 - 03 - 10);
        tenant.finish(subject, &utc(), until).await;
        let idle = subject.add_campaign(tenant.id(), "Idle").await;
        let both = [counted, idle];
        let seen = tenant.final_until(subject, &both, &utc()).await;
        assert_eq!(seen, Some(until));

        let campaign = tenant.add_opened(subject, &[(somebody(), at)]).await;

        let expected = figures(
            campaign,
            opened(1, 1),
            [(date!(2026 - 03 - 01), opened(1, 1), 0)],
        );
        let both = [counted, campaign];
        for _ in 0..2 {
            let seen = tenant.figures(subject, campaign, &utc(), year()).await;
            assert_eq!(seen, expected);
            let until = tenant.final_until(subject, &both, &utc()).await;
            assert_eq!(until, None);
            tenant.count(subject, campaign, &utc()).await;
        }
        // Sums of other days make none final.
        let berlin = "Europe/Berlin".parse().unwrap();
        let until = tenant.final_until(subject, &[counted], &berlin).await;
        assert_eq!(until, None);
    }

    pub(super) async fn what_is_forgotten_counts_as_new_from_the_first_step_on<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let instants = [
            datetime!(2026-03-01 12:00 UTC),
            datetime!(2026-03-02 12:00 UTC),
        ];
        let campaign = tenant
            .add_opened(subject, &instants.map(|at| (somebody(), at)))
            .await;
        tenant.count(subject, campaign, &utc()).await;
        tenant.finish(subject, &utc(), date!(2026 - 03 - 10)).await;
        let late = opening(campaign, somebody(), instants[0]);
        subject.record(tenant.id(), &[late]).await;
        let expected = |more: u64| {
            let day = |people| opened(people, people);
            let days = [
                (instants[0].date(), day(2 + more), 0),
                (instants[1].date(), day(1 + more), 0),
            ];
            figures(campaign, day(3 + 2 * more), days)
        };

        let mut steps = 0;
        loop {
            let is_left = tenant.forget_some(subject, campaign, &utc(), 1).await;
            let seen = tenant.figures(subject, campaign, &utc(), year()).await;
            assert_eq!(seen, expected(steps), "after {steps} more");
            let until = tenant.final_until(subject, &[campaign], &utc()).await;
            assert_eq!(until, None);
            let unit = tenant.begin(subject).await;
            let next = unit.aggregations().next_outdated(&utc(), None).await;
            assert_eq!(next.unwrap(), Some(campaign));
            drop(unit);
            // On days that are noted anew already, and on days that are not.
            let more = instants.map(|at| opening(campaign, somebody(), at));
            subject.record(tenant.id(), &more).await;
            steps += 1;
            if !is_left {
                break;
            }
        }

        for _ in 0..2 {
            let seen = tenant.figures(subject, campaign, &utc(), year()).await;
            assert_eq!(seen, expected(steps));
            let first = instants[0].date();
            let only = period(first, first);
            let seen = tenant.figures(subject, campaign, &utc(), only).await;
            let people = opened(2 + steps, 2 + steps);
            assert_eq!(seen, figures(campaign, people, [(first, people, 0)]));
            assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
            tenant.count(subject, campaign, &utc()).await;
        }
    }

    pub(super) async fn what_was_counted_does_not_drift<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (person, at) = (somebody(), datetime!(2026-03-01 12:00 UTC));
        let days = [0, 1, 3, 4].map(|day| (person, at + time::Duration::days(day)));
        let campaign = tenant.add_opened(subject, &days).await;

        assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
        assert_eq!(tenant.counted_span(subject, campaign).await, None);
        tenant.count(subject, campaign, &utc()).await;
        assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
        let span = (date!(2026 - 03 - 01), date!(2026 - 03 - 05));
        assert_eq!(tenant.counted_span(subject, campaign).await, Some(span));
        tenant.finish(subject, &utc(), date!(2026 - 03 - 02)).await;
        let between = [1, 2].map(|day| {
            opening(
                campaign,
                person,
                at + time::Duration::days(day) + time::Duration::SECOND,
            )
        });
        subject.record(tenant.id(), &between).await;
        assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
        tenant.count(subject, campaign, &utc()).await;
        assert_eq!(tenant.drift(subject, campaign, &utc()).await, []);
    }

    pub(super) async fn what_is_not_committed_was_not_counted<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let at = datetime!(2026-03-01 12:00 UTC);
        let campaign = tenant.add_opened(subject, &[(somebody(), at)]).await;

        let unit = tenant.begin(subject).await;
        let aggregations = unit.aggregations();
        aggregations.take(campaign, &utc(), NOW).await.unwrap();
        let calendar = Calendar::of(&utc());
        let counting = aggregations.count_noted(campaign, &EventType::ALL, &calendar, 1_000, NOW);
        counting.await.unwrap();
        let until = date!(2026 - 03 - 10);
        aggregations.finish(&utc(), until, NOW).await.unwrap();
        drop(unit);

        let unit = tenant.begin(subject).await;
        let next = unit.aggregations().next_outdated(&utc(), None).await;
        assert_eq!(next.unwrap(), Some(campaign));
        let until = unit.figures().final_until(&[campaign], &utc()).await;
        assert_eq!(until.unwrap(), None);
    }

    pub(super) async fn other_tenants_count_their_own_events<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let at = datetime!(2026-03-01 12:00 UTC);
        let campaign = tenant.add_opened(subject, &[(somebody(), at)]).await;

        let unit = other.begin(subject).await;
        let aggregations = unit.aggregations();
        let next = aggregations.next_outdated(&utc(), None).await.unwrap();
        assert_eq!(next, None);
        aggregations.take(campaign, &utc(), NOW).await.unwrap();
        let calendar = Calendar::of(&utc());
        let counting = aggregations.count_noted(campaign, &EventType::ALL, &calendar, 1_000, NOW);
        assert!(!counting.await.unwrap());
        let forgotten = aggregations.forget(campaign, &utc(), 1_000, NOW).await;
        assert!(!forgotten.unwrap());
        let until = date!(2026 - 03 - 10);
        aggregations.finish(&utc(), until, NOW).await.unwrap();
        unit.commit().await.unwrap();

        assert_eq!(other.counted_span(subject, campaign).await, None);
        let seen = other.figures(subject, campaign, &utc(), year()).await;
        assert_eq!(seen, crate::Figures::default());
        assert_eq!(other.drift(subject, campaign, &utc()).await, []);
        let unit = tenant.begin(subject).await;
        let next = unit.aggregations().next_outdated(&utc(), None).await;
        assert_eq!(next.unwrap(), Some(campaign));
    }
}
