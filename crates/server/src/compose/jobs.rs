//! What carries out jobs, and those that come again and again.

use std::sync::Arc;

use analytics::AggregationJob;
use campaigns::{BeginJob, SendJob, SimulateJob};
use contacts::{BulkJob, ContactRevalidation, ImportJob, ListRevalidation, UndoJob};
use infrastructure::logs::DatabaseLogs;
use infrastructure::scheduler::{
    DeletionPurge, EventAggregation, EventFollower, Expiry, PartitionMaintenance, PeriodicTask,
    Scheduler, SchedulerSettings,
};
use infrastructure::{
    JobRunner, JobRunnerSettings, JourneySimulator, MasterKeys, PostgresDatabase,
    SimulatedTransport, SystemClock, SystemIds, SystemRandom,
};
use kernel::{Clock, IdGenerator, Job};
use tenancy::InvitationDelivery;

use super::ports::{imports, mailer};
use crate::data_directory::DataDirectory;
use crate::database::Database;
use crate::judging::Judging;
use crate::settings::Settings;

/// How long running jobs may take at the end before they are handed back; with all that comes after it the
/// program is gone within 10 s.
const JOBS_GRACE: time::Duration = time::Duration::seconds(4);

/// What periodic jobs do.
pub(super) fn periodic_tasks(postgres: &Arc<PostgresDatabase>) -> Vec<Arc<dyn PeriodicTask>> {
    vec![
        Arc::new(PartitionMaintenance(postgres.clone())),
        Arc::new(Expiry(postgres.clone())),
        Arc::new(DeletionPurge::new(
            postgres.as_ref().clone(),
            Arc::new(SystemClock),
            Arc::new(SystemIds::default()),
        )),
        Arc::new(EventAggregation::new(
            postgres.as_ref().clone(),
            Arc::new(SystemClock),
            Arc::new(SystemIds::default()),
        )),
    ]
}

/// What has periodic jobs carried out, one of all processes at a time.
pub(crate) fn scheduler(postgres: &Arc<PostgresDatabase>) -> Scheduler {
    Scheduler::new(
        postgres.clone(),
        periodic_tasks(postgres),
        Arc::new(SystemClock),
        Arc::new(SystemIds::default()),
        SchedulerSettings::default(),
    )
}

/// What counts events soon after they were recorded, beside this scheduler, if that is wanted.
pub(super) fn follower(
    settings: &Settings,
    postgres: &Arc<PostgresDatabase>,
    scheduler: &Scheduler,
) -> Option<Arc<EventFollower>> {
    let follower = EventFollower::new(
        postgres.as_ref().clone(),
        Arc::new(SystemClock),
        Arc::new(SystemIds::default()),
        scheduler.id(),
        settings.count_events_every?,
    );
    Some(Arc::new(follower))
}

/// What carries out the jobs.
pub(super) fn runner(
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
    let imports = imports(database, &judging.judge);
    let delivery = InvitationDelivery::new(
        postgres.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
        Arc::clone(keys) as _,
        mailer(settings, data_directory, &clock),
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
    let aggregation = AggregationJob::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids));
    let simulating = SimulateJob::new(
        postgres.clone(),
        Arc::new(JourneySimulator),
        Arc::clone(&clock),
        Arc::clone(&ids),
        contacts::read_address,
    );
    let kinds: Vec<Arc<dyn Job>> = vec![
        Arc::new(aggregation),
        Arc::new(beginning),
        Arc::new(simulating),
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
