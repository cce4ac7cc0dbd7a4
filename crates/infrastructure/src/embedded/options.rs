//! What is wanted of the embedded database.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// What a committed transaction survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A crash of the program, of the server and of the machine.
    #[default]
    Durable,
    /// A crash of the program and of the server, but not of the machine. For tests, which throw the
    /// cluster away and want it several times faster.
    Disposable,
}

/// What is wanted of the embedded database; everything but the data directory has a default.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    data_dir: PathBuf,
    pg_bin_dir: Option<PathBuf>,
    run_as: Option<String>,
    durability: Durability,
    max_connections: u16,
    slow_statement: Duration,
    settings: Vec<(String, String)>,
}

impl EmbeddedOptions {
    /// A durable cluster in `data_dir`, which is made when it is absent.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            pg_bin_dir: None,
            run_as: None,
            durability: Durability::default(),
            max_connections: 100,
            slow_statement: Duration::from_millis(250),
            settings: Vec::new(),
        }
    }

    /// Takes `initdb` and `postgres` from this directory instead of searching the machine.
    #[must_use]
    pub fn pg_bin_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.pg_bin_dir = Some(directory.into());
        self
    }

    /// Runs a new cluster as this user when started by root, instead of `postgres` or `nobody`.
    ///
    /// An existing cluster keeps the user that owns it; without root this has no effect.
    #[must_use]
    pub fn run_as(mut self, user: impl Into<String>) -> Self {
        self.run_as = Some(user.into());
        self
    }

    /// Sets what a committed transaction survives.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Sets how many connections the server accepts at a time (100 by default).
    #[must_use]
    pub fn max_connections(mut self, connections: u16) -> Self {
        self.max_connections = connections;
        self
    }

    /// Sets how long a statement may take before the server logs its text (250 ms by default).
    #[must_use]
    pub fn slow_statement(mut self, duration: Duration) -> Self {
        self.slow_statement = duration;
        self
    }

    /// Adds a server setting (`work_mem`, `64MB`), which wins over the built-in ones.
    ///
    /// The settings that keep personal data out of the server's log cannot be overridden.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    pub(super) fn data_directory(&self) -> &Path {
        &self.data_dir
    }

    pub(super) fn bin_directory(&self) -> Option<&Path> {
        self.pg_bin_dir.as_deref()
    }

    pub(super) fn wanted_user(&self) -> Option<&str> {
        self.run_as.as_deref()
    }

    pub(super) fn is_durable(&self) -> bool {
        self.durability == Durability::Durable
    }

    pub(super) fn connections(&self) -> u16 {
        self.max_connections
    }

    pub(super) fn slow_statement_ms(&self) -> u128 {
        self.slow_statement.as_millis()
    }

    pub(super) fn extra_settings(&self) -> &[(String, String)] {
        &self.settings
    }
}
