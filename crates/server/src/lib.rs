//! The composition root: settings, telemetry, wiring, and the subcommands of `canvass`.
//!
//! - [`run`] is the program: it reads the command line and never returns to anything but the exit;
//! - [`Settings`] is what is in force, from flags, environment, file and defaults, in that order;
//! - [`Running`] is a whole server in this process, as `serve` and the tests start it.

mod cli;
mod client;
mod commands;
mod compose;
mod data_directory;
mod database;
mod http;
mod judging;
mod observer;
mod readiness;
mod running;
mod settings;
mod telemetry;
mod working;

pub use cli::run;
pub use database::{Database, DatabaseError};
pub use running::{Running, StartError};
pub use settings::{InvalidSettings, Pooler, Settings, SettingsSource, Switch};
