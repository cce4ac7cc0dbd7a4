//! How far a simulation is.

use kernel::{ContactId, JobProgress, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::Duration;

/// An instant as it is kept in a checkpoint: in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Instant(i64);

impl Instant {
    pub(super) fn of(at: Timestamp) -> Self {
        Self(i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000)).unwrap_or(i64::MAX))
    }

    pub(super) fn at(self) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::microseconds(self.0)
    }
}

/// How far the job got, kept with each batch.
///
/// Once it was decided of everybody, what has happened until now is played of one recipient after the other, and when
/// there is more to come, what has happened since then, again from the first to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reached {
    /// Whether it was decided of everybody.
    pub(super) assigned: bool,
    /// The last one of whom it was, and then the last one of whom something was played in this round.
    pub(super) after: Option<ContactId>,
    /// How many are mailed.
    pub(super) places: u64,
    /// Of how many it was decided.
    pub(super) looked_at: u64,
    /// How many are on the lists altogether.
    pub(super) people: Option<u64>,
    /// Until when everything was played of everybody.
    pub(super) played_until: Option<Instant>,
    /// Until when it is in this round.
    pub(super) round_until: Option<Instant>,
    /// What is played first in the next round, as far as is known in this one.
    pub(super) next: Option<Instant>,
    /// When the last mail went out.
    pub(super) last_sent: Option<Instant>,
    /// With how many people there is nothing more to do.
    pub(super) finished: u64,
    /// What has come of it.
    pub(super) tally: Tally,
    /// Whether the work was ended.
    pub(super) ended: bool,
}

/// What has come of a simulation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) sent: u64,
    pub(super) bounced: u64,
    pub(super) unsubscribed: u64,
    pub(super) submitted: u64,
    pub(super) events: u64,
}

impl Tally {
    const fn named(&self) -> [(&'static str, u64); 5] {
        [
            ("sent", self.sent),
            ("bounced", self.bounced),
            ("unsubscribed", self.unsubscribed),
            ("submitted", self.submitted),
            ("events", self.events),
        ]
    }
}

impl Reached {
    /// Everybody is looked at, and then mailed or not, until their journey is over.
    pub(super) fn progress(&self) -> JobProgress {
        let told = JobProgress::new(self.looked_at + self.finished);
        let told = self.tally.named().into_iter().fold(
            told.count("assigned", self.looked_at),
            |told, (name, count)| told.count(name, count),
        );
        match self.people {
            Some(people) => told.of(people * 2),
            None => told,
        }
    }

    /// What came of it.
    pub(super) fn result(&self) -> Value {
        let mut result = json!({ "assigned": self.looked_at });
        for (name, count) in self.tally.named() {
            result[name] = json!(count);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_instant_is_kept_to_the_microsecond() {
        for at in [
            datetime!(2026-03-01 12:00:00.123_456 UTC),
            datetime!(1969-12-31 23:59:59.999_999 UTC),
        ] {
            assert_eq!(Instant::of(at).at(), at);
        }
    }

    #[test]
    fn half_of_the_work_is_to_decide_and_half_to_play() {
        let mut reached = Reached {
            people: Some(10),
            looked_at: 10,
            ..Reached::default()
        };
        assert_eq!(reached.progress().percent(), Some(50));

        reached.finished = 10;
        reached.tally.sent = 9;

        assert_eq!(reached.progress().percent(), Some(100));
        assert_eq!(reached.result()["sent"], 9);
    }
}
