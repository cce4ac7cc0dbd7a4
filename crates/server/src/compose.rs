//! The wiring: which adapter stands behind which port.

mod background;
mod jobs;
mod ports;
mod use_cases;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use api::edge::{EdgePorts, EdgeSettings, ForwardedHeader, TrustedProxies};
use api::{ApiDependencies, Gate, UseCases, application, operations};
use campaigns::{ActorJudge, HitRecorder, Visits};
use infrastructure::hits::{HitQueue, HitQueueSettings};
use infrastructure::logs::{DatabaseLogs, LogSettings};
use infrastructure::scheduler::{EventFollower, Scheduler};
use infrastructure::{
    DisposableFile, EvidenceJudge, JobRunner, MasterKeys, SystemClock, SystemIds,
};
use kernel::{Clock, IdGenerator};
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt as _, Response};
use tenancy::{Access, AccountPorts, ApiKeyAuthentication, Authentication};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::background::{follow, schedule, spawn_work, tidy, watch};
use self::jobs::{follower, runner};
use self::use_cases::{Ground, use_cases};
use crate::data_directory::DataDirectory;
use crate::database::Database;
use crate::judging::Judging;
use crate::observer::Observer;
use crate::readiness::ServerReadiness;
use crate::running::StartError;
use crate::settings::{Forwarded, Settings};
use crate::telemetry::Metrics;

pub(crate) use jobs::scheduler;
pub(crate) use ports::accounts;
pub(crate) use worker::{Worker, compose_worker};

/// How long hits of visitors may take to be recorded at the end.
const LAST_HITS: Duration = Duration::from_secs(2);

/// How long the logs may take to be written at the end.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// Everything that a server is made of.
pub(crate) struct Composition {
    database: Database,
    dependencies: ApiDependencies,
    metrics: Arc<Metrics>,
    accounts: AccountPorts,
    use_cases: UseCases,
    jobs: Option<Arc<JobRunner>>,
    hits: HitQueue,
    logs: DatabaseLogs,
    scheduler: Arc<Scheduler>,
    follower: Option<Arc<EventFollower>>,
    disposable: Option<Arc<DisposableFile>>,
}

/// Puts the adapters behind the ports.
pub(crate) fn compose(
    settings: &Settings,
    url: &str,
    database: &Database,
    data_directory: &DataDirectory,
    keys: Arc<MasterKeys>,
    stopping: &CancellationToken,
) -> Result<Composition, StartError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(SystemIds::default());
    let postgres = Arc::new(database.postgres.clone());
    let metrics = Metrics::start();

    let actors: Arc<dyn ActorJudge> = Arc::new(EvidenceJudge);
    let accounts = accounts(database, keys.as_ref().clone())?;
    let access = Access::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids));
    let judging = Judging::of(settings, database, keys.clone())?;
    let use_cases = use_cases(Ground {
        settings,
        url,
        database,
        data_directory,
        judging: &judging,
        accounts: &accounts,
        postgres: postgres.clone(),
        keys: keys.clone(),
        clock: Arc::clone(&clock),
        ids: Arc::clone(&ids),
        actors: Arc::clone(&actors),
    });
    let sessions = use_cases.sessions.clone();
    let logs = DatabaseLogs::start(postgres.clone(), Arc::clone(&ids), LogSettings::default());
    let scheduler = Arc::new(scheduler(&postgres).with_error_log(logs.clone()));
    let follower = follower(settings, &postgres, &scheduler);
    let jobs = (settings.job_slots > 0).then(|| {
        runner(
            settings,
            url,
            database,
            data_directory,
            &keys,
            &judging,
            &logs,
        )
    });
    let recorder = HitRecorder::new(
        postgres.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
        Arc::clone(&actors),
    );
    let hits = HitQueue::start(Arc::new(recorder), HitQueueSettings::default());
    let visits = Visits::new(
        postgres.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
        keys.clone(),
        actors,
        Arc::new(hits.clone()),
        contacts::read_address,
    );
    let dependencies = ApiDependencies {
        settings: EdgeSettings {
            public_url: url.to_owned(),
            trusted_proxies: TrustedProxies::new(settings.trusted_proxies.clone()),
            forwarded_header: match settings.forwarded_header {
                Forwarded::XForwardedFor => ForwardedHeader::XForwardedFor,
                Forwarded::Forwarded => ForwardedHeader::Forwarded,
            },
            cors_origins: settings.cors_origins.clone(),
            request_timeout: settings.request_timeout,
            stopping: stopping.clone(),
            ..EdgeSettings::default()
        },
        ports: EdgePorts {
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            keys,
            limiter: postgres.clone(),
            observer: Arc::new(Observer::new(logs.clone())),
        },
        visits,
        gate: Gate::new(
            Authentication::new(sessions, ApiKeyAuthentication::new(&accounts)),
            access,
        ),
        readiness: Arc::new(ServerReadiness {
            database: database.postgres.clone(),
            clock: SystemClock,
        }),
        metrics: Arc::clone(&metrics) as _,
    };
    Ok(Composition {
        database: database.clone(),
        dependencies,
        metrics,
        accounts,
        use_cases,
        jobs,
        hits,
        logs,
        scheduler,
        follower,
        disposable: judging.disposable,
    })
}

impl Composition {
    /// The ports of the use cases on accounts.
    pub(crate) const fn accounts(&self) -> &AccountPorts {
        &self.accounts
    }

    /// The HTTP application.
    pub(crate) fn application(&self) -> BoxEndpoint<'static, Response> {
        application(
            operations(self.use_cases.clone()),
            self.dependencies.clone(),
        )
        .boxed()
    }

    /// Cancelled when the requests that are still open have to be answered at once.
    pub(crate) fn last_call(&self) -> CancellationToken {
        self.dependencies.settings.last_call.clone()
    }

    /// Starts what works beside the requests; it ends when `stopping` is cancelled.
    pub(crate) fn spawn_background(&self, stopping: &CancellationToken) -> Vec<JoinHandle<()>> {
        let working = self
            .jobs
            .iter()
            .flat_map(|jobs| spawn_work(jobs, stopping))
            .collect::<Vec<_>>();
        let tidying = tidy(&self.metrics, &self.database, stopping);
        let scheduling = schedule(&self.scheduler, stopping);
        let following = follow(self.follower.as_ref(), stopping);
        let watching = watch(self.disposable.as_ref(), stopping);
        [tidying, scheduling]
            .into_iter()
            .chain(working)
            .chain(following)
            .chain(watching)
            .collect()
    }

    /// Writes what is still to be written.
    pub(crate) async fn flush(&self) {
        self.hits.close(LAST_HITS).await;
        self.logs.close(LAST_WRITES).await;
    }
}
