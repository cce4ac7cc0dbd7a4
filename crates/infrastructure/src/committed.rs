//! Counting what units of work did, once they are committed.
//!
//! - `canvass_events_recorded_total`, by `origin` (`tracking`, `api`, `simulation`) and `event_type` (`OPEN`): events that were
//!   not recorded before;
//! - `canvass_imports_total`, by `status` (`pending`, `completed`): imports that came to it;
//! - `canvass_import_rows_total`, by `outcome` (`created`, `rejected`): rows of their files. Dry runs count for neither;
//! - jobs that were asked for, as `figures` of jobs tells.

use std::collections::BTreeMap;

/// Something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Counted {
    /// An event was recorded.
    Event {
        origin: &'static str,
        event_type: &'static str,
    },
    /// An import came to this status.
    Import { status: &'static str },
    /// A row of a file was taken in.
    ImportRow { outcome: &'static str },
    /// A job was asked for.
    Job { kind: &'static str },
}

/// What a unit of work did, and how often.
#[derive(Debug, Default)]
pub(crate) struct Deeds(BTreeMap<Counted, u64>);

impl Deeds {
    pub(crate) fn add(&mut self, what: Counted, times: u64) {
        *self.0.entry(what).or_default() += times;
    }

    /// Counts all of it.
    pub(crate) fn count(self) {
        for (what, times) in self.0 {
            what.count(times);
        }
    }
}

impl Counted {
    fn count(self, times: u64) {
        match self {
            Self::Event { origin, event_type } => metrics::counter!(
                "canvass_events_recorded_total",
                "origin" => origin, "event_type" => event_type
            )
            .increment(times),
            Self::Import { status } => {
                metrics::counter!("canvass_imports_total", "status" => status).increment(times);
            }
            Self::ImportRow { outcome } => {
                metrics::counter!("canvass_import_rows_total", "outcome" => outcome)
                    .increment(times);
            }
            Self::Job { kind } => crate::jobs::enqueued(kind, times),
        }
    }
}
