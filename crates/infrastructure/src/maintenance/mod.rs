//! What has to be done again and again for the database to stay usable: partitions made ahead, and what
//! ran out or was deleted long ago removed. The [`scheduler`](crate::scheduler) has it done; what is done already is
//! not done again.

mod kinds;
mod months;
mod purge;
mod upkeep;

pub(crate) use purge::Purge;
pub use upkeep::{Purged, Upkeep};
