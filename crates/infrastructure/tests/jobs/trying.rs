//! Tries, successful and not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use in_memory::MemoryDatabase;
use kernel::{
    Actor, ClaimedJob, JobClaim, JobFilter, JobId, JobLease, JobOutcome, JobRecord, JobReport,
    JobStore, OrganizationId, Page, PageRequest, StorageError, Timestamp,
};
use time::Duration;
use uuid::Uuid;

use crate::bench::{Bench, Habit, KIND, Painter, SETTINGS, pass, start};

#[tokio::test(start_paused = true)]
async fn a_job_is_carried_out_once_in_the_scope_of_its_organization() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::ZERO));
    let working = start(bench.runner(&painter));

    let jobs = bench.enqueue(1, 3).await;
    pass(Duration::minutes(10)).await;
    working.stop().await;

    assert_eq!(painter.done(), jobs);
    let [(_, claimed, scope)] = &painter.tries()[..] else {
        panic!("one try");
    };
    assert_eq!(claimed.attempt, 1);
    assert_eq!(scope.organization(), Bench::organization());
    assert_eq!(scope.actor(), Actor::Job(KIND, jobs[0]));
}

#[tokio::test(start_paused = true)]
async fn a_job_is_begun_soon_after_it_was_enqueued() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::ZERO));
    let working = start(bench.runner(&painter));
    pass(Duration::seconds(10)).await;

    bench.enqueue(1, 3).await;
    pass(SETTINGS.poll_interval * 2).await;

    assert_eq!(painter.done().len(), 1);
    working.stop().await;
}

#[tokio::test(start_paused = true)]
async fn no_more_jobs_are_carried_out_at_once_than_the_worker_may() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::seconds(1)));
    let jobs = bench.enqueue(7, 3).await;

    let working = start(bench.runner(&painter));
    pass(Duration::seconds(4) + SETTINGS.poll_interval).await;
    working.stop().await;

    let own = usize::from(SETTINGS.concurrency) - 1;
    assert_eq!(painter.most_at_once(), own);
    let mut done = painter.done();
    done.sort_unstable();
    assert_eq!(done, jobs);
}

#[tokio::test(start_paused = true)]
async fn one_organization_never_takes_the_last_place_from_another() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::hours(1)));
    bench.enqueue(5, 3).await;
    let working = start(bench.runner(&painter));
    pass(Duration::minutes(1)).await;
    assert_eq!(painter.tries().len(), 2);

    let other = OrganizationId::from_uuid(Uuid::from_u128(8));
    let late = bench.enqueue_for(other, 2, 3).await;
    pass(SETTINGS.poll_interval * 2).await;

    assert_eq!(painter.most_at_once(), usize::from(SETTINGS.concurrency));
    assert_eq!(painter.tries()[2].1.id, late[0]);
    working.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_is_tried_again_after_growing_pauses_until_its_tries_are_over() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Fail);
    bench.enqueue(1, 5).await;

    let working = start(bench.runner(&painter));
    pass(Duration::minutes(10)).await;
    working.stop().await;

    let tries = painter.tries();
    let attempts = tries.iter().map(|(_, job, _)| job.attempt);
    assert_eq!(attempts.collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for (index, pair) in tries.windows(2).enumerate() {
        let pause = pair[1].0 - pair[0].0;
        let full = SETTINGS.backoff.first * 2_u32.pow(u32::try_from(index).unwrap());
        assert!(
            (full / 2..=full + SETTINGS.poll_interval * 2).contains(&pause),
            "{pause} after try {}",
            index + 1
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failed_try_and_does_not_end_the_worker() {
    let bench = Bench::new();
    let clumsy = Painter::new(&bench, Habit::Panic);
    bench.enqueue(1, 2).await;

    let working = start(bench.runner(&clumsy));
    pass(Duration::minutes(2)).await;

    assert_eq!(clumsy.tries().len(), 2);
    assert!(!working.ended.is_finished());
    working.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_takes_longer_than_its_lease_keeps_it() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(SETTINGS.lease * 5));
    bench.enqueue(1, 3).await;

    let one = start(bench.runner(&painter));
    pass(Duration::seconds(1)).await;
    let other = start(bench.runner(&painter));
    pass(SETTINGS.lease * 6).await;

    assert_eq!((painter.tries().len(), painter.done().len()), (1, 1));
    one.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_of_a_killed_worker_is_carried_out_by_another_when_the_lease_is_over() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::seconds(20)));
    let jobs = bench.enqueue(1, 3).await;

    let killed = start(bench.runner(&painter));
    pass(Duration::seconds(1)).await;
    killed.ended.abort();
    let other = start(bench.runner(&painter));
    pass(SETTINGS.lease - Duration::seconds(2)).await;
    assert_eq!(painter.tries().len(), 1);
    pass(Duration::seconds(30)).await;

    assert_eq!(painter.done(), jobs);
    assert_eq!(painter.tries()[1].1.attempt, 2);
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_of_an_unknown_kind_is_put_off_for_a_worker_that_knows_it() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::ZERO));
    bench.enqueue(1, 5).await;
    let store = Arc::new(bench.database.clone());
    let ignorant = infrastructure::JobRunner::new(
        store,
        bench.clock.clone(),
        Arc::new(testkit::SequentialIds::default()),
        Arc::new(testkit::SequentialRandom::default()),
        SETTINGS,
        [],
    );

    let one = start(ignorant);
    pass(Duration::seconds(1)).await;
    one.stop().await;
    let other = start(bench.runner(&painter));
    pass(Duration::minutes(1)).await;
    other.stop().await;

    assert_eq!(painter.done().len(), 1);
    assert_eq!(painter.tries()[0].1.attempt, 2);
}

