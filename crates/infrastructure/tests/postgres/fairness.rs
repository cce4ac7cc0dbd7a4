//! Organizations take turns, also while a long job has the only place.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use infrastructure::{
    DatabaseSettings, JobRunner, JobRunnerSettings, PostgresDatabase, SystemClock, SystemIds,
    SystemRandom,
};
use kernel::{
    Actor, ClaimedJob, Clock as _, Job, JobControl, JobEnd, JobFailure, JobId, JobKind,
    JobProgress, JobStatus, JobStore as _, NewJob, OrganizationId, Origin, RequestId, TenantScope,
};
use tenancy::ports::TenancyStore as _;
use testkit::{TestDatabase, a_unique_id};
use time::Duration;
use tokio_util::sync::CancellationToken;

const KIND: JobKind = JobKind::new("count");

/// So many batches without a turn for the others are none.
const MOST_BATCHES: usize = 100_000;

/// Counts in batches until as many small jobs of others are done as it was told to wait for.
struct Counting {
    database: PostgresDatabase,
    batches: AtomicUsize,
    tries: AtomicUsize,
    small: AtomicUsize,
    awaited: usize,
}

#[async_trait]
impl Job for Counting {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        if job.payload["is_small"] == true {
            self.small.fetch_add(1, Ordering::SeqCst);
            return Ok(JobEnd::DONE);
        }
        self.tries.fetch_add(1, Ordering::SeqCst);
        while self.small.load(Ordering::SeqCst) < self.awaited {
            if let Some(interruption) = work.interruption() {
                return Ok(interruption.into());
            }
            let batch = self.batches.fetch_add(1, Ordering::SeqCst) + 1;
            if batch > MOST_BATCHES {
                return Err(JobFailure::lasting("nobody-else-had-a-turn"));
            }
            let unit = self.database.begin(scope).await?;
            let state = serde_json::json!({ "next": batch });
            work.checkpoint(unit.jobs(), &state).await?;
            unit.commit().await?;
            work.report(JobProgress::new(u64::try_from(batch).unwrap_or(u64::MAX)));
        }
        Ok(JobEnd::DONE)
    }
}

async fn enqueue(database: &PostgresDatabase, is_small: bool, count: usize) -> Vec<JobId> {
    let organization = OrganizationId::from_uuid(a_unique_id());
    let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
    let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
    let unit = database.begin(&scope).await.expect("a unit opens");
    let mut ids = Vec::new();
    for _ in 0..count {
        let job = NewJob {
            id: JobId::from_uuid(a_unique_id()),
            kind: KIND,
            payload: serde_json::json!({ "is_small": is_small }),
            run_at: SystemClock.now(),
            max_attempts: 3,
        };
        unit.jobs().enqueue(&job).await.expect("a job is enqueued");
        ids.push(job.id);
    }
    unit.commit().await.expect("the unit commits");
    ids
}

/// Works with so many places, of which a job may keep one for a turn, until a long job of one organization and small ones of two others are done; tells how
/// often the long one was begun.
async fn tries_of_the_long_job(concurrency: u16, turn: Duration) -> usize {
    const SMALL: usize = 4;
    let test = TestDatabase::fresh().await;
    let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
    let counting = Arc::new(Counting {
        database: database.clone(),
        batches: AtomicUsize::new(0),
        tries: AtomicUsize::new(0),
        small: AtomicUsize::new(0),
        awaited: SMALL * 2,
    });
    let settings = JobRunnerSettings {
        concurrency,
        poll_interval: Duration::milliseconds(10),
        report_interval: Duration::milliseconds(10),
        turn,
        ..JobRunnerSettings::default()
    };
    let runner = JobRunner::new(
        Arc::new(database.clone()),
        Arc::new(SystemClock),
        Arc::new(SystemIds::default()),
        Arc::new(SystemRandom),
        settings,
        [Arc::clone(&counting) as Arc<dyn Job>],
    );
    let long = enqueue(&database, false, 1).await;
    let stop = CancellationToken::new();
    let working = tokio::spawn({
        let stop = stop.clone();
        async move { runner.run(stop).await }
    });
    while counting.batches.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }

    let mut small = enqueue(&database, true, SMALL).await;
    small.extend(enqueue(&database, true, SMALL).await);
    for id in small.into_iter().chain(long) {
        loop {
            let job = database.look_up(id).await.expect("jobs are read");
            let status = job.expect("the job is there").status;
            assert_ne!(status, JobStatus::Failed, "nobody else had a turn");
            if status == JobStatus::Completed {
                break;
            }
        }
    }
    stop.cancel();
    working.await.expect("the worker does not panic");
    counting.tries.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread")]
async fn small_jobs_have_their_turn_beside_a_long_one_of_another_organization() {
    let tries = tries_of_the_long_job(2, Duration::DAY).await;

    assert_eq!(tries, 1, "there was a place for them");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_job_that_has_the_only_place_gives_it_up_between_two_batches() {
    assert!(tries_of_the_long_job(1, Duration::ZERO).await > 1);
}
