//! What has to be done again and again for the database to stay usable: partitions made ahead, and what
//! ran out removed. The [`scheduler`](crate::scheduler) has it done; what is done already is not done again.

mod months;
mod upkeep;

pub use upkeep::{Purged, Upkeep};