/// Storage whose first claims fail, that refuses to renew, takes its time to write how far a job is, and fails to at first.
pub(crate) struct Troubled {
    pub(crate) inner: MemoryDatabase,
    pub(crate) failures: AtomicU32,
    pub(crate) renews: bool,
    pub(crate) report_takes: Duration,
    pub(crate) report_failures: AtomicU32,
}

impl Troubled {
    /// Without any trouble.
    pub(crate) const fn none(inner: MemoryDatabase) -> Self {
        Self {
            inner,
            failures: AtomicU32::new(0),
            renews: true,
            report_takes: Duration::ZERO,
            report_failures: AtomicU32::new(0),
        }
    }
}

/// Whether there is one less left.
fn is_left(failures: &AtomicU32) -> bool {
    let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
    let left = failures.fetch_update(set, fetch, |left| left.checked_sub(1));
    left.is_ok()
}

#[async_trait]
impl JobStore for Troubled {
    async fn claim(&self, claim: &JobClaim) -> Result<Vec<ClaimedJob>, StorageError> {
        if is_left(&self.failures) {
            return Err(StorageError::Unavailable(None));
        }
        self.inner.claim(claim).await
    }

    async fn renew(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StorageError> {
        Ok(self.renews && self.inner.renew(job, worker, now, lease).await?)
    }

    async fn report<'a>(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        report: Option<&'a JobReport>,
    ) -> Result<JobLease, StorageError> {
        tokio::time::sleep(self.report_takes.unsigned_abs()).await;
        if is_left(&self.report_failures) {
            return Err(StorageError::Unavailable(None));
        }
        self.inner.report(job, worker, now, report).await
    }

    async fn finish(
        &self,
        job: JobId,
        worker: Uuid,
        outcome: &JobOutcome,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        self.inner.finish(job, worker, outcome, now).await
    }

    async fn hand_back(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        self.inner.hand_back(job, worker, now).await
    }

    async fn wound_up(
        &self,
        job: JobId,
        worker: Uuid,
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        self.inner.wound_up(job, worker, again, now).await
    }

    async fn lag(&self, now: Timestamp) -> Result<Duration, StorageError> {
        self.inner.lag(now).await
    }

    async fn others_wait(
        &self,
        organization: OrganizationId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        self.inner.others_wait(organization, now).await
    }

    async fn look_up(&self, job: JobId) -> Result<Option<JobRecord>, StorageError> {
        self.inner.look_up(job).await
    }

    async fn look_through(
        &self,
        filter: &JobFilter,
        page: &PageRequest,
    ) -> Result<Page<JobRecord>, StorageError> {
        self.inner.look_through(filter, page).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_outlives_an_outage_of_the_storage() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::ZERO));
    bench.enqueue(1, 3).await;
    let store = Troubled {
        failures: AtomicU32::new(3),
        ..Troubled::none(bench.database.clone())
    };

    let working = start(bench.runner_on(Arc::new(store), &painter));
    pass(SETTINGS.poll_interval * 5).await;
    working.stop().await;

    assert_eq!(painter.done().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_drops_a_job_whose_lease_it_lost() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::hours(1)));
    bench.enqueue(1, 3).await;
    let store = Troubled {
        renews: false,
        ..Troubled::none(bench.database.clone())
    };

    let working = start(bench.runner_on(Arc::new(store), &painter));
    pass(SETTINGS.lease * 2).await;
    working.stop().await;

    // It was begun, dropped after a third of the lease, and begun anew when the lease was over.
    let begun = painter
        .tries()
        .iter()
        .map(|(at, ..)| *at)
        .collect::<Vec<_>>();
    assert_eq!(begun.len(), 2);
    assert!(begun[1] - begun[0] >= SETTINGS.lease);
    assert_eq!(painter.done(), []);
}
