//! How often, and by how many.

use std::collections::HashSet;
use std::iter::Sum;
use std::ops::AddAssign;

use kernel::{ContactId, Timestamp};

use super::calendar::{Calendar, Day};
use super::period::Period;
use crate::event::{Actor, EventType};

/// An event as far as counting goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedEvent {
    /// What happened.
    pub event: EventType,
    /// To whom; `None` for a visitor without a mail, who counts among events but not among people.
    pub contact: Option<ContactId>,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
}

/// How many events, and of how many different people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events.
    pub events: u64,
    /// Different people.
    pub people: u64,
}

/// What people did, and what machines did beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByActor {
    /// People, and whoever it was where nobody knows.
    pub human: Tally,
    /// Machines. Somebody whose mail both looked at counts in both.
    pub machine: Tally,
}

/// Everything that is counted of a campaign, or of several, in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Mails sent.
    pub sent: Tally,
    /// Mails that came back.
    pub bounced: Tally,
    /// Openings.
    pub opened: ByActor,
    /// Links followed.
    pub clicked: ByActor,
    /// Wishes for no more mails.
    pub unsubscribed: ByActor,
    /// Landing pages shown.
    pub viewed: ByActor,
    /// Forms sent.
    pub submitted: ByActor,
    /// Leads made.
    pub leads: u64,
    /// Of the leads, those that are converted now.
    pub converted: u64,
}

/// A day with what is counted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyCounts {
    /// The day.
    pub day: Day,
    /// What is counted.
    pub counts: Counts,
}

impl Counts {
    /// Mails delivered: sent and not come back. Where mails of before the period come back within it, at least 0.
    #[must_use]
    pub const fn delivered(&self) -> u64 {
        self.sent.people.saturating_sub(self.bounced.people)
    }

    /// What is counted of a type of event; of sendings and bounces, which only machines do, it stands under `human` so
    /// that it is shown.
    #[must_use]
    pub const fn of(&self, event: EventType) -> ByActor {
        const NOTHING: Tally = Tally {
            events: 0,
            people: 0,
        };
        match event {
            EventType::Sent => ByActor {
                human: self.sent,
                machine: NOTHING,
            },
            EventType::Bounce => ByActor {
                human: self.bounced,
                machine: NOTHING,
            },
            EventType::Open => self.opened,
            EventType::Click => self.clicked,
            EventType::Unsubscribe => self.unsubscribed,
            EventType::FormView => self.viewed,
            EventType::FormSubmit => self.submitted,
        }
    }

    /// Where what is counted of a type of event and who did it stands.
    pub const fn tally_mut(&mut self, event: EventType, actor: Actor) -> &mut Tally {
        let by_actor = match event {
            EventType::Sent => return &mut self.sent,
            EventType::Bounce => return &mut self.bounced,
            EventType::Open => &mut self.opened,
            EventType::Click => &mut self.clicked,
            EventType::Unsubscribe => &mut self.unsubscribed,
            EventType::FormView => &mut self.viewed,
            EventType::FormSubmit => &mut self.submitted,
        };
        match actor {
            Actor::Machine => &mut by_actor.machine,
            Actor::Human | Actor::Unknown => &mut by_actor.human,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.people += other.people;
    }
}

impl AddAssign for ByActor {
    fn add_assign(&mut self, other: Self) {
        self.human += other.human;
        self.machine += other.machine;
    }
}

impl AddAssign for Counts {
    /// Of several campaigns together. Somebody whom two of them wrote to counts twice.
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.bounced += other.bounced;
        self.opened += other.opened;
        self.clicked += other.clicked;
        self.unsubscribed += other.unsubscribed;
        self.viewed += other.viewed;
        self.submitted += other.submitted;
        self.leads += other.leads;
        self.converted += other.converted;
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        let mut sum = Self::default();
        for counts in counts {
            sum += counts;
        }
        sum
    }
}

/// Counts the events that happened from one instant to before another.
#[must_use]
pub fn tally<'a>(
    events: impl IntoIterator<Item = &'a CountedEvent>,
    from: Timestamp,
    to: Timestamp,
) -> Counts {
    let mut counting = Counting::default();
    let events = events.into_iter();
    for event in events.filter(|event| from <= event.at && event.at < to) {
        counting.add(event);
    }
    counting.counts
}

/// Counts the events of each day of a period; days without any are there too. People are different ones within a day.
#[must_use]
pub fn daily<'a>(
    events: impl IntoIterator<Item = &'a CountedEvent>,
    calendar: &Calendar,
    period: Period,
) -> Vec<DailyCounts> {
    let days = calendar.days(period);
    let mut counting: Vec<_> = days.iter().map(|_| Counting::default()).collect();
    for event in events {
        // The first day that is not over yet at that instant; a skipped one is over as it begins.
        let index = days.partition_point(|day| day.end <= event.at);
        if days.get(index).is_some_and(|day| day.contains(event.at)) {
            counting[index].add(event);
        }
    }
    let counts = counting.into_iter().map(|counting| counting.counts);
    let pairs = days.into_iter().zip(counts);
    pairs
        .map(|(day, counts)| DailyCounts { day, counts })
        .collect()
}

#[derive(Default)]
struct Counting {
    counts: Counts,
    /// Who was counted for what; machines apart from everybody else.
    seen: HashSet<(EventType, bool, ContactId)>,
}

impl Counting {
    fn add(&mut self, event: &CountedEvent) {
        // Only machines send, so who did it says nothing there.
        let apart = event.actor == Actor::Machine
            && !matches!(event.event, EventType::Sent | EventType::Bounce);
        let is_new = event
            .contact
            .is_some_and(|contact| self.seen.insert((event.event, apart, contact)));
        let tally = self.counts.tally_mut(event.event, event.actor);
        tally.events += 1;
        tally.people += u64::from(is_new);
    }
}
