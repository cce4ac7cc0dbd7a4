//! What can stand in the way of the embedded database, one line each.

use std::{io, path::PathBuf};

/// Why the embedded database did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No server programs were found anywhere.
    #[error(
        "found no PostgreSQL 15 or newer on this machine: install the package `postgresql` \
         (`scripts/demo` does) or name the directory of its server programs with `pg_bin_dir`"
    )]
    BinariesMissing,
    /// The configured directory holds no server programs that can be run.
    #[error(
        "found no PostgreSQL server programs that user `{user}` can run in {}",
        .directory.display()
    )]
    NotABinDirectory {
        /// The configured directory.
        directory: PathBuf,
        /// Who has to run them.
        user: String,
    },
    /// The server programs are older than what the schema needs.
    #[error(
        "the PostgreSQL in {} is version {found}, but 15 or newer is needed",
        .directory.display()
    )]
    TooOld {
        /// Where the programs lie.
        directory: PathBuf,
        /// Their major version.
        found: u32,
    },
    /// The cluster was made by another major version.
    #[error(
        "the database in {} was made by PostgreSQL {made_by}, but the PostgreSQL found here is \
         version {found}: install version {made_by}, or move the data over with pg_upgrade",
        .directory.display()
    )]
    WrongVersion {
        /// The cluster's directory.
        directory: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// The major version that was found.
        found: u32,
    },
    /// There is something in the cluster's place that is no cluster.
    #[error("{} is not a PostgreSQL database directory", .0.display())]
    NotADatabase(PathBuf),
    /// Another process holds the data directory.
    #[error("data directory {} is in use by {}", .directory.display(), Owner(*.pid))]
    InUse {
        /// The data directory.
        directory: PathBuf,
        /// The owner, where it has written its id already.
        pid: Option<u32>,
    },
    /// The cluster belongs to another user of the machine.
    #[error(
        "the database in {} belongs to user id {owner}: run as that user or as root",
        .directory.display()
    )]
    ForeignCluster {
        /// The cluster's directory.
        directory: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// Running as root, and there is no user to run the server as.
    #[error("PostgreSQL does not run as root, and this machine has no user {0} to run it as")]
    NoAccount(String),
    /// The socket's path would be too long or hold a comma, and no safe short one could be made.
    #[error(
        "the database socket cannot lie below {} (its path would be longer than 107 bytes or hold a \
         comma), and no private directory could be made for it: remove {} or choose another data \
         directory",
        .directory.display(),
        .taken.display()
    )]
    NoSocketPath {
        /// The data directory.
        directory: PathBuf,
        /// The last short directory that was tried.
        taken: PathBuf,
    },
    /// There is no room left on the data directory's file system.
    #[error("no space is left on the file system of {}", .0.display())]
    DiskFull(PathBuf),
    /// Processes of a former run do not go away.
    #[error(
        "a former database server on {} does not stop (pid {pid})",
        .directory.display()
    )]
    LeftOver {
        /// The cluster's directory.
        directory: PathBuf,
        /// One of the processes.
        pid: i32,
    },
    /// `initdb` failed for another reason.
    #[error("the database could not be created: {0}")]
    Initdb(String),
    /// The server ended before it was ready, for another reason.
    #[error("the database server did not start: {0}")]
    NotStarted(String),
    /// The server was not ready after a long while.
    #[error("the database server is not ready after {0} s")]
    StartTimedOut(u64),
    /// The server ended again and again.
    #[error("the database server ended {0} times within a few minutes and is not restarted again")]
    KeepsEnding(usize),
    /// The server did not stop, not even when killed.
    #[error("the database server does not stop")]
    StopTimedOut,
    /// It was told to stop while it was starting.
    #[error("the database server was stopped while it was starting")]
    Interrupted,
    /// The operating system refused something.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried (`create`, `open`, …).
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The operating system gave no thread to supervise from.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

impl EmbeddedError {
    /// Wraps a failure of the operating system; a full disk becomes its own error.
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| {
            if source.kind() == io::ErrorKind::StorageFull {
                Self::DiskFull(path)
            } else {
                Self::Io {
                    action,
                    path,
                    source,
                }
            }
        }
    }
}

/// Names the owner of a data directory.
struct Owner(Option<u32>);

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(pid) => write!(f, "another process (pid {pid})"),
            None => f.write_str("another process"),
        }
    }
}
