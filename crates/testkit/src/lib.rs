//! What tests of several crates need; nothing but `[dev-dependencies]` names this crate.
//!
//! - [`FixedClock`], [`SequentialIds`], [`SequentialRandom`] and [`TestKeys`] stand in for time, ids, chance and
//!   keys, and are the same in every run;
//! - [`PlainHasher`] hides no password and takes no time; [`accounts_in_memory`] is all that use cases on
//!   accounts need, without a database;
//! - [`Outbox`] keeps the mails that are sent;
//! - [`StagedWork`] is what a job talks to instead of a worker;
//! - [`a_user`], [`an_organization`] and their siblings build entities;
//! - [`TestDatabase`] is a migrated PostgreSQL database of the run's own cluster;
//! - [`EvidenceJudge`] tells people from machines, as the program does;
//! - [`NameServer`] answers questions of the domain name system as it is told to;
//! - [`a_simulator`] makes up what mails cause, as the program's own does;
//! - [`plans_of`] tells how PostgreSQL carried out what a test did, [`warnings_of`] what was logged meanwhile.

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
mod outbox;
mod passwords;
mod plans;
mod simulator;
mod warnings;
mod work;

pub use accounts::accounts_in_memory;
pub use builders::{
    MembershipBuilder, OrganizationBuilder, RoleBuilder, UserBuilder, a_membership, a_role,
    a_unique_id, a_user, an_organization,
};
pub use chance::{SequentialIds, SequentialRandom};
pub use clock::FixedClock;
pub use database::TestDatabase;
pub use infrastructure::EvidenceJudge;
pub use keys::TestKeys;
pub use name_server::{Answer, NameServer};
pub use outbox::Outbox;
pub use passwords::PlainHasher;
pub use plans::{Plan, plans_of};
pub use simulator::a_simulator;
pub use warnings::{Warning, warnings_of};
pub use work::StagedWork;
