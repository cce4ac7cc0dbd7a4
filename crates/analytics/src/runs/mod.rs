//! Runs of periodic jobs: asked for by the schedule or by somebody, carried out by the one scheduler that acts.

mod error;
mod ports;
mod run;
mod service;

#[cfg(feature = "contract")]
pub mod contract;

pub use error::ScheduleError;
pub use ports::{RunLedger, RunRepository, RunStore, RunUnit};
pub use run::{NewRun, RunCounts, RunOutcome, RunTrigger, ScheduledRun};
pub use service::ScheduledRuns;
