//! What tests of several crates need; nothing but `[dev-dependencies]` names this crate.
//!
//! - [`TestDatabase`] is a migrated PostgreSQL database of the run's own cluster.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up fails, and says why"
)]

mod database;

pub use database::TestDatabase;
