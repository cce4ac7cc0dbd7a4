//! The ports that every context shares.

mod audit;
mod idempotency;
mod jobs;
mod limits;
pub(crate) mod paging;
mod stored_job;

pub(crate) use stored_job::{JobStep, StoredJob};
