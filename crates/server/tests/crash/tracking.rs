//! Hits of readers, while the database is away, when the program stops, and when it is killed.

use std::path::Path;
use std::time::{Duration, Instant};

use campaigns::{LinkClaim, LinkKind, LinkTarget};
use infrastructure::MasterKeys;
use kernel::{CampaignId, ContactId, OrganizationId};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use testkit::{TestDatabase, a_unique_id};

use crate::program::Program;
use crate::stopping::count;
use crate::writer::PATIENCE;

const RECORDED: &str = "SELECT count(*) FROM events WHERE event_type = 'CLICK'";

/// How long a hit may wait, and be written, before it is recorded. The queue gathers for 50 ms; the rest is for a slow
/// machine.
const DELAY: Duration = Duration::from_secs(2);

/// How long a reader waits at most who is led on. Whoever waited until the database is back would wait for ever: it comes
/// back after all readers were led on.
const LED_ON_WITHIN: Duration = Duration::from_secs(3);

/// Somebody who follows a link again and again.
struct Reader {
    client: Client,
    link: String,
}

impl Reader {
    /// A reader of a mail of the installation with this data directory.
    fn of(program: &Program, data_dir: &Path) -> Self {
        let keys = std::fs::read_to_string(data_dir.join("master.key")).unwrap();
        let keys = MasterKeys::parse(&keys).unwrap();
        let claim = LinkClaim {
            organization: OrganizationId::from_uuid(a_unique_id()),
            campaign: CampaignId::from_uuid(a_unique_id()),
            contact: Some(ContactId::from_uuid(a_unique_id())),
            kind: LinkKind::Click(LinkTarget::parse("https://example.com/").unwrap()),
        };
        Self {
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
            link: format!("{}/t/c/{}", program.url(), claim.token(&keys)),
        }
    }

    /// Follows the link; tells how long the answer took.
    async fn follow(&self) -> Duration {
        let begun = Instant::now();
        let answer = self.client.get(&self.link).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FOUND);
        assert_eq!(answer.headers()["location"], "https://example.com/");
        begun.elapsed()
    }
}

async fn wait_for(admin: &mut PgConnection, hits: i64) {
    let begun = Instant::now();
    while count(admin, RECORDED).await < hits {
        let late = begun.elapsed() > PATIENCE;
        assert!(!late, "{} of {hits}", count(admin, RECORDED).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_are_led_on_while_the_database_is_away_and_their_hits_are_recorded_later() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let program = Program::start_on(&data_dir, &test.login_url(), &[]);
    let reader = Reader::of(&program, &data_dir);
    // Another database of the same server: this one takes no connections for a while.
    let elsewhere = test.admin().database("postgres");
    let mut operator = PgConnection::connect_with(&elsewhere).await.unwrap();
    reader.follow().await;

    let name = test.name();
    for statement in [
        format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    ] {
        let done = sqlx::raw_sql(AssertSqlSafe(statement));
        done.execute(&mut operator).await.unwrap();
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..200 {
        slowest = slowest.max(reader.follow().await);
    }
    let open = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    let done = sqlx::raw_sql(AssertSqlSafe(open));
    done.execute(&mut operator).await.unwrap();

    println!("without the database the slowest answer took {slowest:?}");
    assert!(slowest < LED_ON_WITHIN, "a reader waited for {slowest:?}");
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    wait_for(&mut admin, 201).await;
    program.stop();
    assert_eq!(count(&mut admin, RECORDED).await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_that_wait_when_the_program_is_told_to_stop_are_recorded() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let program = Program::start_on(&data_dir, &test.login_url(), &[]);
    let reader = Reader::of(&program, &data_dir);

    for _ in 0..50 {
        reader.follow().await;
    }
    tokio::task::block_in_place(|| program.stop());

    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    assert_eq!(count(&mut admin, RECORDED).await, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_loses_hits_of_the_last_moment_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let program = Program::start_on(&data_dir, &test.login_url(), &[]);
    let reader = Reader::of(&program, &data_dir);
    let begun = Instant::now();

    let mut answered = Vec::new();
    while begun.elapsed() < DELAY + Duration::from_secs(1) {
        reader.follow().await;
        answered.push(Instant::now());
    }
    let killed = Instant::now();
    program.kill();

    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let recorded = usize::try_from(count(&mut admin, RECORDED).await).unwrap();
    // They are recorded in the order in which they came.
    let lost = &answered[recorded.min(answered.len())..];
    let age = lost.first().map(|at| killed - *at).unwrap_or_default();
    println!(
        "{} of {} hits were lost, the oldest {age:?} old",
        lost.len(),
        answered.len()
    );
    assert!(
        recorded > 0 && age < DELAY,
        "{recorded} of {}: {age:?}",
        answered.len()
    );
}
