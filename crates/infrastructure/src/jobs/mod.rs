//! Carrying out durable jobs.

mod backoff;
mod control;
mod figures;
mod places;
mod rounds;
mod runner;
mod try_job;
mod wind_up;

pub(crate) use figures::enqueued;
pub(crate) use rounds::scope_of;

pub use backoff::Backoff;
pub use runner::{JobRunner, JobRunnerSettings};
