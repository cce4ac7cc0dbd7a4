//! Workers in processes of their own, beside a server that leaves the jobs to them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use testkit::TestDatabase;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::program::{Program, canvass, run};
use crate::stopping::{count, execute, mails};
use crate::writer::{PATIENCE, Writer};

/// `canvass worker` with one place.
pub(crate) struct Worker {
    child: Child,
    /// Where it tells about itself, if it was asked to.
    health: Option<String>,
}

impl Worker {
    /// Starts it, and waits until it works.
    pub(crate) fn start(data_dir: &Path, database_url: &str) -> Self {
        Self::start_with(data_dir, database_url, &[])
    }

    /// As [`Worker::start`]; it tells what it works on.
    pub(crate) fn start_observed(data_dir: &Path, database_url: &str) -> Self {
        let listening = ["--health-listen", "127.0.0.1:0"];
        Self::start_with(data_dir, database_url, &listening)
    }

    fn start_with(data_dir: &Path, database_url: &str, arguments: &[&str]) -> Self {
        let mut child = canvass(&["worker", "--job-slots", "1"], data_dir)
            .args(arguments)
            .env("DATABASE_URL", database_url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told = line.trim().strip_prefix("canvass works").unwrap();
        let health = told
            .strip_prefix(" (health: ")
            .and_then(|rest| rest.strip_suffix(')'))
            .map(str::to_owned);
        assert!(health.is_some() != arguments.is_empty(), "{line}");
        Self { child, health }
    }

    /// Whether it works on a job of this kind, as it tells itself.
    pub(crate) async fn works_on(&self, kind: &str) -> bool {
        let health = self.health.as_deref().unwrap();
        let metrics = reqwest::get(format!("{health}/metrics")).await.unwrap();
        let metrics = metrics.text().await.unwrap();
        let running = format!("canvass_jobs_running{{kind=\"{kind}\"}} 1");
        metrics.lines().any(|line| line == running)
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn stop(mut self) {
        let pid = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // After a failed test, whose database it would look for.
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

/// A server without places for jobs on a database of its own, and two mails that are yet to be sent.
struct Scene {
    directory: tempfile::TempDir,
    test: TestDatabase,
    admin: PgConnection,
    server: Program,
}

impl Scene {
    async fn begin() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let test = TestDatabase::fresh().await;
        let data_dir = directory.path().join("data");
        let server = Program::start_on(&data_dir, &test.login_url(), &["--job-slots", "0"]);
        let (_url, watched) = watch::channel(server.url().to_owned());
        let mut writer = Writer::enter(watched).await;
        let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
        put_off(&mut admin).await;
        writer.write_organization().await;
        Self {
            directory,
            test,
            admin,
            server,
        }
    }

    fn data_dir(&self) -> std::path::PathBuf {
        self.directory.path().join("data")
    }

    fn worker(&self) -> Worker {
        Worker::start(&self.data_dir(), &self.test.login_url())
    }

    /// Lets workers have the jobs, and stops them in the middle, until the connection is told to go on.
    async fn hold(&mut self, running: i64) -> PgConnection {
        let mut obstacle = PgConnection::connect_with(&self.test.admin())
            .await
            .unwrap();
        let lock = "BEGIN; LOCK TABLE roles IN ACCESS EXCLUSIVE MODE";
        execute(&mut obstacle, lock).await;
        execute(&mut self.admin, "UPDATE job_queue SET run_at = now()").await;
        let sql = "SELECT count(*) FROM job_queue WHERE status = 'running'";
        while count(&mut self.admin, sql).await < running {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        obstacle
    }

    async fn wait_for_mails(&self, number: usize) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if mails(&self.data_dir()) == number {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} mails, not {number}", mails(&self.data_dir()));
    }
}

async fn put_off(admin: &mut PgConnection) {
    execute(
        admin,
        "CREATE FUNCTION put_off() RETURNS trigger LANGUAGE plpgsql AS \
        'BEGIN NEW.run_at := NEW.run_at + interval ''1 day''; RETURN NEW; END'",
    )
    .await;
    execute(
        admin,
        "CREATE TRIGGER put_off BEFORE INSERT ON job_queue \
        FOR EACH ROW EXECUTE FUNCTION put_off()",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_worker_had_begun_another_one_does() {
    let mut scene = Scene::begin().await;
    let (first, second) = (scene.worker(), scene.worker());

    let mut obstacle = scene.hold(2).await;
    let held = "SELECT count(DISTINCT worker) FROM job_queue WHERE status = 'running'";
    assert_eq!(count(&mut scene.admin, held).await, 2, "one each");
    first.kill();
    execute(&mut obstacle, "COMMIT").await;
    scene.wait_for_mails(1).await;
    // What nobody renews any more runs out; the test need not wait for that.
    let lapse = "UPDATE job_queue SET lease_until = now() WHERE status = 'running'";
    execute(&mut scene.admin, lapse).await;

    scene.wait_for_mails(2).await;
    second.stop();
    let tries = "SELECT sum(attempts) FROM job_queue WHERE status = 'completed'";
    assert_eq!(count(&mut scene.admin, tries).await, 3);
    scene.server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_worker_hands_back_the_next_one_does() {
    let mut scene = Scene::begin().await;
    let first = scene.worker();

    let mut obstacle = scene.hold(1).await;
    tokio::task::block_in_place(|| first.stop());
    let held = "SELECT count(*) FROM job_queue WHERE status = 'running'";
    assert_eq!(count(&mut scene.admin, held).await, 0);
    execute(&mut obstacle, "COMMIT").await;
    assert_eq!(
        mails(&scene.data_dir()),
        0,
        "the server has no place for jobs"
    );

    let second = scene.worker();
    scene.wait_for_mails(2).await;
    second.stop();
    scene.server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_needs_a_database_that_it_can_share_and_a_place() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");

    for (arguments, reason) in [
        (["worker", "--job-slots", "2"], "DATABASE_URL"),
        (["worker", "--job-slots", "0"], "--job-slots"),
    ] {
        let output = run(&arguments, &data_dir);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(reason), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_seen_and_cancelled_beside_a_server_with_its_private_database() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let (_url, watched) = watch::channel(program.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let mut admin = crate::program::administrator(&data_dir).await;
    put_off(&mut admin).await;
    writer.write_organization().await;

    let jobs = listed(&data_dir, "pending");
    let id = jobs[0]["id"].as_str().unwrap();
    let cancelled = run(&["job", "cancel", id], &data_dir);
    let again = run(&["job", "cancel", id], &data_dir);

    assert_eq!(cancelled.stdout, b"the job is cancelled\n", "{cancelled:?}");
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert_eq!(listed(&data_dir, "pending").len(), jobs.len() - 1);
    assert_eq!(listed(&data_dir, "cancelled")[0]["id"], json!(id));
    let table = run(&["job", "list"], &data_dir);
    let table = String::from_utf8(table.stdout).unwrap();
    assert_eq!(table.lines().count(), jobs.len() + 1, "{table}");
    let told =
        "SELECT count(*) FROM audit_logs WHERE entity_type = 'job' AND actor_kind = 'operator'";
    assert_eq!(count(&mut admin, told).await, 1);
    program.stop();
}

fn listed(data_dir: &Path, status: &str) -> Vec<Value> {
    let output = run(&["job", "list", "--status", status, "--json"], data_dir);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_a_job_is_let_go_when_the_program_stops() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let (_url, watched) = watch::channel(program.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let mut admin = crate::program::administrator(&data_dir).await;
    put_off(&mut admin).await;
    writer.write_organization().await;
    let job = &listed(&data_dir, "pending")[0];
    let (organization, id) = (
        job["organization_id"].as_str().unwrap(),
        job["id"].as_str().unwrap(),
    );
    let address = program.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET /v1/organizations/{organization}/jobs/{id}/events HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer {}\r\n\r\n",
        writer.token()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut told = Vec::new();
    while !String::from_utf8_lossy(&told).contains("\"status\":\"pending\"") {
        assert_ne!(stream.read_buf(&mut told).await.unwrap(), 0);
    }

    program.terminate();
    stream.read_to_end(&mut told).await.unwrap();

    let told = String::from_utf8(told).unwrap();
    assert!(
        told.ends_with("\r\n0\r\n\r\n"),
        "ended, and not cut off: {told}"
    );
    let status = tokio::task::block_in_place(|| program.wait());
    assert!(status.success(), "{status}");
}
