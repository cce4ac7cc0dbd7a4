//! Analytics: what happened to the mails of a campaign, who did it, and what it amounts to.
//!
//! Vocabulary:
//!
//! - an **event** ([`EventType`]) is something that happened to one recipient of a campaign at one instant;
//! - a **verdict** ([`Actor`]) says whether a person did it, or a machine that looks at mails before people do;
//! - a **segment** ([`Segment`]) is what was known of an address when it was mailed;
//! - a **simulation** ([`simulation`]) makes up the **journey** ([`Journey`](simulation::Journey)) of a recipient: the events
//!   that their mail would have caused;
//! - **counts** ([`metrics::Counts`]) are of days ([`metrics::Day`]) and periods ([`metrics::Period`]) in an organization's
//!   time zone; **rates** and **funnels** are made from them;
//! - a **turn** ([`schedule`]) is when a periodic job is to run.
//!
//! [`verdict`] judges who did it, [`chart`] draws numbers, [`report`] makes a file of them for a client.
//!
//! Always true: everything here is a calculation. The same input gives the same output, on every machine and in any order;
//! nothing is read from a clock, a file or a network.

pub mod chart;
pub mod metrics;
pub mod report;
pub mod schedule;
pub mod simulation;
pub mod verdict;

mod event;
mod font;

pub use event::{
    Actor, BounceKind, EventType, Segment, UnknownActor, UnknownBounceKind, UnknownEventType,
    UnknownSegment, VisitId,
};
