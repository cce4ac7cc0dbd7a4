//! What tests of several crates need; nothing but `[dev-dependencies]` names this crate.
//!
//! - [`FixedClock`], [`SequentialIds`], [`SequentialRandom`] and [`TestKeys`] stand in for time, ids, chance and
//!   keys, and are the same in every run;
//! - [`PlainHasher`] hides no password and takes no time; [`accounts_in_memory`] is all that use cases on
//!   accounts need, without a database;
//! - [`StagedWork`] is what a job talks to instead of a worker;
//! - [`a_user`], [`an_organization`] and their siblings build entities;
//! - [`TestDatabase`] is a migrated PostgreSQL database of the run's own cluster;
//! - [`NameServer`] answers questions of the domain name system as it is told to;
//! - [`plans_of`] tells how PostgreSQL carried out what a test did.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up fails, and says why"
)]

mod accounts;
mod builders;
mod chance;
mod clock;
mod database;
mod keys;
mod name_server;
mod passwords;
mod plans;
mod work;

pub use accounts::accounts_in_memory;
pub use builders::{
    MembershipBuilder, OrganizationBuilder, RoleBuilder, UserBuilder, a_membership, a_role,
    a_unique_id, a_user, an_organization,
};
pub use chance::{SequentialIds, SequentialRandom};
pub use clock::FixedClock;
pub use database::TestDatabase;
pub use keys::TestKeys;
pub use name_server::{Answer, NameServer};
pub use passwords::PlainHasher;
pub use plans::{Plan, plans_of};
pub use work::StagedWork;
