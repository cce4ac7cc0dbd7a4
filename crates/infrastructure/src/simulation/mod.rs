//! Made-up journeys of analytics, as campaigns play them.

mod answers;
mod config;
mod journeys;
mod planning;

pub use planning::JourneySimulator;
