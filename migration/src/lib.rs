//! The database's schema, as migrations, and the roles that it is built on.
//!
//! Each migration is a folder with `up.sql` and `down.sql`. Reviewers read SQL, and policies, grants
//! and partitions have no other form. Migrations are never edited once merged; a change is expanded,
//! migrated and contracted by new ones.
//!
//! - [`migrate`] brings a database up to date, under a lock, from an administrator's or the owner's connection;
//! - [`TABLES`] says of every table whether it belongs to a tenant;
//! - [`role`] names the database roles.

mod bootstrap;
mod migrator;
pub mod role;
mod run;
mod sqlstate;
mod tables;

pub use migrator::{Migrator, fingerprint};
pub use run::{MigrateError, Migrated, advance, migrate, pending, roll_back};
pub use tables::{BACK_DATED, MONTHS_BEHIND, PARTITIONED, Placement, TABLES};
