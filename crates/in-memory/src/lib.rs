//! Every storage port in memory, for tests of use cases and for trying Canvass without a database.
//!
//! [`MemoryDatabase`] keeps each organization's state apart, so tenants are isolated by construction. A unit
//! of work is a copy that is swapped in by its commit; where somebody else committed to the same
//! organization meanwhile, the commit fails with [`kernel::StorageError::Contended`]. Blocking is not modelled.

mod analytics;
mod campaigns;
mod compliance;
mod contacts;
mod database;
mod judging;
mod shared;
mod state;
mod tenancy;
mod unit;

pub use database::{Fault, MemoryDatabase};
