//! The driven adapters: PostgreSQL for every storage port, and one module for each other part of the
//! outside world.
//!
//! - [`PostgresDatabase`] opens units of work: one transaction, one role, one tenant, in one round trip;
//!   a unit implements every repository of every context;
//! - [`sync_permissions`] copies the catalogue of rights into the database when it is migrated;
//! - [`MasterKeys`] derives the installation's keys, and [`Argon2Hasher`] hashes passwords;
//! - [`JobRunner`] carries out durable jobs;
//! - [`DisposableFile`] is a list of disposable domains that can be replaced while the program runs;
//! - [`DomainNames`] asks the domain name system whether domains take mail;
//! - [`FileMailer`] writes mail into files, [`SimulatedTransport`] takes that of campaigns, [`SuppressionStopList`] knows whom not to
//!   mail;
//! - [`JourneySimulator`] has analytics make up what mails of campaigns cause;
//! - [`EvidenceJudge`] tells people from machines;
//! - [`hits`] has what visitors do recorded off the requests' path;
//! - [`logs`] writes the access log and the error log off the request's path;
//! - [`maintenance`] makes partitions ahead and removes what ran out or was deleted long ago;
//! - [`scheduler`] has periodic jobs carried out by one process at a time;
//! - [`embedded`] starts, supervises and stops a private PostgreSQL;
//! - [`SystemClock`], [`SystemIds`] and [`SystemRandom`] are the real time, ids and chance.
//!
//! No type of sea-orm leaves this crate.

pub mod embedded;
pub mod hits;
pub mod logs;
pub mod maintenance;
pub mod scheduler;

mod analytics;
mod binds;
mod calls;
mod campaigns;
mod clock;
mod committed;
mod compliance;
mod contacts;
mod database;
mod disposable;
mod dns;
mod entities;
mod error;
mod hex;
mod jobs;
mod judging;
mod keys;
mod mail;
mod page;
mod passwords;
mod shared;
mod simulation;
mod stamps;
mod tenancy;
mod unit;

pub use campaigns::EvidenceJudge;
pub use clock::{SystemClock, SystemIds, SystemRandom};
pub use database::{DatabaseSettings, PostgresDatabase, UnfitLogin};
pub use disposable::{DisposableFile, InvalidDisposableFile};
pub use dns::{DnsSettings, DomainNames, InvalidResolver};
pub use jobs::{Backoff, JobRunner, JobRunnerSettings};
pub use keys::{InvalidMasterKeys, MasterKeys};
pub use mail::{FileMailer, MailSender, SimulatedTransport, SuppressionStopList};
pub use passwords::{Argon2Cost, Argon2Hasher, InvalidArgon2Cost};
pub use simulation::JourneySimulator;
pub use tenancy::{SyncedPermissions, sync_permissions};
