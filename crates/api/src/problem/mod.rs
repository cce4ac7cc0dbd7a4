//! Everything that is not a success: how it is told, classified and documented (RFC 9457).
//!
//! A handler returns [`Failed`]; domain errors become an [`ApiError`] with `?`; what the edge itself
//! refuses is a [`Refusal`]. On the wire all of them are one body, [`Problem`].

mod cause;
mod codes;
mod error;
mod failed;
mod refusal;
mod wire;

pub use cause::Cause;
pub use codes::{all_codes, title};
pub use error::ApiError;
pub use failed::{Failed, St, Statuses};
pub use refusal::Refusal;
pub use wire::{Fault, Problem};

pub(crate) use wire::PROBLEM_JSON;
