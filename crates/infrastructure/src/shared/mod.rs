//! The ports that every context shares.

mod audit;
mod idempotency;
mod job_store;
mod jobs;
mod limits;
