//! The handle on the running server.

use std::{
    fmt::Write as _, os::unix::ffi::OsStrExt, path::Path, sync::Arc, thread, time::Duration,
};

use rustix::process::Signal;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

use super::{
    EmbeddedError, EmbeddedOptions, EmbeddedState,
    control::Control,
    socket::PORT,
    supervisor::{self, Started},
};

/// The cluster's superuser. It makes the program's roles and is used for nothing else.
pub(super) const ADMINISTRATOR: &str = "postgres";

/// The database that every cluster begins with.
const FIRST_DATABASE: &str = "postgres";

/// How long a fast stop may take, and an immediate one after it.
const FAST_STOP: Duration = Duration::from_secs(2);
const IMMEDIATE_STOP: Duration = Duration::from_secs(2);
const KILL: Duration = Duration::from_secs(2);

/// A private PostgreSQL server that runs as long as this value lives.
///
/// Dropping it stops the server too, but blocks the thread meanwhile; [`stop`](Self::stop) does not.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    control: Arc<Control>,
    started: Started,
}

impl EmbeddedPostgres {
    /// Starts the server in its data directory, where the cluster is made at the first time, and
    /// returns when it accepts connections.
    ///
    /// If it ends unasked from then on it is restarted, a few times at most; see
    /// [`watch`](Self::watch).
    pub async fn start(options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let control = Arc::new(Control::new());
        let (sender, receiver) = oneshot::channel();
        let theirs = Arc::clone(&control);
        thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || supervisor::run(options, &theirs, sender))
            .map_err(EmbeddedError::Thread)?;

        let started = receiver.await.unwrap_or(Err(EmbeddedError::Interrupted))?;
        Ok(Self { control, started })
    }

    /// How to connect as the cluster's superuser, to its first database: for making roles and
    /// databases only.
    #[must_use]
    pub fn administrator_options(&self) -> PgConnectOptions {
        self.options_for(ADMINISTRATOR, FIRST_DATABASE)
    }

    /// How to connect as `user` to `database`. Who can reach the socket is trusted to be any role.
    #[must_use]
    pub fn options_for(&self, user: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.socket_directory())
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(user)
            .database(database)
    }

    /// The connection as a URL that `psql`, other libpq programs and sqlx understand.
    #[must_use]
    pub fn url_for(&self, user: &str, database: &str) -> String {
        format!(
            "postgresql:///{}?host={}&port={PORT}&user={}",
            percent_encoded(database.as_bytes()),
            percent_encoded(self.socket_directory().as_os_str().as_bytes()),
            percent_encoded(user.as_bytes()),
        )
    }

    /// The private directory of the server's socket.
    #[must_use]
    pub fn socket_directory(&self) -> &Path {
        &self.started.socket_directory
    }

    /// Whether `pg_stat_statements` is loaded; where the machine lacks it, the server runs without.
    #[must_use]
    pub fn has_statement_statistics(&self) -> bool {
        self.started.has_statistics
    }

    /// The server's process, unless it is being restarted or has ended.
    #[must_use]
    pub fn postmaster_pid(&self) -> Option<u32> {
        self.control.postmaster_pid()
    }

    /// Follows how the server is. A program that sees [`EmbeddedState::Failed`] has no database any
    /// more and should end.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<EmbeddedState> {
        self.control.watch()
    }

    /// Waits until the server cannot be restarted any more, and says why; for ever when all is well.
    pub async fn failed(&self) -> Arc<EmbeddedError> {
        let mut states = self.watch();
        let failure = states
            .wait_for(|state| matches!(state, EmbeddedState::Failed(_)))
            .await
            .map(|state| state.clone());
        match failure {
            Ok(EmbeddedState::Failed(error)) => error,
            _ => std::future::pending().await,
        }
    }

    /// Stops the server: sessions are ended, what was committed is kept. Within 2 s in order, and
    /// otherwise at once, which the next start makes good. A second call does nothing.
    ///
    /// When it returns, another process may take the data directory.
    pub async fn stop(&self) -> Result<(), EmbeddedError> {
        self.control.request_stop();
        let mut states = self.watch();
        for (patience, then) in [
            (FAST_STOP, Some(Signal::QUIT)),
            (IMMEDIATE_STOP, Some(Signal::KILL)),
            (KILL, None),
        ] {
            let end = states.wait_for(EmbeddedState::is_final);
            if timeout(patience, end).await.is_ok() {
                return Ok(());
            }
            if let Some(signal) = then {
                tracing::warn!("the database server is slow to stop and is told to stop at once");
                self.control.signal(signal);
            }
        }
        Err(EmbeddedError::StopTimedOut)
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if !self.control.has_ended() {
            self.control.request_stop();
            if !self.control.wait_for_the_end(FAST_STOP) {
                self.control.signal(Signal::QUIT);
            }
        }
    }
}

/// Encodes everything but what a URL may hold anywhere.
fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _infallible = write!(text, "%{byte:02X}");
        }
        text
    })
}
