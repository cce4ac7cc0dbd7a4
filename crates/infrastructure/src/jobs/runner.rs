//! The worker: claims due jobs and carries them out, several at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{ClaimedJob, Clock, IdGenerator, Job, JobClaim, JobStore, RandomBytes};
use time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Backoff;
use super::figures;
use super::try_job::{Desk, Stopping};
use crate::logs::DatabaseLogs;

/// How a worker works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobRunnerSettings {
    /// How many jobs are carried out at once. Of two or more places, the last one is kept for an organization of
    /// which no job is running, so that none has to wait for the long work of another.
    pub concurrency: u16,
    /// How long to wait for due jobs before looking again.
    pub poll_interval: Duration,
    /// How long a job stays claimed without a sign of life; it is renewed each third of that.
    pub lease: Duration,
    /// How often the progress of a job is stored at most, and its worker learns of a cancellation at least.
    pub report_interval: Duration,
    /// How long a job may keep its place while no other is free and another organization waits. After that it is asked to
    /// go on later, once it has kept a checkpoint.
    pub turn: Duration,
    /// The pauses between the tries of a job.
    pub backoff: Backoff,
    /// How long running jobs may still take when the worker is told to stop.
    pub grace: Duration,
}

impl Default for JobRunnerSettings {
    fn default() -> Self {
        Self {
            concurrency: 4,
            poll_interval: Duration::milliseconds(500),
            lease: Duration::seconds(30),
            report_interval: Duration::milliseconds(250),
            turn: Duration::seconds(5),
            backoff: Backoff {
                first: Duration::seconds(2),
                longest: Duration::minutes(10),
            },
            grace: Duration::seconds(6),
        }
    }
}

/// How long handing jobs back may take at the end.
const LAST_STEPS: Duration = Duration::seconds(2);

/// A worker. Any number of them, in any number of processes, can share a store.
pub struct JobRunner {
    desk: Arc<Desk>,
    jobs: BTreeMap<&'static str, Arc<dyn Job>>,
}

impl JobRunner {
    /// A worker that carries out these kinds of jobs.
    ///
    /// A job of another kind is put off as a failed try, so that a newer version of the program can take it.
    pub fn new(
        store: Arc<dyn JobStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        random: Arc<dyn RandomBytes>,
        settings: JobRunnerSettings,
        jobs: impl IntoIterator<Item = Arc<dyn Job>>,
    ) -> Self {
        let jobs = jobs
            .into_iter()
            .map(|job| (job.kind().as_str(), job))
            .collect::<BTreeMap<_, _>>();
        jobs.keys().copied().for_each(figures::worked_on);
        Self {
            desk: Arc::new(Desk {
                worker: ids.next(),
                store,
                clock,
                ids,
                random,
                settings,
                places: Arc::default(),
                logs: None,
            }),
            jobs,
        }
    }

    /// The same worker, which tells the error log of jobs that failed for good.
    #[must_use]
    pub fn with_error_log(self, logs: DatabaseLogs) -> Self {
        let desk = Desk {
            logs: Some(logs),
            ..(*self.desk).clone()
        };
        Self {
            desk: Arc::new(desk),
            ..self
        }
    }

    /// Tells the metrics for how long jobs wait.
    pub async fn measure(&self) {
        match self.desk.store.lag(self.desk.clock.now()).await {
            Ok(lag) => figures::lag(lag),
            Err(error) => tracing::debug!(
                error = &error as &dyn std::error::Error,
                "the waiting of jobs could not be measured"
            ),
        }
    }

    /// Works until `stop`; then claims nothing more, tells the running jobs, lets them end or pause within
    /// the grace period, and hands back those that do not.
    pub async fn run(&self, stop: CancellationToken) {
        let stopping = Stopping {
            asked: stop.clone(),
            abandon: CancellationToken::new(),
        };
        let mut tries = JoinSet::new();
        while !stop.is_cancelled() {
            let free = usize::from(self.desk.settings.concurrency) - tries.len();
            let lease = self.desk.ids.next();
            let claimed = self.claim(lease, free).await;
            let is_full = claimed.len() >= free;
            for job in claimed {
                self.start(&mut tries, lease, job, &stopping);
            }

            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(_) = tries.join_next() => {}
                () = tokio::time::sleep(self.desk.settings.poll_interval.unsigned_abs()), if !is_full => {}
            }
            while tries.try_join_next().is_some() {}
        }
        self.wind_up(tries, &stopping.abandon).await;
    }

    /// Claims under an id of its own each time: whoever claims a job whose lease this process let run out must not be
    /// taken for the try that goes on, even in the same process.
    async fn claim(&self, lease: Uuid, free: usize) -> Vec<ClaimedJob> {
        let Ok(limit @ 1..) = u16::try_from(free) else {
            return Vec::new();
        };
        let desk = &self.desk;
        let claim = JobClaim {
            worker: lease,
            now: desk.clock.now(),
            lease: desk.settings.lease,
            limit,
            reserved: u16::from(desk.settings.concurrency > 1),
        };
        let claimed = desk.store.claim(&claim).await;
        claimed.unwrap_or_else(|error| {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "jobs could not be claimed"
            );
            Vec::new()
        })
    }

    fn start(
        &self,
        tries: &mut JoinSet<()>,
        lease: Uuid,
        claimed: ClaimedJob,
        stopping: &Stopping,
    ) {
        let job = self.jobs.get(claimed.kind.as_str()).cloned();
        let desk = Desk {
            worker: lease,
            ..(*self.desk).clone()
        };
        let stopping = stopping.clone();
        tries.spawn(async move {
            match &claimed.early_end {
                Some(end) => desk.wind_up(job, &claimed, end, &stopping.abandon).await,
                None => desk.try_job(job, &claimed, &stopping).await,
            }
        });
    }

    async fn wind_up(&self, mut tries: JoinSet<()>, abandon: &CancellationToken) {
        let mut end_within = async |limit: Duration| {
            let all = async { while tries.join_next().await.is_some() {} };
            tokio::time::timeout(limit.unsigned_abs(), all)
                .await
                .is_ok()
        };
        if end_within(self.desk.settings.grace).await {
            return;
        }
        abandon.cancel();
        if !end_within(LAST_STEPS).await {
            tracing::warn!(
                "jobs could not be handed back; they run again when their leases are over"
            );
        }
    }
}
