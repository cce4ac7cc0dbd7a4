//! The ports that every context shares.

mod audit;
mod idempotency;
mod job_rows;
mod job_store;
mod jobs;
mod limits;
