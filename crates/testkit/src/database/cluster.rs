//! The private PostgreSQL cluster of a test run.

use std::fs::{self, DirBuilder, File, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;

/// The cluster's superuser.
const ADMINISTRATOR: &str = "postgres";

/// How long initdb's result may take to answer; a loaded machine needs a multiple of the usual 30 ms.
const PATIENCE: Duration = Duration::from_mins(1);

/// The run's cluster, alive for as long as somebody holds one of these.
#[derive(Debug)]
pub(super) struct Cluster {
    directory: PathBuf,
    _in_use: File,
}

impl Cluster {
    /// Joins the cluster of this run, and starts it where nobody has.
    ///
    /// A run is what one runner (`cargo nextest run`, `cargo test`, an editor) starts: all test
    /// processes of it have the same parent.
    pub(super) fn join() -> Self {
        let user = ClusterUser::find();
        let runs = runs_directory(&user);
        let door = File::open(&runs).expect("the folder of the runs opens");
        door.lock().expect("the folder of the runs locks");

        let runner = parent_id();
        let directory = runs.join(format!("{runner}-{}", started_at(runner)));
        if !is_kept(&directory) {
            sweep(&runs);
            start(&directory, runner, &user);
        }
        let in_use = File::open(directory.join("users")).expect("the cluster has a file of users");
        in_use.lock_shared().expect("the cluster can be joined");
        drop(door);
        Self {
            directory,
            _in_use: in_use,
        }
    }

    /// How the superuser connects.
    pub(super) fn administrator(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.directory)
            .username(ADMINISTRATOR)
            .database("postgres")
    }

    /// Where the server writes its log.
    pub(super) fn log(&self) -> PathBuf {
        self.directory.join("log")
    }
}

/// Who runs the cluster: PostgreSQL refuses root.
struct ClusterUser {
    uid: u32,
    gid: u32,
}

impl ClusterUser {
    fn find() -> Self {
        let me = fs::metadata("/proc/self").expect("/proc is there");
        if me.uid() != 0 {
            return Self {
                uid: me.uid(),
                gid: me.gid(),
            };
        }
        let accounts = fs::read_to_string("/etc/passwd").expect("the accounts can be read");
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|wanted| {
                accounts.lines().find_map(|line| {
                    let mut fields = line.split(':');
                    (fields.next()? == wanted).then_some(())?;
                    Some(Self {
                        uid: fields.nth(1)?.parse().ok()?,
                        gid: fields.next()?.parse().ok()?,
                    })
                })
            })
            .expect(
                "root runs the cluster as the user `postgres` or `nobody`, and one of them exists",
            )
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        if fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }
}

/// One folder per user for the clusters of all runs, owned by those who run them.
fn runs_directory(user: &ClusterUser) -> PathBuf {
    let runs = std::env::temp_dir().join(format!("canvass-tests-{}", user.uid));
    if let Err(error) = DirBuilder::new().mode(0o700).create(&runs) {
        assert_eq!(
            error.kind(),
            std::io::ErrorKind::AlreadyExists,
            "the folder of the runs can be made"
        );
    }
    let owner = fs::symlink_metadata(&runs).expect("the folder of the runs is there");
    if owner.uid() != user.uid {
        chown(&runs, Some(user.uid), Some(user.gid))
            .expect("the folder of the runs belongs to the user of the clusters");
    }
    runs
}

/// Tells a process from a later one with the same id.
fn started_at(process: u32) -> String {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold blanks; the start is the 20th field after it.
    status
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().nth(19))
        .unwrap_or("0")
        .to_owned()
}

/// Whether a keeper watches over the cluster, which then is ready.
fn is_kept(directory: &Path) -> bool {
    directory.join("ready").exists()
        && File::open(directory.join("keeper")).is_ok_and(|keeper| keeper.try_lock().is_err())
}

/// Removes what keepers left that were killed.
fn sweep(runs: &Path) {
    for entry in fs::read_dir(runs)
        .expect("the runs can be listed")
        .flatten()
    {
        let directory = entry.path();
        if File::open(directory.join("keeper")).is_ok_and(|keeper| keeper.try_lock().is_err()) {
            continue;
        }
        stop_orphans(&directory.join("data"));
        fs::remove_dir_all(&directory).expect("a dead run's cluster can be removed");
    }
}

