//! Events by chance, and what they amount to.

use kernel::{CampaignId, ContactId, TimeZoneName, Timestamp};
use time::Duration;
use time::macros::datetime;

use super::Happening;
use super::tenant::{figures, period};
use crate::metrics::{Calendar, CountedEvent, Counts, Period, daily, tally};
use crate::{Actor, EventType, Figures};

/// Zones, and instants of 2026 around which their clocks are changed, or are not.
pub(super) const TURNS: [(&str, Timestamp); 8] = [
    ("Europe/Berlin", datetime!(2026-03-29 1:00 UTC)),
    ("Europe/Berlin", datetime!(2026-10-25 1:00 UTC)),
    ("America/New_York", datetime!(2026-03-08 7:00 UTC)),
    ("America/New_York", datetime!(2026-11-01 6:00 UTC)),
    ("Australia/Lord_Howe", datetime!(2026-04-04 15:00 UTC)),
    ("Asia/Kathmandu", datetime!(2026-06-14 18:15 UTC)),
    ("Pacific/Kiritimati", datetime!(2026-02-28 10:00 UTC)),
    ("UTC", datetime!(2026-03-01 0:00 UTC)),
];

/// Numbers that look random and are the same each time (`SplitMix64`).
pub(super) struct Draw(pub(super) u64);

impl Draw {
    /// A number under this one.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).unwrap();
        usize::try_from(self.below(length)).unwrap()
    }

    fn days(&mut self, bound: u64) -> Duration {
        Duration::days(i64::try_from(self.below(bound)).unwrap())
    }

    /// Something that happens near the turn, or within some days of it.
    pub(super) fn event(
        &mut self,
        campaign: CampaignId,
        people: &[ContactId],
        turn: Timestamp,
    ) -> Happening {
        let reach = [7_200, 500_000][self.index(2)];
        let seconds = i64::try_from(self.below(2 * reach)).unwrap() - i64::try_from(reach).unwrap();
        Happening {
            campaign,
            event: EventType::ALL[self.index(EventType::ALL.len())],
            contact: (self.below(10) > 0).then(|| people[self.index(people.len())]),
            at: turn + Duration::seconds(seconds),
            actor: Actor::ALL[self.index(Actor::ALL.len())],
            reason: None,
        }
    }

    /// Up to ten days, the first of them in the week before the turn.
    pub(super) fn period(&mut self, turn: Timestamp) -> Period {
        let first = turn.date() - self.days(7);
        period(first, first + self.days(10))
    }
}

fn counted(event: &Happening) -> CountedEvent {
    CountedEvent {
        event: event.event,
        contact: event.contact,
        at: event.at,
        actor: event.actor,
    }
}

/// What a person finds who looks at each event.
pub(super) fn naive(
    campaign: CampaignId,
    events: &[Happening],
    zone: &TimeZoneName,
    period: Period,
) -> Figures {
    let events: Vec<_> = events.iter().map(counted).collect();
    let calendar = Calendar::of(zone);
    let (from, to) = calendar.bounds(period);
    let days = daily(&events, &calendar, period).into_iter();
    let days = days.map(|day| (day.day.date, day.counts, 0));
    let days = days.filter(|(_, counts, _)| *counts != Counts::default());
    figures(campaign, tally(&events, from, to), days)
}
