//! Told to stop while it is busy with everything at once.

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use testkit::TestDatabase;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::importing::{self, File, Importing};
use crate::program::Program;
use crate::simulating::{
    self, a_campaign, asked, linger, simulate, wait_for_more_than, wait_for_the_end,
};
use crate::stopping::{OPEN, OpenRequest, RESUMED_WITHIN, all_go_on, count};
use crate::writer::Writer;

/// Within which time the program is gone that is told to stop.
pub(crate) const GONE_WITHIN: Duration = Duration::from_secs(10);

/// How many people are mailed as if: so many that it takes longer than the beginning of an import.
const PEOPLE: usize = 10_000;

/// What is told of a job as it goes.
struct Events {
    stream: TcpStream,
    told: Vec<u8>,
}

impl Events {
    async fn of(url: &str, token: &str, job: &str) -> Self {
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET {job}/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let told = Vec::new();
        Self { stream, told }
    }

    /// Reads until this was told.
    async fn until(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.told).contains(text) {
            let read = self.stream.read_buf(&mut self.told).await.unwrap();
            assert_ne!(read, 0, "{}", String::from_utf8_lossy(&self.told));
        }
    }

    /// Reads to the end; tells everything.
    async fn whole(mut self) -> String {
        self.stream.read_to_end(&mut self.told).await.unwrap();
        String::from_utf8(self.told).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_program_that_is_told_to_stop_cuts_nothing_and_its_jobs_go_on_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let database = TestDatabase::fresh().await;
    let start = || Program::start_on(&data_dir, &database.login_url(), &["--dns", "off"]);
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    let program = start();
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let (simulated, campaign) = a_campaign(&mut writer, &mut admin, PEOPLE).await;
    let asked = asked(&mut admin).await;
    linger(&mut admin).await;
    let mut requests = Vec::new();
    for n in 0..OPEN {
        let body = json!({"name": "Acme Brokers", "slug": format!("open-at-the-end-{n}")});
        let request = OpenRequest::begin(program.url(), writer.token(), "/v1/organizations", &body);
        requests.push(request.await);
    }
    let file = File::of(30_000);
    let mut importing = Importing::begin(&program, &file).await;
    simulate(&mut writer, simulated, campaign, &asked).await;
    let job = importing.job().await;
    let mut events = Events::of(program.url(), importing.token(), &job).await;
    events.until("\"status\":\"running\"").await;
    importing.wait_for_more_than(0).await;
    wait_for_more_than(&mut admin, simulated, 0).await;

    let told = Instant::now();
    program.terminate();
    let events = tokio::spawn(events.whole());
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
    let events = events.await.unwrap();
    let status = tokio::task::block_in_place(|| program.wait());
    let gone_after = told.elapsed();

    assert!(status.success(), "{status}");
    assert!(gone_after < GONE_WITHIN, "it took {gone_after:?}");
    assert!(
        events.ends_with("\r\n0\r\n\r\n"),
        "ended, and not cut off: {events}"
    );
    let open = "SELECT count(*) FROM organizations WHERE slug LIKE 'open-at-the-end-%'";
    let kept = count(&mut admin, open).await;
    assert_eq!(kept, i64::try_from(OPEN).unwrap());
    let handed_back = "SELECT count(*) FROM job_queue WHERE kind IN ('import_contacts', 'simulate_campaign') \
                       AND status = 'pending' AND worker IS NULL AND run_at <= now()";
    assert_eq!(count(&mut admin, handed_back).await, 2);

    let program = start();
    let ready = Instant::now();
    importing.follow(&program);
    url.send_replace(program.url().to_owned());
    let kinds = [importing::KIND, simulating::KIND];
    all_go_on(&kinds, &mut admin, ready, RESUMED_WITHIN).await;
    importing.reckon(&file, &mut admin).await;
    wait_for_the_end(&mut writer, &mut admin, simulated).await;
    program.stop();
}
