//! PgBouncer as a process.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use testkit::TestDatabase;

/// Where packages put it.
const PLACES: [&str; 3] = [
    "/usr/sbin/pgbouncer",
    "/usr/bin/pgbouncer",
    "/opt/homebrew/bin/pgbouncer",
];

/// How many connections to the server there are for all clients.
const SERVER_CONNECTIONS: u32 = 3;

/// The user who runs it where no other one must: PgBouncer refuses root.
const NOBODY: u32 = 65_534;

/// How long its start may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A pooler in transaction mode, which ends with this value.
pub(super) struct PgBouncer {
    process: Child,
    directory: TempDir,
    database: String,
    password: String,
}

impl PgBouncer {
    /// Starts it before the server of the database.
    ///
    /// # Panics
    ///
    /// If it is not installed, or does not start.
    pub(super) fn before(database: &TestDatabase) -> Self {
        let program = PLACES.iter().find(|place| Path::new(place).exists());
        let program = program.expect("PgBouncer is not installed: run scripts/setup --check");
        let login = database.login();
        let directory = tempfile::tempdir().expect("a directory can be made");
        let password = password_in(&database.login_url());
        let host = login.get_socket().map_or_else(
            || login.get_host().to_owned(),
            |socket| socket.display().to_string(),
        );
        let settings = format!(
            "[databases]\n* = host={host} port={}\n\
             [pgbouncer]\npool_mode = transaction\ndefault_pool_size = {SERVER_CONNECTIONS}\n\
             listen_addr =\nunix_socket_dir = {dir}\nauth_type = trust\nauth_file = {dir}/users\n\
             ignore_startup_parameters = extra_float_digits\n",
            login.get_port(),
            dir = directory.path().display()
        );
        let users = format!("\"{}\" \"{password}\"\n", login.get_username());
        // Whoever may reach the server's socket is its owner.
        let user = login.get_socket().map_or(NOBODY, |socket| {
            fs::metadata(socket).expect("the socket's directory").uid()
        });
        let is_root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
        for (name, text) in [("settings", settings), ("users", users)] {
            let path = directory.path().join(name);
            fs::write(&path, text).expect("its files can be written");
            if is_root {
                chown(&path, Some(user), None).expect("they can be given away");
            }
        }
        let mut command = Command::new(program);
        if is_root {
            chown(directory.path(), Some(user), None).expect("the directory can be given away");
            command.uid(user);
        }
        let process = command
            .arg("--quiet")
            .arg(directory.path().join("settings"))
            .current_dir("/")
            .stdin(Stdio::null())
            .spawn()
            .expect("PgBouncer runs");
        let mut started = Self {
            process,
            directory,
            database: database.name().to_owned(),
            password,
        };
        started.wait_until_ready();
        started
    }

    /// How the program logs in through it.
    pub(super) fn url(&self) -> String {
        format!(
            "postgres://canvass_login:{}@localhost/{}?host={}&port=6432",
            self.password,
            self.database,
            self.directory.path().display()
        )
    }

    fn wait_until_ready(&mut self) {
        let socket = self.directory.path().join(".s.PGSQL.6432");
        let begun = Instant::now();
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            let ended = self.process.try_wait().expect("it can be asked");
            assert!(
                ended.is_none() && begun.elapsed() < PATIENCE,
                "PgBouncer did not start"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// The password in a URL; empty where the server asks for none.
fn password_in(url: &str) -> String {
    let parsed: PgConnectOptions = url.parse().expect("a URL");
    let login = format!("{}:", parsed.get_username());
    url.split_once(&login)
        .and_then(|(_, rest)| rest.split_once('@'))
        .map_or_else(String::new, |(password, _)| password.to_owned())
}
