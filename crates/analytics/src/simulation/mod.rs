//! Made-up journeys: what the mails of a campaign would have caused, so that everything behind a sending can be tried
//! without one.
//!
//! - [`SimulationParameters`] are what a simulation is asked for, [`SimulationConfig`] is them once their bounds hold;
//! - [`VirtualClock`] says when a simulation plays: in the past all at once, or now at some pace;
//! - [`Simulation`] makes the [`Journey`] of each recipient, a function of seed, campaign and contact alone;
//! - [`make_answers`] fills in a form.
//!
//! A journey costs a few blocks of SHA-256, three or four for most recipients: a hundred thousand take a fraction of a second
//! on one core in a release build.

mod agent;
mod answers;
mod clock;
mod config;
mod delay;
mod journey;
mod stream;

pub use answers::{AskedField, AskedKind, MadeAnswers, make_answers};
pub use clock::{InvalidPace, InvalidStart, Pace, VirtualClock};
pub use config::{SegmentFactors, Segments, SimulationConfig, SimulationParameters};
pub use delay::{Delay, DelayPart, Delays};
pub use journey::{Journey, Recipient, Simulation, Step};
pub use stream::Seed;
