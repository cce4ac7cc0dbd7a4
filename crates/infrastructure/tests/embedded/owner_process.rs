//! Another process that owns a cluster and can be killed: this test binary, started once more.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use infrastructure::embedded::EmbeddedPostgres;
use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper};
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::cluster::{disposable, line};

const NOBODY: u32 = 65_534;

/// A process that has started a cluster and answers questions until it is stopped or killed.
pub(crate) struct OwnerProcess {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
    postmaster: Pid,
}

impl OwnerProcess {
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::spawn(Command::new(std::env::current_exe().unwrap()), data_dir).unwrap()
    }

    /// As root, but without the right to look into other users' processes, as in most containers.
    /// (An ordinary user has no such right to begin with.)
    pub(crate) fn without_tracing(data_dir: &Path) -> Self {
        if !is_root() {
            return Self::start(data_dir);
        }
        let mut command = Command::new("setpriv");
        command
            .args(["--bounding-set", "-sys_ptrace", "--"])
            .arg(std::env::current_exe().unwrap());
        Self::spawn(command, data_dir).unwrap()
    }

    /// As `nobody`, with a copy of the binary: the original may lie where only root gets.
    pub(crate) fn as_ordinary_user(directory: &Path) -> Self {
        let data_dir = directory.join("data");
        if !is_root() {
            return Self::start(&data_dir);
        }
        fs::copy(std::env::current_exe().unwrap(), directory.join("binary")).unwrap();
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(&data_dir).unwrap();
        chown(&data_dir, Some(NOBODY), Some(NOBODY)).unwrap();
        Self::again_as_ordinary_user(directory)
    }

    /// The same user once more, on the same data directory.
    pub(crate) fn again_as_ordinary_user(directory: &Path) -> Self {
        let data_dir = directory.join("data");
        if !is_root() {
            return Self::start(&data_dir);
        }
        let mut command = Command::new(directory.join("binary"));
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
        Self::spawn(command, &data_dir).unwrap()
    }

    /// In a file system of this size, which only the process sees, mounted on `directory`.
    pub(crate) fn on_a_disk_of(size: &str, directory: &Path) -> Result<Self, String> {
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--", "sh", "-c"])
            .arg("mount -t tmpfs -o size=$0 none $1 && shift && exec \"$@\"")
            .arg(size)
            .arg(directory)
            .arg(std::env::current_exe().unwrap());
        Self::spawn(command, directory)
    }

    /// Starts the process; `Err` is the line with which it refused.
    pub(crate) fn spawn(mut command: Command, data_dir: &Path) -> Result<Self, String> {
        // What the process leaves behind becomes a child of this one, which never asks how it ended:
        // as in a container whose first process does not. It also keeps a stopped process stopped,
        // which the kernel would wake if nobody of its session were left to do it.
        set_child_subreaper(Some(getpid())).unwrap();
        let mut child = command
            .args(["--ignored", "--exact", "--nocapture"])
            .arg("owner_process::the_process_that_other_tests_kill")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        writeln!(input, "{}", data_dir.display()).unwrap();
        match answer(&mut output) {
            Ok(pid) => Ok(Self {
                child,
                input,
                output,
                postmaster: Pid::from_raw(pid.parse().unwrap()).unwrap(),
            }),
            Err(refusal) => {
                child.wait().unwrap();
                Err(refusal)
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn postmaster(&self) -> Pid {
        self.postmaster
    }

    /// Has the process run a statement whose first column is a number, and returns that.
    pub(crate) fn ask(&mut self, sql: &str) -> String {
        self.tell(sql);
        answer(&mut self.output).unwrap()
    }

    /// Has the process run a statement and does not wait for its end.
    pub(crate) fn tell(&mut self, sql: &str) {
        writeln!(self.input, "{sql}").unwrap();
    }

    pub(crate) fn stop(mut self) {
        drop(self.input);
        assert!(self.child.wait().unwrap().success());
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn signal_postmaster(&self, signal: Signal) {
        kill_process(self.postmaster, signal).unwrap();
    }
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Reads up to the next answer; the test harness writes lines of its own.
fn answer(output: &mut BufReader<std::process::ChildStdout>) -> Result<String, String> {
    loop {
        let mut text = String::new();
        assert_ne!(output.read_line(&mut text).unwrap(), 0, "the process ended");
        if let Some((_, answer)) = text.trim_end().split_once("ANSWER ") {
            return Ok(answer.to_owned());
        }
        if let Some((_, refusal)) = text.trim_end().split_once("REFUSED ") {
            return Err(refusal.to_owned());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "not a test: the process that other tests start and kill"]
async fn the_process_that_other_tests_kill() {
    let mut input = std::io::stdin().lines();
    let data_dir = PathBuf::from(input.next().unwrap().unwrap());
    let postgres = match EmbeddedPostgres::start(disposable(&data_dir)).await {
        Ok(postgres) => postgres,
        Err(error) => return println!("\nREFUSED {}", line(&error)),
    };
    println!("\nANSWER {}", postgres.postmaster_pid().unwrap());
    let mut connection = postgres.administrator_options().connect().await.unwrap();
    for sql in input {
        let number: i64 = sqlx::query_scalar(AssertSqlSafe(sql.unwrap()))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        println!("ANSWER {number}");
    }
    postgres.stop().await.unwrap();
}
