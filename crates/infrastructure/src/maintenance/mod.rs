//! What has to be done again and again for the database to stay usable: partitions made ahead, and what
//! ran out removed.
//!
//! [`Maintenance`] does it when the program starts and hourly from then on. Processes that do it at the
//! same time get in nobody's way, and what is done already is not done again.

mod months;
mod run;
mod upkeep;

pub use run::Maintenance;
pub use upkeep::{Purged, Upkeep};
