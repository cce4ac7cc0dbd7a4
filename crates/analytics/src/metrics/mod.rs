//! What events amount to: counts, rates, days, periods, funnels.
//!
//! - a [`Calendar`] knows where the days of a time zone begin and end; nothing else computes that;
//! - [`Counts`] are counted ([`tally`], [`daily`]) or summed by storage; [`Rates`] and [`Funnel`] are made from them, so that
//!   every view and every export shows the same numbers for the same question;
//! - what people did is what is shown; what machines did stands beside. An event of which nobody knows who did it counts
//!   as a person's.

mod calendar;
mod counts;
mod funnel;
mod period;
mod rate;

pub use calendar::{Calendar, Day};
pub use counts::{ByActor, CountedEvent, Counts, DailyCounts, Tally, daily, tally};
pub use funnel::{Funnel, FunnelStage, FunnelStep, SegmentCounts, SourceCounts};
pub use period::{InvalidPeriod, Period};
pub use rate::{Change, Rate, Rates};
