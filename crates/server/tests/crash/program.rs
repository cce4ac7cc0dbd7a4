//! The program as a process.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

/// `canvass` that serves from a data directory.
pub(crate) struct Program {
    child: Child,
    url: String,
    ready_after: Duration,
}

/// The command with these settings and nothing of this process's environment that it would read.
pub(crate) fn canvass(arguments: &[&str], data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canvass"));
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .args(arguments)
        .arg("--data-dir")
        .arg(data_dir)
        .stdin(Stdio::null());
    command
}

impl Program {
    /// Starts it, and waits until it serves. Its log is added to `log` beside the data directory.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &[])
    }

    /// As [`Program::start`], with further settings.
    pub(crate) fn start_with(data_dir: &Path, arguments: &[&str]) -> Self {
        let mut command = canvass(&["serve", "--listen", "127.0.0.1:0"], data_dir);
        command.args(arguments);
        Self::start_as(command, data_dir)
    }

    /// As [`Program::start`], on a database that others have as well.
    pub(crate) fn start_on(data_dir: &Path, database_url: &str, arguments: &[&str]) -> Self {
        let mut command = canvass(&["serve", "--listen", "127.0.0.1:0"], data_dir);
        command.args(arguments).env("DATABASE_URL", database_url);
        Self::start_as(command, data_dir)
    }

    /// Starts this command, as [`Program::start`] does.
    pub(crate) fn start_as(mut command: Command, data_dir: &Path) -> Self {
        let log = File::options()
            .create(true)
            .append(true)
            .open(log_of(data_dir))
            .unwrap();
        let begun = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .strip_prefix("canvass serves on ")
            .and_then(|rest| rest.split(' ').next())
            .unwrap_or_else(|| {
                let log = fs::read_to_string(log_of(data_dir)).unwrap_or_default();
                panic!("the program did not start ({:?}): {log}", child.wait())
            })
            .to_owned();
        Self {
            child,
            url,
            ready_after: begun.elapsed(),
        }
    }

    /// Where it serves.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How long it took from its start until it served.
    pub(crate) const fn ready_after(&self) -> Duration {
        self.ready_after
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it by force.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to stop.
    pub(crate) fn terminate(&self) {
        let pid = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Tells it to stop and waits for that.
    pub(crate) fn stop(self) {
        self.terminate();
        let status = self.wait();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // After a failed test; its database ends with it.
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

fn log_of(data_dir: &Path) -> PathBuf {
    data_dir.with_extension("log")
}

/// A superuser's connection to the private database of a program that runs.
pub(crate) async fn administrator(data_dir: &Path) -> PgConnection {
    try_administrator(data_dir).await.unwrap()
}

/// As [`administrator`], where the database may not be there yet.
pub(crate) async fn try_administrator(data_dir: &Path) -> Result<PgConnection, sqlx::Error> {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(data_dir.join("postgres/socket"))
        .username("postgres")
        .database("canvass");
    PgConnection::connect_with(&options).await
}

/// Runs a command that ends by itself.
pub(crate) fn run(arguments: &[&str], data_dir: &Path) -> Output {
    canvass(arguments, data_dir).output().unwrap()
}

/// What a command that failed had to say: one line, its last.
#[track_caller]
pub(crate) fn refusal(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let mut lines = text.lines().filter(|line| line.starts_with("canvass: "));
    let line = lines.next().unwrap_or_default().to_owned();
    assert!(
        output.status.code() == Some(1) && !line.is_empty() && lines.next().is_none(),
        "{}: {text}",
        output.status
    );
    assert_eq!(text.lines().last(), Some(line.as_str()), "{text}");
    line
}
