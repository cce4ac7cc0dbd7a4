//! What was killed comes up again, with everything that was acknowledged.

use std::{
    fs::{self, OpenOptions},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::Command,
};

use infrastructure::embedded::{EmbeddedError, EmbeddedPostgres, EmbeddedState};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    cluster::{connect, count, execute, start},
    owner_process::{OwnerProcess, is_root},
};

fn kill_server(postgres: &EmbeddedPostgres) {
    let pid = i32::try_from(postgres.postmaster_pid().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

/// Every process whose working directory is the cluster's.
fn processes_of(data_dir: &Path) -> Vec<u32> {
    let cluster = data_dir.join("postgres/data").canonicalize().unwrap();
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == cluster))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

#[tokio::test]
async fn a_server_that_is_killed_is_started_again() {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(directory.path()).await;
    let mut connection = connect(&postgres.administrator_options()).await;
    execute(
        &mut connection,
        "CREATE TABLE kept (n bigint); INSERT INTO kept VALUES (7);",
    )
    .await;
    let first = postgres.postmaster_pid();
    let mut states = postgres.watch();

    kill_server(&postgres);

    states
        .wait_for(|state| matches!(state, EmbeddedState::Starting))
        .await
        .unwrap();
    states
        .wait_for(|state| matches!(state, EmbeddedState::Ready))
        .await
        .unwrap();
    assert_ne!(postgres.postmaster_pid(), first);
    assert_eq!(count(&postgres, "SELECT n FROM kept").await, 7);
}

#[tokio::test]
async fn a_server_that_cannot_be_started_again_is_given_up_with_a_reason() {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(directory.path()).await;
    let control_file = directory.path().join("postgres/data/global/pg_control");
    OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(control_file)
        .unwrap();

    kill_server(&postgres);

    let error = postgres.failed().await;
    assert!(matches!(*error, EmbeddedError::NotStarted(_)), "{error}");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_outlived_its_killed_owner_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let mut owner = OwnerProcess::start(directory.path());
    owner.ask("WITH made AS (SELECT set_config('x.y', '', false)) SELECT 1::bigint FROM made");
    let orphan = owner.postmaster();
    // Stopped, it cannot notice that its owner is gone.
    owner.signal_postmaster(Signal::STOP);
    owner.kill();
    assert!(Path::new(&format!("/proc/{}", orphan.as_raw_nonzero())).exists());

    let postgres = start(directory.path()).await;

    assert_eq!(count(&postgres, "SELECT 1::bigint").await, 1);
    let processes = processes_of(directory.path());
    assert!(!processes.contains(&u32::try_from(orphan.as_raw_nonzero().get()).unwrap()));
}

#[tokio::test]
async fn a_server_that_outlived_its_owner_is_found_without_the_right_to_look_into_processes() {
    let directory = tempfile::tempdir().unwrap();
    let owner = OwnerProcess::start(directory.path());
    let orphan = owner.postmaster();
    owner.signal_postmaster(Signal::STOP);
    owner.kill();

    let mut next = OwnerProcess::without_tracing(directory.path());

    assert_eq!(next.ask("SELECT 1::bigint"), "1");
    assert!(!Path::new(&format!("/proc/{}/cwd", orphan.as_raw_nonzero())).exists());
    next.stop();
}

#[tokio::test]
async fn program_and_server_killed_together_lose_nothing_that_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let mut owner = OwnerProcess::start(directory.path());
    owner.ask("SELECT 0::bigint FROM (SELECT lo_create(4711)) AS made");
    owner.ask("SELECT lo_creat(-1)::bigint");
    owner.signal_postmaster(Signal::KILL);
    owner.kill();

    let postgres = start(directory.path()).await;

    let kept = "SELECT count(*) FROM pg_largeobject_metadata";
    assert_eq!(count(&postgres, kept).await, 2);
}

#[tokio::test]
async fn a_busy_backend_that_outlived_everybody_is_ended() {
    let directory = tempfile::tempdir().unwrap();
    let mut owner = OwnerProcess::start(directory.path());
    let backend: u32 = owner
        .ask("SELECT pg_backend_pid()::bigint")
        .parse()
        .unwrap();
    // Computes, and so never waits for anything that would tell it of the postmaster's end.
    owner.tell(
        "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 1000000) b",
    );
    wait_until_busy(backend);
    owner.signal_postmaster(Signal::KILL);
    owner.kill();
    assert!(processes_of(directory.path()).contains(&backend));

    let postgres = start(directory.path()).await;

    assert_eq!(count(&postgres, "SELECT 1::bigint").await, 1);
    assert!(!processes_of(directory.path()).contains(&backend));
}

/// Waits until the process has computed for a while: the fourteenth field of its statistics.
fn wait_until_busy(pid: u32) {
    loop {
        let statistics = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let (_, fields) = statistics.rsplit_once(')').unwrap();
        let ticks: u64 = fields.split_whitespace().nth(11).unwrap().parse().unwrap();
        if ticks > 5 {
            return;
        }
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_pid_file_that_names_another_program_by_now_is_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    start(directory.path()).await.stop().await.unwrap();
    let cluster = fs::metadata(directory.path().join("postgres/data")).unwrap();
    // Of the same user; another one's PostgreSQL would see through by itself.
    let mut other = as_user(cluster.uid(), Command::new("sleep").arg("60"))
        .spawn()
        .unwrap();
    let pid_file = directory.path().join("postgres/data/postmaster.pid");
    fs::write(&pid_file, format!("{}\n", other.id())).unwrap();
    let socket_lock = directory.path().join("postgres/socket/.s.PGSQL.5432.lock");
    fs::write(&socket_lock, format!("{}\n", other.id())).unwrap();

    let postgres = start(directory.path()).await;

    assert_eq!(count(&postgres, "SELECT 1::bigint").await, 1);
    assert!(other.try_wait().unwrap().is_none(), "it was signalled");
    other.kill().unwrap();
    other.wait().unwrap();
}

fn as_user(uid: u32, command: &mut Command) -> &mut Command {
    if is_root() {
        command.uid(uid);
    }
    command
}

#[tokio::test]
async fn a_half_made_cluster_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let half_made = directory.path().join("postgres/data.new");
    fs::create_dir_all(half_made.join("base")).unwrap();
    fs::write(half_made.join("PG_VERSION"), "15\n").unwrap();

    let postgres = start(directory.path()).await;

    assert_eq!(count(&postgres, "SELECT 1::bigint").await, 1);
    assert!(!half_made.exists());
}
