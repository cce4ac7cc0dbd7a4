//! Jobs under concurrency, and workers that are killed.

use std::sync::Arc;

use async_trait::async_trait;
use infrastructure::logs::{DatabaseLogs, LogSettings};
use infrastructure::{
    DatabaseSettings, FileMailer, JobRunner, JobRunnerSettings, MailSender, PostgresDatabase,
    SystemIds, SystemRandom,
};
use kernel::{
    Actor, ClaimedJob, Job, JobClaim, JobControl, JobEnd, JobFailure, JobId, JobKind, JobStore,
    MailMessage, Mailer, NewJob, OrganizationId, Origin, RequestId, TenantScope, Timestamp,
};
use sqlx::{Connection as _, PgConnection};
use tenancy::ports::TenancyStore as _;
use testkit::{FixedClock, TestDatabase, a_unique_id};
use time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const KIND: JobKind = JobKind::new("greet");
const LEASE: Duration = Duration::seconds(30);

fn database(test: &TestDatabase) -> PostgresDatabase {
    PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default())
}

async fn enqueue(database: &PostgresDatabase, count: usize) -> Vec<JobId> {
    let organization = OrganizationId::from_uuid(a_unique_id());
    let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
    let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
    let unit = database.begin(&scope).await.expect("a unit opens");
    let mut ids = Vec::new();
    for _ in 0..count {
        let job = NewJob {
            id: JobId::from_uuid(a_unique_id()),
            kind: KIND,
            payload: serde_json::json!({}),
            run_at: FixedClock::START,
            max_attempts: 3,
        };
        unit.jobs().enqueue(&job).await.expect("a job is enqueued");
        ids.push(job.id);
    }
    unit.commit().await.expect("the unit commits");
    ids.sort_unstable();
    ids
}

async fn claim(
    database: &PostgresDatabase,
    worker: u128,
    now: Timestamp,
    limit: u16,
) -> Vec<ClaimedJob> {
    let claim = JobClaim {
        worker: Uuid::from_u128(worker),
        now,
        lease: LEASE,
        limit,
        reserved: 0,
    };
    database.claim(&claim).await.expect("jobs can be claimed")
}

#[tokio::test]
async fn workers_that_claim_at_the_same_time_never_get_the_same_job() {
    let test = TestDatabase::fresh().await;
    let database = database(&test);
    let jobs = enqueue(&database, 200).await;

    let mut workers = JoinSet::new();
    for worker in 1..=8 {
        let database = database.clone();
        workers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let batch = claim(&database, worker, FixedClock::START, 3).await;
                if batch.is_empty() {
                    return mine;
                }
                mine.extend(batch.into_iter().map(|job| job.id));
            }
        });
    }
    let mut claimed = workers.join_all().await.concat();
    // What one worker had locked, another skipped, so a few may be left; none is there twice.
    let left = claim(&database, 9, FixedClock::START, 200).await;
    claimed.extend(left.into_iter().map(|job| job.id));

    claimed.sort_unstable();
    assert_eq!(claimed, jobs);
}

/// Sends a mail and then never ends the first time, as if its process was killed just then.
struct Greeting {
    mailer: FileMailer,
    sent: Notify,
}

#[async_trait]
impl Job for Greeting {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        _scope: &TenantScope,
        _work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let to = "ada@example.com".parse().map_err(|_invalid| "address")?;
        let text = "Hello\n".to_owned();
        let message = MailMessage::plain(job.id.as_uuid(), to, "Hello".to_owned(), text);
        self.mailer.send(&message).await.map_err(|_unsent| "mail")?;
        self.sent.notify_one();
        if job.attempt == 1 {
            std::future::pending::<()>().await;
        }
        Ok(JobEnd::DONE)
    }
}

#[tokio::test]
async fn a_mail_whose_worker_was_killed_before_it_could_say_so_is_sent_once() {
    let test = TestDatabase::fresh().await;
    let database = database(&test);
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::default());
    let sender = MailSender {
        name: None,
        address: "no-reply@canvass.example".parse().unwrap(),
    };
    let greeting = Arc::new(Greeting {
        mailer: FileMailer::new(directory.path().to_owned(), sender, clock.clone()),
        sent: Notify::new(),
    });
    let runner = || {
        JobRunner::new(
            Arc::new(database.clone()),
            clock.clone(),
            Arc::new(SystemIds::default()),
            Arc::new(SystemRandom),
            JobRunnerSettings {
                poll_interval: Duration::milliseconds(5),
                lease: LEASE,
                ..JobRunnerSettings::default()
            },
            [Arc::<Greeting>::clone(&greeting) as Arc<dyn Job>],
        )
    };
    enqueue(&database, 1).await;

    let killed = runner();
    let killed = tokio::spawn(async move { killed.run(CancellationToken::new()).await });
    greeting.sent.notified().await;
    killed.abort();
    assert!(killed.await.unwrap_err().is_cancelled());
    clock.advance(LEASE);
    let stop = CancellationToken::new();
    let other = runner();
    let other = tokio::spawn({
        let stop = stop.clone();
        async move { other.run(stop).await }
    });
    greeting.sent.notified().await;
    stop.cancel();
    other.await.unwrap();

    let files = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(files, 1);
    let later = clock_after(&clock);
    let again = claim(&database, 0, later, 10).await;
    assert_eq!(again, []);
}

/// A job that cannot be done.
struct Hopeless;

#[async_trait]
impl Job for Hopeless {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(
        &self,
        _: &ClaimedJob,
        _: &TenantScope,
        _: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        Err("out-of-paper".into())
    }
}

#[tokio::test]
async fn a_job_that_failed_for_good_stands_in_the_error_log() {
    let test = TestDatabase::fresh().await;
    let database = database(&test);
    let clock = Arc::new(FixedClock::default());
    let ids = Arc::new(SystemIds::default());
    let logs = DatabaseLogs::start(
        Arc::new(database.clone()),
        ids.clone(),
        LogSettings::default(),
    );
    let runner = JobRunner::new(
        Arc::new(database.clone()),
        clock.clone(),
        ids,
        Arc::new(SystemRandom),
        JobRunnerSettings {
            poll_interval: Duration::milliseconds(5),
            ..JobRunnerSettings::default()
        },
        [Arc::new(Hopeless) as Arc<dyn Job>],
    )
    .with_error_log(logs.clone());
    enqueue(&database, 1).await;

    let stop = CancellationToken::new();
    let working = tokio::spawn({
        let stop = stop.clone();
        async move { runner.run(stop).await }
    });
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let status = "SELECT concat_ws(' ', status, last_error) FROM job_queue";
    loop {
        let told: String = sqlx::query_scalar(status)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        if told.starts_with("failed") {
            assert_eq!(told, "failed out-of-paper");
            break;
        }
        // The pauses between the tries pass quickly; a try must not outlive its lease.
        if told.starts_with("pending") {
            clock.advance(Duration::SECOND);
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    stop.cancel();
    working.await.unwrap();
    logs.close(std::time::Duration::from_mins(1)).await;

    let told: Vec<String> = sqlx::query_scalar(
        "SELECT concat_ws(' | ', service, level, message, stack, context ->> 'kind', context ->> 'attempt') \
         FROM error_logs",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let expected = format!(
        "jobs | error | a job failed in its last try | out-of-paper | {} | 3",
        KIND.as_str()
    );
    assert_eq!(told, [expected]);
}

fn clock_after(clock: &FixedClock) -> Timestamp {
    kernel::Clock::now(clock) + Duration::days(1)
}
