//! Who did it: a person, or a machine that looks at mails before people do.
//!
//! [`judge()`] decides from the [`Evidence`] of one event alone. Nothing is dropped because of its verdict: reports show both
//! numbers.

mod agent;
mod judge;

pub use agent::AgentKind;
pub use judge::{Evidence, Fetch, Network, Reason, UnknownReason, Verdict, judge};
