//! Carrying out durable jobs.

mod backoff;
mod control;
mod runner;
mod try_job;

pub use backoff::Backoff;
pub use runner::{JobRunner, JobRunnerSettings};
