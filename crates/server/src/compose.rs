//! The wiring: which adapter stands behind which port.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use api::edge::{EdgePorts, EdgeSettings, ForwardedHeader, TrustedProxies};
use api::{ApiDependencies, Gate, Observation, UseCases, application, observation, operations};
use campaigns::{
    BeginJob, CampaignCourses, Campaigns, EmailTemplates, Forms, LeadViews, Leads, RecipientMails,
    SendJob, Visits,
};
use compliance::AuditLog;
use contacts::{
    BulkContacts, BulkJob, ContactLists, ContactRevalidation, Contacts, EmailChecks, ImportJob,
    ImportPorts, Imports, Judge, ListRevalidation, Suppressions, UndoJob, ValidationRules,
    Validations,
};
use infrastructure::logs::{DatabaseLogs, LogSettings};
use infrastructure::maintenance::Maintenance;
use infrastructure::{
    Argon2Cost, Argon2Hasher, DisposableFile, FileMailer, JobRunner, JobRunnerSettings, MailSender,
    MasterKeys, PostgresDatabase, SimulatedTransport, SystemClock, SystemIds, SystemRandom,
};
use kernel::{Clock, IdGenerator, Job};
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt as _, Response};
use tenancy::{
    Access, AccountDeletion, AccountPorts, Accounts, ApiKeyAuthentication, ApiKeys, Authentication,
    InvitationAcceptance, InvitationDelivery, Invitations, Jobs, Members, Organizations,
    PlatformUsers, Roles, Sessions, TeamMembers, Teams,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::data_directory::DataDirectory;
use crate::database::Database;
use crate::judging::Judging;
use crate::observer::Observer;
use crate::readiness::ServerReadiness;
use crate::running::StartError;
use crate::settings::{Forwarded, Settings};
use crate::telemetry::Metrics;

/// How long running jobs may take at the end before they are handed back; with all that comes after it the
/// program is gone within 10 s.
const JOBS_GRACE: time::Duration = time::Duration::seconds(4);

/// How long the logs may take to be written at the end.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// How often metrics are tidied.
const UPKEEP: Duration = Duration::from_secs(5);

/// Everything that a server is made of.
pub(crate) struct Composition {
    database: Database,
    dependencies: ApiDependencies,
    metrics: Arc<Metrics>,
    accounts: AccountPorts,
    use_cases: UseCases,
    jobs: Option<Arc<JobRunner>>,
    logs: DatabaseLogs,
    maintenance: Maintenance,
    disposable: Option<Arc<DisposableFile>>,
}

/// Puts the adapters behind the ports.
#[expect(
    clippy::too_many_lines,
    reason = "a list of what stands behind what, without a branch"
)]
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

    let accounts = accounts(database, keys.as_ref().clone())?;
    let access = Access::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids));
    let sessions = Sessions::new(&accounts);
    let judging = Judging::of(settings, database, keys.clone())?;
    let (contacts, contact_lists, suppressions) =
        of_contacts(&postgres, &clock, &ids, &judging.judge);
    let use_cases = UseCases {
        accounts: Accounts::new(&accounts),
        account_deletion: AccountDeletion::new(&accounts),
        platform_users: PlatformUsers::new(&accounts),
        sessions: sessions.clone(),
        audit_log: AuditLog::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        organizations: Organizations::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        members: Members::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        invitations: Invitations::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            keys.clone(),
        ),
        invitation_acceptance: InvitationAcceptance::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            keys.clone(),
        ),
        contacts,
        bulk_contacts: BulkContacts::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        contact_lists,
        suppressions,
        imports: Imports::new(imports(database, &judging.judge))
            .with_largest_file(settings.upload_size),
        roles: Roles::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        teams: Teams::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        team_members: TeamMembers::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        api_keys: ApiKeys::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            Arc::new(SystemRandom),
        ),
        jobs: Jobs::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        validation_rules: ValidationRules::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        validations: Validations::new(
            postgres.clone(),
            judging.judge.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        email_checks: EmailChecks::new(
            postgres.clone(),
            judging.judge.clone(),
            postgres.clone(),
            keys.clone(),
            Arc::clone(&clock),
        ),
        campaign_courses: CampaignCourses::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        campaigns: Campaigns::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        recipient_mails: RecipientMails::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            keys.clone(),
            url,
        ),
        forms: Forms::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        lead_views: LeadViews::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        leads: Leads::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        email_templates: EmailTemplates::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
    };
    let logs = DatabaseLogs::start(postgres.clone(), Arc::clone(&ids), LogSettings::default());
    let maintenance = Maintenance::new(postgres.clone(), Arc::clone(&clock), logs.clone());
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
            keys: keys.clone(),
            limiter: postgres.clone(),
            observer: Arc::new(Observer::new(logs.clone())),
        },
        visits: Visits::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids), keys),
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
        logs,
        maintenance,
        disposable: judging.disposable,
    })
}

