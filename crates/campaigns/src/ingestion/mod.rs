//! Events that others tell: what their mail programs, senders and pages saw.

mod effects;
mod service;
mod told;

pub use service::EventIngestion;
pub use told::{EventOutcome, ToldEvent};
