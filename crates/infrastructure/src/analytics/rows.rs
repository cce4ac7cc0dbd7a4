//! What statements are asked with, and how they tell what they counted.

use analytics::metrics::{Counts, Day};
use analytics::{Actor, EventType};
use kernel::StorageError;
use sea_orm::Value;

use crate::error::corrupt;

/// The days as three arrays: dates, where they begin, and where they end.
pub(super) fn arrays(days: &[Day]) -> [Value; 3] {
    let dates: Vec<_> = days.iter().map(|day| day.date).collect();
    let starts: Vec<_> = days.iter().map(|day| day.start).collect();
    let ends: Vec<_> = days.iter().map(|day| day.end).collect();
    [dates.into(), starts.into(), ends.into()]
}

/// Adds how often something happened, and to how many people.
pub(super) fn add(
    counts: &mut Counts,
    event_type: &str,
    is_machine: bool,
    (events, people): (i64, i64),
) -> Result<(), StorageError> {
    let event_type = known_type(event_type)?;
    let actor = if is_machine {
        Actor::Machine
    } else {
        Actor::Unknown
    };
    let tally = counts.tally_mut(event_type, actor);
    tally.events += number(events);
    tally.people += number(people);
    Ok(())
}

fn known_type(event_type: &str) -> Result<EventType, StorageError> {
    let known = event_type.parse().ok();
    known.ok_or_else(|| corrupt("events.event_type"))
}

/// A count is never below zero.
pub(super) fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