/// The use cases on contacts, their lists, and addresses that must not be mailed.
fn of_contacts(
    postgres: &Arc<PostgresDatabase>,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn IdGenerator>,
    judge: &Judge,
) -> (Contacts, ContactLists, Suppressions) {
    let time = || Arc::clone(clock);
    let ids = || Arc::clone(ids);
    (
        Contacts::new(postgres.clone(), time(), ids(), judge.clone()),
        ContactLists::new(postgres.clone(), time(), ids()),
        Suppressions::new(postgres.clone(), time(), ids(), judge.clone()),
    )
}

/// What carries out the jobs.
fn runner(
    settings: &Settings,
    url: &str,
    database: &Database,
    data_directory: &DataDirectory,
    keys: &Arc<MasterKeys>,
    judging: &Judging,
    logs: &DatabaseLogs,
) -> Arc<JobRunner> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdGenerator> = Arc::new(SystemIds::default());
    let postgres = Arc::new(database.postgres.clone());
    let sender = MailSender {
        name: None,
        address: settings.mail_from.clone(),
    };
    let mailer = FileMailer::new(data_directory.mail(), sender, Arc::clone(&clock));
    let imports = imports(database, &judging.judge);
    let delivery = InvitationDelivery::new(
        postgres.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
        Arc::clone(keys) as _,
        Arc::new(mailer),
        url.to_owned(),
    );
    let revalidation = ListRevalidation::new(
        postgres.clone(),
        judging.judge.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
    );
    let unanswered = ContactRevalidation::new(
        postgres.clone(),
        judging.judge.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
    );
    let bulk = BulkJob::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids));
    let beginning = BeginJob::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids));
    let sending = SendJob::new(
        postgres.clone(),
        Arc::new(SimulatedTransport),
        Arc::clone(&clock),
        Arc::clone(&ids),
    );
    let kinds: Vec<Arc<dyn Job>> = vec![
        Arc::new(beginning),
        Arc::new(sending),
        Arc::new(delivery),
        Arc::new(revalidation),
        Arc::new(unanswered),
        Arc::new(bulk),
        Arc::new(ImportJob::new(imports.clone())),
        Arc::new(UndoJob::new(imports)),
    ];
    let runner = JobRunner::new(
        postgres.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
        Arc::new(SystemRandom),
        JobRunnerSettings {
            concurrency: settings.job_slots,
            grace: JOBS_GRACE,
            ..JobRunnerSettings::default()
        },
        kinds,
    );
    Arc::new(runner.with_error_log(logs.clone()))
}

/// The ports of imports.
fn imports(database: &Database, judge: &Judge) -> ImportPorts {
    ImportPorts {
        store: Arc::new(database.postgres.clone()),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::default()),
        judge: judge.clone(),
    }
}

/// The ports of the use cases on accounts.
pub(crate) fn accounts(database: &Database, keys: MasterKeys) -> Result<AccountPorts, StartError> {
    let postgres = Arc::new(database.postgres.clone());
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let hasher = Argon2Hasher::new(Argon2Cost::STANDARD, cores)
        .map_err(|error| StartError::Compose(error.to_string()))?;
    Ok(AccountPorts {
        store: postgres.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::default()),
        keys: Arc::new(keys),
        hasher: Arc::new(hasher),
        limiter: postgres,
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
        let maintaining = tokio::spawn({
            let (maintenance, stopping) = (self.maintenance.clone(), stopping.clone());
            async move { maintenance.run(Maintenance::EVERY, stopping).await }
        });
        let watching = watch(self.disposable.as_ref(), stopping);
        [tidying, maintaining]
            .into_iter()
            .chain(working)
            .chain(watching)
            .collect()
    }

    /// Writes what is still to be written.
    pub(crate) async fn flush(&self) {
        self.logs.close(LAST_WRITES).await;
    }
}

/// A worker without a server.
pub(crate) struct Worker {
    database: Database,
    runner: Arc<JobRunner>,
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
            .chain([tidying])
            .chain(watching)
            .collect()
    }

    /// Writes what is still to be written.
    pub(crate) async fn flush(&self) {
        self.logs.close(LAST_WRITES).await;
    }
}

/// Starts to keep the metrics small, and to tell of the pool's connections.
fn tidy(
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

/// Starts to look whether the file of disposable domains changed.
fn watch(
    file: Option<&Arc<DisposableFile>>,
    stopping: &CancellationToken,
) -> Option<JoinHandle<()>> {
    file.map(|file| {
        let watching = Arc::clone(file).watch(DisposableFile::EVERY, stopping.clone());
        tokio::spawn(watching)
    })
}

/// Starts to work on jobs, and to measure how long they wait.
fn spawn_work(jobs: &Arc<JobRunner>, stopping: &CancellationToken) -> [JoinHandle<()>; 2] {
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
