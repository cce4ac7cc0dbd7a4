//! What works beside the requests.

use std::sync::Arc;
use std::time::Duration;

use infrastructure::scheduler::{EventFollower, Scheduler};
use infrastructure::{DisposableFile, JobRunner};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::database::Database;
use crate::telemetry::Metrics;

/// How often metrics are tidied.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts to keep the metrics small, and to tell of the pool's connections.
pub(super) fn tidy(
    metrics: &Arc<Metrics>,
    database: &Database,
    stopping: &CancellationToken,
) -> JoinHandle<()> {
    let (metrics, pool) = (Arc::clone(metrics), database.postgres.pool().clone());
    repeat(stopping.clone(), UPKEEP, move || {
        metrics.upkeep();
        let (size, idle) = (pool.size(), pool.num_idle());
        let in_use = usize::try_from(size)
            .unwrap_or_default()
            .saturating_sub(idle);
        for (state, connections) in [("idle", idle), ("in_use", in_use)] {
            metrics::gauge!("canvass_database_pool_connections", "state" => state)
                .set(count(connections));
        }
    })
}

/// Starts to have periodic jobs carried out.
pub(super) fn schedule(scheduler: &Arc<Scheduler>, stopping: &CancellationToken) -> JoinHandle<()> {
    let (scheduler, stopping) = (Arc::clone(scheduler), stopping.clone());
    tokio::spawn(async move { scheduler.run(stopping).await })
}

/// Starts to count events soon after they were recorded.
pub(super) fn follow(
    follower: Option<&Arc<EventFollower>>,
    stopping: &CancellationToken,
) -> Option<JoinHandle<()>> {
    follower.map(|follower| {
        let (follower, stopping) = (Arc::clone(follower), stopping.clone());
        tokio::spawn(async move { follower.run(stopping).await })
    })
}

/// Starts to look whether the file of disposable domains changed.
pub(super) fn watch(
    file: Option<&Arc<DisposableFile>>,
    stopping: &CancellationToken,
) -> Option<JoinHandle<()>> {
    file.map(|file| {
        let watching = Arc::clone(file).watch(DisposableFile::EVERY, stopping.clone());
        tokio::spawn(watching)
    })
}

/// Starts to work on jobs, and to measure how long they wait.
pub(super) fn spawn_work(
    jobs: &Arc<JobRunner>,
    stopping: &CancellationToken,
) -> [JoinHandle<()>; 2] {
    let working = tokio::spawn({
        let (jobs, stopping) = (Arc::clone(jobs), stopping.clone());
        async move { jobs.run(stopping).await }
    });
    let measuring = tokio::spawn({
        let (jobs, stopping) = (Arc::clone(jobs), stopping.clone());
        async move {
            let pause = || stopping.run_until_cancelled(tokio::time::sleep(UPKEEP));
            while pause().await.is_some() {
                jobs.measure().await;
            }
        }
    });
    [working, measuring]
}

#[expect(clippy::cast_precision_loss, reason = "a pool has few connections")]
const fn count(number: usize) -> f64 {
    number as f64
}

/// Does something again and again until told to stop.
fn repeat(
    stopping: CancellationToken,
    every: Duration,
    mut act: impl FnMut() + Send + 'static,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                _ = ticks.tick() => act(),
            }
        }
    })
}
