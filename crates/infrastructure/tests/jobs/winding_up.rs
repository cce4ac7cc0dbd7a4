//! Seeing to what jobs left that ended before their time.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kernel::{
    Actor, ClaimedJob, EarlyEnd, Job, JobControl, JobEnd, JobFailure, JobId, JobKind, JobStatus,
    JobStore as _, TenantScope,
};
use tenancy::ports::TenancyStore as _;
use time::Duration;

use crate::bench::{Bench, Habit, KIND, Painter, SETTINGS, pass, start};

/// A painter whose kind clears up after it, and does not manage to a few times.
struct Tidy {
    painter: Arc<Painter>,
    failures: Mutex<Vec<Failure>>,
    cleared: Mutex<Vec<(JobId, EarlyEnd, u16)>>,
}

#[derive(Clone, Copy)]
enum Failure {
    Told,
    Panic,
}

impl Tidy {
    fn new(bench: &Bench, habit: Habit, failures: &[Failure]) -> Arc<Self> {
        Arc::new(Self {
            painter: Painter::new(bench, habit),
            failures: Mutex::new(failures.to_vec()),
            cleared: Mutex::default(),
        })
    }

    fn cleared(&self) -> Vec<(JobId, EarlyEnd, u16)> {
        self.cleared.lock().unwrap().clone()
    }
}

#[async_trait]
impl Job for Tidy {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        self.painter.run(job, scope, work).await
    }

    async fn wind_up(
        &self,
        job: &ClaimedJob,
        end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        assert_eq!(scope.organization(), job.organization);
        assert_eq!(scope.actor(), Actor::Job(KIND, job.id));
        self.cleared
            .lock()
            .unwrap()
            .push((job.id, end.clone(), job.attempt));
        let failure = self.failures.lock().unwrap().pop();
        match failure {
            None => Ok(()),
            Some(Failure::Told) => Err("no-bucket".into()),
            Some(Failure::Panic) => panic!("the bucket fell"),
        }
    }
}

async fn cancel(bench: &Bench, job: JobId) {
    let request = kernel::RequestId::from_uuid(uuid::Uuid::from_u128(1));
    let origin = kernel::Origin::internal(request);
    let scope = TenantScope::for_principal(Bench::organization(), Actor::Operator, origin);
    let unit = bench.database.begin(&scope).await.unwrap();
    let now = kernel::Clock::now(&*bench.clock);
    unit.jobs().cancel(job, now).await.unwrap();
    unit.commit().await.unwrap();
}

fn failed(code: &str) -> EarlyEnd {
    EarlyEnd::Failed(code.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_cancelled_while_it_waits_is_wound_up_once() {
    let bench = Bench::new();
    let jobs = bench.enqueue(2, 3).await;
    cancel(&bench, jobs[0]).await;
    let tidy = Tidy::new(&bench, Habit::Work(Duration::ZERO), &[]);

    let working = start(bench.runner(&tidy));
    pass(Duration::hours(1)).await;
    working.stop().await;

    assert_eq!(tidy.cleared(), [(jobs[0], EarlyEnd::Cancelled, 1)]);
    assert_eq!(tidy.painter.done(), [jobs[1]]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_cancelled_between_two_tries_is_not_tried_again_and_wound_up() {
    let bench = Bench::new();
    let jobs = bench.enqueue(1, 9).await;
    let tidy = Tidy::new(&bench, Habit::Work(Duration::minutes(1)), &[]);
    let killed = start(bench.runner(&tidy));
    pass(Duration::seconds(1)).await;
    killed.ended.abort();

    cancel(&bench, jobs[0]).await;
    assert_eq!(tidy.cleared(), []);
    let next = start(bench.runner(&tidy));
    pass(SETTINGS.lease + Duration::seconds(5)).await;
    next.stop().await;

    assert_eq!(tidy.painter.tries().len(), 1);
    assert_eq!(tidy.cleared(), [(jobs[0], EarlyEnd::Cancelled, 1)]);
    let record = bench.database.look_up(jobs[0]).await.unwrap().unwrap();
    assert_eq!(record.status, JobStatus::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_given_up_is_wound_up_however_it_failed() {
    for (habit, code) in [(Habit::Fail, "wet-paint"), (Habit::Panic, "panicked")] {
        let bench = Bench::new();
        let jobs = bench.enqueue(1, 2).await;
        let tidy = Tidy::new(&bench, habit, &[]);

        let working = start(bench.runner(&tidy));
        pass(Duration::hours(1)).await;
        working.stop().await;

        assert_eq!(tidy.painter.tries().len(), 2);
        assert_eq!(tidy.cleared(), [(jobs[0], failed(code), 1)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_last_worker_was_killed_is_wound_up_by_another() {
    let bench = Bench::new();
    let jobs = bench.enqueue(1, 1).await;
    let tidy = Tidy::new(&bench, Habit::Work(Duration::minutes(1)), &[]);
    let killed = start(bench.runner(&tidy));
    pass(Duration::seconds(1)).await;
    killed.ended.abort();

    let next = start(bench.runner(&tidy));
    pass(SETTINGS.lease * 2).await;
    next.stop().await;

    assert_eq!(tidy.cleared(), [(jobs[0], failed("worker-lost"), 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_winding_up_that_fails_is_tried_again() {
    let bench = Bench::new();
    let jobs = bench.enqueue(1, 3).await;
    cancel(&bench, jobs[0]).await;
    let tidy = Tidy::new(
        &bench,
        Habit::Work(Duration::ZERO),
        &[Failure::Panic, Failure::Told],
    );

    let working = start(bench.runner(&tidy));
    pass(Duration::hours(1)).await;
    working.stop().await;

    let tries = tidy.cleared();
    let tries = tries.iter().map(|(.., attempt)| *attempt);
    assert_eq!(tries.collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_know_a_kind_leaves_its_winding_up_to_others() {
    let bench = Bench::new();
    let jobs = bench.enqueue(1, 3).await;
    cancel(&bench, jobs[0]).await;
    let ignorant = infrastructure::JobRunner::new(
        Arc::new(bench.database.clone()),
        bench.clock.clone(),
        Arc::new(testkit::SequentialIds::default()),
        Arc::new(testkit::SequentialRandom::default()),
        SETTINGS,
        [],
    );
    let one = start(ignorant);
    pass(Duration::seconds(1)).await;
    one.stop().await;

    let tidy = Tidy::new(&bench, Habit::Work(Duration::ZERO), &[]);
    let other = start(bench.runner(&tidy));
    pass(Duration::minutes(1)).await;
    other.stop().await;

    assert_eq!(tidy.cleared(), [(jobs[0], EarlyEnd::Cancelled, 2)]);
}
