//! The wiring of a worker.

use std::sync::Arc;

use api::edge::{EdgePorts, EdgeSettings};
use api::{Observation, observation};
use infrastructure::logs::{DatabaseLogs, LogSettings};
use infrastructure::scheduler::{EventFollower, Scheduler};
use infrastructure::{DisposableFile, JobRunner, MasterKeys, SystemClock, SystemIds};
use kernel::{Clock, IdGenerator};
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt as _, Response};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::LAST_WRITES;
use super::background::{follow, schedule, spawn_work, tidy, watch};
use super::jobs::{follower, runner, scheduler};
use crate::data_directory::DataDirectory;
use crate::database::Database;
use crate::judging::Judging;
use crate::observer::Observer;
use crate::readiness::ServerReadiness;
use crate::running::StartError;
use crate::settings::Settings;
use crate::telemetry::Metrics;

/// A worker without a server.
pub(crate) struct Worker {
    database: Database,
    runner: Arc<JobRunner>,
    scheduler: Arc<Scheduler>,
    follower: Option<Arc<EventFollower>>,
    observation: Observation,
    metrics: Arc<Metrics>,
    logs: DatabaseLogs,
    disposable: Option<Arc<DisposableFile>>,
}

/// Puts the adapters behind the ports of jobs.
pub(crate) fn compose_worker(
    settings: &Settings,
    database: &Database,
    data_directory: &DataDirectory,
    keys: Arc<MasterKeys>,
) -> Result<Worker, StartError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(SystemIds::default());
    let postgres = Arc::new(database.postgres.clone());
    let metrics = Metrics::start();
    let logs = DatabaseLogs::start(postgres.clone(), Arc::clone(&ids), LogSettings::default());
    let url = settings.public_url(settings.listen);
    let judging = Judging::of(settings, database, Arc::clone(&keys))?;
    let runner = runner(
        settings,
        &url,
        database,
        data_directory,
        &keys,
        &judging,
        &logs,
    );
    let scheduler = Arc::new(scheduler(&postgres).with_error_log(logs.clone()));
    let follower = follower(settings, &postgres, &scheduler);
    let observation = Observation {
        settings: EdgeSettings::default(),
        ports: EdgePorts {
            clock,
            ids,
            keys,
            limiter: postgres,
            observer: Arc::new(Observer::new(logs.clone())),
        },
        readiness: Arc::new(ServerReadiness {
            database: database.postgres.clone(),
            clock: SystemClock,
        }),
        metrics: Arc::clone(&metrics) as _,
    };
    Ok(Worker {
        database: database.clone(),
        runner,
        scheduler,
        follower,
        observation,
        metrics,
        logs,
        disposable: judging.disposable,
    })
}

impl Worker {
    /// What it tells about itself.
    pub(crate) fn application(&self) -> BoxEndpoint<'static, Response> {
        observation(self.observation.clone()).boxed()
    }

    /// Starts to work, until `stopping` is cancelled.
    pub(crate) fn spawn_background(&self, stopping: &CancellationToken) -> Vec<JoinHandle<()>> {
        let tidying = tidy(&self.metrics, &self.database, stopping);
        let working = spawn_work(&self.runner, stopping);
        let watching = watch(self.disposable.as_ref(), stopping);
        working
            .into_iter()
            .chain([tidying, schedule(&self.scheduler, stopping)])
            .chain(follow(self.follower.as_ref(), stopping))
            .chain(watching)
            .collect()
    }

    /// Writes what is still to be written.
    pub(crate) async fn flush(&self) {
        self.logs.close(LAST_WRITES).await;
    }
}
