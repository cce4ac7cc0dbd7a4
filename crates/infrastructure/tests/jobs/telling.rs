//! How far jobs are, told while they are at work.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use async_trait::async_trait;
use kernel::{
    ClaimedJob, Job, JobControl, JobEnd, JobFailure, JobId, JobKind, JobProgress, JobStatus,
    JobStore as _, TenantScope,
};
use time::Duration;
use tokio::sync::Semaphore;

use crate::bench::{Bench, KIND, SETTINGS, Working, pass, start};
use crate::trying::Troubled;

/// A job that tells how far it is when somebody wants to know: first what is under way, then what is done.
struct Teller {
    wanted: Semaphore,
}

#[async_trait]
impl Job for Teller {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(
        &self,
        _job: &ClaimedJob,
        _scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        for batch in 1..=100 {
            self.wanted.acquire().await.unwrap().forget();
            work.under_way(JobProgress::new(batch * 10 - 5).count("batches", batch - 1));
            self.wanted.acquire().await.unwrap().forget();
            work.report(JobProgress::new(batch * 10).count("batches", batch));
        }
        Ok(JobEnd::DONE)
    }
}

struct Stage {
    bench: Bench,
    teller: Arc<Teller>,
    job: JobId,
    working: Working,
}

impl Stage {
    /// A job at work that has nothing to tell for a while.
    async fn set() -> Self {
        let bench = Bench::new();
        let teller = Arc::new(Teller {
            wanted: Semaphore::new(0),
        });
        let jobs = bench.enqueue(1, 3).await;
        let working = start(bench.runner(&teller));
        pass(Duration::seconds(10)).await;
        Self {
            bench,
            teller,
            job: jobs[0],
            working,
        }
    }

    /// Has the job tell once more.
    fn ask(&self) {
        self.teller.wanted.add_permits(1);
    }

    /// How far the job is as others see it, how many batches it counts, and how fast it goes.
    async fn seen(&self) -> (u64, Option<u64>, Option<f64>) {
        let job = self.bench.database.look_up(self.job).await;
        let job = job.unwrap().unwrap();
        let batches = job.progress.counts().get("batches").copied();
        (job.progress.done(), batches, job.rate)
    }
}

/// Less than anybody waits for the next look at a job.
const AT_ONCE: Duration = Duration::milliseconds(1);

#[tokio::test(start_paused = true)]
async fn what_a_job_tells_after_a_while_of_silence_is_seen_at_once() {
    let stage = Stage::set().await;
    assert_eq!(stage.seen().await, (0, None, None));

    stage.ask();
    pass(AT_ONCE).await;
    assert_eq!(stage.seen().await, (5, Some(0), None));

    // It was looked at just now.
    stage.ask();
    pass(AT_ONCE).await;
    assert_eq!(stage.seen().await.0, 5);
    pass(SETTINGS.report_interval).await;
    assert_eq!(stage.seen().await, (10, Some(1), None));
    stage.working.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_says_nothing_of_the_pace() {
    let stage = Stage::set().await;

    // The second time it tells what is committed, and the third time what is under way.
    for _ in 0..3 {
        stage.ask();
        pass(Duration::seconds(1)).await;
    }
    assert_eq!(stage.seen().await, (15, Some(1), None));
    stage.ask();
    pass(Duration::seconds(1)).await;

    let (done, batches, rate) = stage.seen().await;
    assert_eq!((done, batches), (20, Some(2)));
    // Ten in the two seconds between what was committed.
    assert!((4.9..5.1).contains(&rate.unwrap()), "{rate:?}");
    stage.working.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_again_never_goes_backwards() {
    let stage = Stage::set().await;
    for _ in 0..4 {
        stage.ask();
        pass(Duration::seconds(1)).await;
    }
    assert_eq!(stage.seen().await.0, 20);

    // Another worker begins anew.
    stage.working.ended.abort();
    let other = start(stage.bench.runner(&stage.teller));
    pass(SETTINGS.lease * 2).await;
    stage.ask();
    pass(Duration::seconds(1)).await;

    assert_eq!(stage.seen().await.0, 20);
    other.stop().await;
}

/// A job that ends soon after it told how far it is.
struct Hasty;

/// How soon.
const SOON: Duration = Duration::milliseconds(5);

#[async_trait]
impl Job for Hasty {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(
        &self,
        _job: &ClaimedJob,
        _scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        work.report(JobProgress::new(10).count("batches", 1));
        tokio::time::sleep(SOON.unsigned_abs()).await;
        Ok(JobEnd::DONE)
    }
}

/// How far others see a job that ended soon after it told how far it is, with this storage.
async fn seen_at_the_end(bench: &Bench, store: Troubled) -> (JobStatus, u64, Option<u64>) {
    let jobs = bench.enqueue(1, 3).await;

    let working = start(bench.runner_on(Arc::new(store), &Arc::new(Hasty)));
    pass(Duration::seconds(5)).await;
    working.stop().await;

    let job = bench.database.look_up(jobs[0]).await.unwrap().unwrap();
    let batches = job.progress.counts().get("batches").copied();
    (job.status, job.progress.done(), batches)
}

#[tokio::test(start_paused = true)]
async fn what_a_job_tells_last_is_seen_although_it_was_being_stored_when_the_job_ended() {
    let bench = Bench::new();
    let store = Troubled {
        report_takes: SOON * 2,
        ..Troubled::none(bench.database.clone())
    };

    let seen = seen_at_the_end(&bench, store).await;

    assert_eq!(seen, (JobStatus::Completed, 10, Some(1)));
}

#[tokio::test(start_paused = true)]
async fn what_a_job_tells_last_is_seen_although_the_storage_was_out_of_reach_for_a_moment() {
    let bench = Bench::new();
    let store = Troubled {
        report_failures: AtomicU32::new(3),
        ..Troubled::none(bench.database.clone())
    };

    let seen = seen_at_the_end(&bench, store).await;

    assert_eq!(seen, (JobStatus::Completed, 10, Some(1)));
}
