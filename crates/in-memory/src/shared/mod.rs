//! The ports that every context shares.

mod audit;
mod idempotency;
mod jobs;
mod limits;
pub(crate) mod paging;

pub(crate) use jobs::StoredJob;
