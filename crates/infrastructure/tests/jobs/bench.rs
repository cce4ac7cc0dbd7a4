//! A worker's surroundings.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use in_memory::MemoryDatabase;
use infrastructure::{Backoff, JobRunner, JobRunnerSettings};
use kernel::{
    Actor, ClaimedJob, Clock, Job, JobControl, JobEnd, JobFailure, JobId, JobKind, JobStore,
    NewJob, OrganizationId, Origin, RequestId, TenantScope, Timestamp,
};
use tenancy::ports::TenancyStore as _;
use testkit::{FixedClock, SequentialIds, SequentialRandom};
use time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const KIND: JobKind = JobKind::new("paint");

pub(crate) const SETTINGS: JobRunnerSettings = JobRunnerSettings {
    concurrency: 3,
    poll_interval: Duration::milliseconds(100),
    lease: Duration::seconds(30),
    report_interval: Duration::milliseconds(500),
    turn: Duration::seconds(5),
    backoff: Backoff {
        first: Duration::seconds(10),
        longest: Duration::minutes(5),
    },
    grace: Duration::seconds(5),
};

/// Time that goes with the runtime's paused time.
pub(crate) struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        FixedClock::START + self.0.elapsed()
    }
}

pub(crate) struct Bench {
    pub(crate) database: MemoryDatabase,
    pub(crate) clock: Arc<PausedClock>,
    ids: SequentialIds,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self {
            database: MemoryDatabase::new(),
            clock: Arc::new(PausedClock(Instant::now())),
            ids: SequentialIds::default(),
        }
    }

    pub(crate) const fn organization() -> OrganizationId {
        OrganizationId::from_uuid(Uuid::from_u128(7))
    }

    pub(crate) async fn enqueue(&self, count: usize, max_attempts: u16) -> Vec<JobId> {
        self.enqueue_for(Self::organization(), count, max_attempts)
            .await
    }

    pub(crate) async fn enqueue_for(
        &self,
        organization: OrganizationId,
        count: usize,
        max_attempts: u16,
    ) -> Vec<JobId> {
        let request = RequestId::from_uuid(Uuid::from_u128(1));
        let scope =
            TenantScope::for_principal(organization, Actor::Operator, Origin::internal(request));
        let unit = self.database.begin(&scope).await.unwrap();
        let mut made = Vec::new();
        for _ in 0..count {
            let id = JobId::from_uuid(kernel::IdGenerator::next(&self.ids));
            let job = NewJob {
                id,
                kind: KIND,
                payload: serde_json::json!({}),
                run_at: self.clock.now(),
                max_attempts,
            };
            unit.jobs().enqueue(&job).await.unwrap();
            made.push(id);
        }
        unit.commit().await.unwrap();
        made
    }

    pub(crate) fn runner<J: Job + 'static>(&self, job: &Arc<J>) -> JobRunner {
        self.runner_on(Arc::new(self.database.clone()), job)
    }

    pub(crate) fn runner_on<J: Job + 'static>(
        &self,
        store: Arc<dyn JobStore>,
        job: &Arc<J>,
    ) -> JobRunner {
        let clock = Arc::clone(&self.clock);
        let ids = Arc::new(self.ids.clone());
        let random = Arc::new(SequentialRandom::default());
        let job: Arc<dyn Job> = Arc::<J>::clone(job);
        JobRunner::new(store, clock, ids, random, SETTINGS, [job])
    }
}

/// A worker at work, until it is told to stop or killed.
pub(crate) struct Working {
    pub(crate) stop: CancellationToken,
    pub(crate) ended: JoinHandle<()>,
}

pub(crate) fn start(runner: JobRunner) -> Working {
    let stop = CancellationToken::new();
    let token = stop.clone();
    let ended = tokio::spawn(async move { runner.run(token).await });
    Working { stop, ended }
}

impl Working {
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.ended.await.unwrap();
    }
}

/// What a painter does in a try.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    Work(Duration),
    Fail,
    Panic,
}

/// A job that keeps a diary.
pub(crate) struct Painter {
    habit: Habit,
    tries: Mutex<Vec<(Timestamp, ClaimedJob, TenantScope)>>,
    done: Mutex<Vec<JobId>>,
    places: Semaphore,
    most_at_once: Mutex<usize>,
    clock: Arc<PausedClock>,
}

const PLACES: usize = 100;

impl Painter {
    pub(crate) fn new(bench: &Bench, habit: Habit) -> Arc<Self> {
        Arc::new(Self {
            habit,
            tries: Mutex::default(),
            done: Mutex::default(),
            places: Semaphore::new(PLACES),
            most_at_once: Mutex::default(),
            clock: Arc::clone(&bench.clock),
        })
    }

    pub(crate) fn tries(&self) -> Vec<(Timestamp, ClaimedJob, TenantScope)> {
        self.tries.lock().unwrap().clone()
    }

    pub(crate) fn done(&self) -> Vec<JobId> {
        self.done.lock().unwrap().clone()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        *self.most_at_once.lock().unwrap()
    }
}

#[async_trait]
impl Job for Painter {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        _work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let _place = self.places.acquire().await.unwrap();
        {
            let mut most = self.most_at_once.lock().unwrap();
            *most = (*most).max(PLACES - self.places.available_permits());
        }
        let now = self.clock.now();
        self.tries
            .lock()
            .unwrap()
            .push((now, job.clone(), scope.clone()));
        match self.habit {
            Habit::Work(time) => tokio::time::sleep(time.unsigned_abs()).await,
            Habit::Fail => return Err("wet-paint".into()),
            Habit::Panic => panic!("the bucket fell"),
        }
        self.done.lock().unwrap().push(job.id);
        Ok(JobEnd::DONE)
    }
}

/// Lets time pass.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time.unsigned_abs()).await;
}