/// Stops processes that work in a directory of data whose keeper is dead.
fn stop_orphans(data: &Path) {
    let begun = Instant::now();
    loop {
        let orphans: Vec<_> = fs::read_dir("/proc")
            .expect("/proc is there")
            .flatten()
            .filter(|process| {
                fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == data)
            })
            .filter_map(|process| process.file_name().into_string().ok())
            .collect();
        if orphans.is_empty() {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "a dead run's server stops");
        Command::new("kill")
            .arg("-KILL")
            .args(&orphans)
            .stderr(Stdio::null())
            .status()
            .expect("`kill` runs");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[expect(clippy::zombie_processes, reason = "the keeper outlives this process")]
fn start(directory: &Path, runner: u32, user: &ClusterUser) {
    let programs = programs();
    DirBuilder::new()
        .mode(0o700)
        .create(directory)
        .expect("the run's directory can be made");
    for name in ["users", "keeper", "log"] {
        File::create(directory.join(name)).expect("the run's files can be made");
        chown(directory.join(name), Some(user.uid), Some(user.gid))
            .expect("they can be given away");
    }
    fs::set_permissions(directory.join("log"), Permissions::from_mode(0o600))
        .expect("the log is private");
    chown(directory, Some(user.uid), Some(user.gid))
        .expect("the run's directory can be given away");

    let made = user
        .command(&programs.join("initdb"))
        .current_dir(directory)
        .args([
            "-D",
            "data",
            "-U",
            ADMINISTRATOR,
            "-A",
            "trust",
            "-E",
            "UTF8",
        ])
        .args(["--locale=C.UTF-8", "--no-sync"])
        .output()
        .expect("initdb runs");
    assert!(
        made.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&made.stderr)
    );

    let log = || {
        File::options()
            .append(true)
            .open(directory.join("log"))
            .expect("the log opens")
    };
    let mut keeper = user
        .command(Path::new("/bin/sh"))
        .current_dir(directory)
        .process_group(0)
        .args(["-c", include_str!("keeper.sh"), "canvass-test-keeper"])
        .arg(&programs)
        .arg(runner.to_string())
        .args(
            settings(directory)
                .iter()
                .flat_map(|setting| ["-c", setting.as_str()]),
        )
        .stdout(log())
        .stderr(log())
        .spawn()
        .expect("the keeper runs");

    let begun = Instant::now();
    while !is_ready(directory) {
        let ended = keeper.try_wait().expect("the keeper can be asked");
        assert!(
            ended.is_none() && begun.elapsed() < PATIENCE,
            "the test cluster did not start: {}",
            fs::read_to_string(directory.join("log")).unwrap_or_default()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    File::create(directory.join("ready")).expect("the cluster can be marked as ready");
}

/// Settings of a server that may lose everything, and is asked by many.
fn settings(directory: &Path) -> Vec<String> {
    let mut settings = vec![format!("unix_socket_directories={}", directory.display())];
    settings.extend(
        [
            "listen_addresses=",
            "unix_socket_permissions=0700",
            "max_connections=200",
            "shared_preload_libraries=pg_stat_statements",
            "pg_stat_statements.track=all",
            "pg_stat_statements.max=20000",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            "max_wal_size=1GB",
            "jit=off",
        ]
        .map(str::to_owned),
    );
    settings
}

fn is_ready(directory: &Path) -> bool {
    fs::read_to_string(directory.join("data/postmaster.pid")).is_ok_and(|state| {
        state
            .lines()
            .nth(7)
            .is_some_and(|line| line.trim() == "ready")
    })
}

/// The folder of the newest PostgreSQL's programs.
pub(super) fn programs() -> PathBuf {
    let mut folders: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    folders.sort();
    folders
        .pop()
        .map(|(_, folder)| folder)
        .expect("PostgreSQL's server programs are installed (`scripts/test` installs them), or TEST_DATABASE_URL is set")
}
