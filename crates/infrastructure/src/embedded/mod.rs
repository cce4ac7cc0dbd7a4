//! A private PostgreSQL of the program's own: started, supervised and stopped with it.
//!
//! Without a configured database the program makes a cluster in its data directory from the server
//! programs on the machine, reachable over a Unix socket only, and owns it for as long as it runs:
//!
//! ```text
//! <data>/postgres/              0700, whoever runs the program
//!     owner.lock                held (flock) by the owning process, holds its pid
//!     postgresql.log            the server's log; no statement of a failure, no value, ever
//!     data/                     0700, the cluster's user
//!     socket/                   0700, the cluster's user
//! ```
//!
//! The **cluster's user** is whoever runs the program, or, since PostgreSQL refuses to run as root,
//! `postgres` or `nobody` when that is root. It is handed its two directories as open descriptors, so
//! nothing above them has to be opened to it and it can reach nothing else that lies in the data
//! directory; that also makes a data directory below `/root` work.
//!
//! Always true: one process owns a data directory at a time; nobody but the owner and root can
//! connect; a half-made cluster is never started; a server that outlived its owner is stopped before
//! a new one starts.
//!
//! - [`EmbeddedOptions`] says what is wanted, [`EmbeddedPostgres::start`] does it;
//! - [`options_beside`] reaches the server of another process;
//! - [`EmbeddedState`] tells whether the server is up, being restarted, or given up;
//! - [`EmbeddedError`] is one line for a person.

mod account;
mod beside;
mod binaries;
mod cluster;
mod control;
mod error;
mod handed;
mod initdb;
mod layout;
mod lock;
mod log;
mod options;
mod orphans;
mod postgres;
mod settings;
mod socket;
mod supervisor;
mod tied;

pub use beside::options_beside;
pub use control::EmbeddedState;
pub use error::EmbeddedError;
pub use options::{Durability, EmbeddedOptions};
pub use postgres::EmbeddedPostgres;
