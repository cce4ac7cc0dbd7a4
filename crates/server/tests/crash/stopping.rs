//! Told to stop while requests are open.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::program::{Program, administrator};
use crate::writer::Writer;

/// How long after a start it may take until somebody goes on with what a program was killed in: so much less than a lease
/// lasts that nobody waited for its end.
const SOON: Duration = Duration::from_secs(25);

/// Within which time after a start somebody goes on with what a program handed back that was told to stop.
pub(crate) const RESUMED_WITHIN: Duration = Duration::from_secs(2);

/// How many requests are open when the program is told to stop.
pub(crate) const OPEN: usize = 100;

/// A request whose body is awaited by the handler, and not there yet.
pub(crate) struct OpenRequest {
    stream: TcpStream,
    body: String,
}

impl OpenRequest {
    /// Sends the head, and waits until the program asks for the body, as it does once it works on the
    /// request.
    pub(crate) async fn begin(url: &str, token: &str, path: &str, body: &Value) -> Self {
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 100"), "{answer:?}");
        Self { stream, body }
    }

    /// Sends the body and reads the answer up to its end; tells its status.
    pub(crate) async fn complete(mut self) -> String {
        self.stream.write_all(self.body.as_bytes()).await.unwrap();
        self.answer().await
    }

    async fn answer(&mut self) -> String {
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        assert!(serde_json::from_str::<Value>(body).is_ok(), "cut: {answer}");
        head.split(' ').nth(1).unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_tells_the_program_to_stop_cuts_no_request() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let (_url, watched) = watch::channel(program.url().to_owned());
    let writer = Writer::enter(watched).await;
    let mut requests = Vec::new();
    for n in 0..OPEN {
        let body = json!({"name": "Acme Brokers", "slug": format!("open-at-the-end-{n}")});
        let request = OpenRequest::begin(program.url(), writer.token(), "/v1/organizations", &body);
        requests.push(request.await);
    }
    let never = json!({"name": "Never Said", "slug": "never-said"});
    let mut abandoned =
        OpenRequest::begin(program.url(), writer.token(), "/v1/organizations", &never).await;

    let told = Instant::now();
    program.terminate();
    let answers = requests.into_iter().enumerate().map(|(n, request)| {
        tokio::spawn(async move {
            // Some bodies come at once, some over two seconds.
            tokio::time::sleep(Duration::from_millis(20) * u32::try_from(n).unwrap()).await;
            request.complete().await
        })
    });
    for answer in answers.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap(), "201");
    }
    let last = abandoned.answer().await;
    let status = tokio::task::block_in_place(|| program.wait());

    assert_eq!(last, "503");
    assert!(status.success(), "{status}");
    assert!(
        told.elapsed() < Duration::from_secs(10),
        "it took {:?}",
        told.elapsed()
    );
    let program = Program::start(&data_dir);
    let mut admin = administrator(&data_dir).await;
    let kept = count(&mut admin, "SELECT count(*) FROM organizations").await;
    assert_eq!(kept, i64::try_from(OPEN).unwrap());
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_the_program_stops_in_goes_on_at_the_next_start() {
    goes_on_after(Program::stop, RESUMED_WITHIN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_the_program_is_killed_in_goes_on_at_the_next_start() {
    goes_on_after(Program::kill, SOON).await;
}

/// Ends the program in the middle of a job, and expects the next one to go on with it within this time, long before its
/// lease is over.
async fn goes_on_after(end: fn(Program), within: Duration) {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let (_url, watched) = watch::channel(program.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let mut admin = administrator(&data_dir).await;
    execute(
        &mut admin,
        "CREATE FUNCTION put_off() RETURNS trigger LANGUAGE plpgsql AS \
        'BEGIN NEW.run_at := NEW.run_at + interval ''1 day''; RETURN NEW; END'",
    )
    .await;
    execute(
        &mut admin,
        "CREATE TRIGGER put_off BEFORE INSERT ON job_queue \
        FOR EACH ROW EXECUTE FUNCTION put_off()",
    )
    .await;
    writer.write_organization().await;

    // The mail names the role, which nobody can read while this transaction lasts.
    let mut obstacle = administrator(&data_dir).await;
    execute(
        &mut obstacle,
        "BEGIN; LOCK TABLE roles IN ACCESS EXCLUSIVE MODE",
    )
    .await;
    execute(&mut admin, "UPDATE job_queue SET run_at = now()").await;
    let running = "SELECT count(*) FROM job_queue WHERE status = 'running'";
    while count(&mut admin, running).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::task::block_in_place(|| end(program));
    assert_eq!(mails(&data_dir), 0);

    let program = Program::start(&data_dir);
    let ready = Instant::now();
    let mut admin = administrator(&data_dir).await;
    all_go_on(&["send_invitation"], &mut admin, ready, within).await;
    while mails(&data_dir) < 2 {
        assert!(ready.elapsed() < SOON, "no mail came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    program.stop();
}

/// Waits until somebody works on each job of these kinds that has not ended, which must not take longer than this from when
/// the program was ready.
pub(crate) async fn all_go_on(
    kinds: &[&str],
    admin: &mut PgConnection,
    ready: Instant,
    within: Duration,
) {
    let left = "SELECT count(*) FROM job_queue WHERE kind = ANY ($1) \
                AND (status = 'pending' OR (status = 'running' AND lease_until <= now()))";
    loop {
        let left = sqlx::query_scalar::<_, i64>(left).bind(kinds);
        let left = left.fetch_one(&mut *admin).await.unwrap();
        if left == 0 {
            return;
        }
        assert!(ready.elapsed() < within, "nobody goes on with {left} jobs");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) async fn execute(admin: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(admin).await.unwrap();
}

pub(crate) async fn count(admin: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(admin).await.unwrap()
}

pub(crate) fn mails(data_dir: &Path) -> usize {
    let Ok(files) = fs::read_dir(data_dir.join("mail")) else {
        return 0;
    };
    files
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|kind| kind == "eml"))
        .count()
}
