//! One scheduler of all processes acts at a time, whatever happens to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration as Real;

use analytics::runs::{NewRun, RunCounts, RunLedger, RunOutcome, ScheduledRun};
use analytics::schedule::PeriodicJob;
use async_trait::async_trait;
use in_memory::MemoryDatabase;
use infrastructure::maintenance::{Purged, Upkeep};
use infrastructure::scheduler::{
    EventAggregation, Expiry, PartitionMaintenance, PeriodicTask, Scheduler, SchedulerSettings,
    TaskFailure,
};
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemClock, SystemIds};
use kernel::{Clock, ScheduledRunId, StorageError, Timestamp};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use testkit::{FixedClock, TestDatabase, a_unique_id};
use time::Duration;
use time::macros::datetime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// A Sunday, the last day but one of a month with daylight saving in much of the world.
const START: Timestamp = datetime!(2026-03-29 0:30 UTC);

/// Short, since nobody who is killed gives it back.
const LEASE: Real = Real::from_millis(300);

/// What was done when, and which job gets stuck the next time.
#[derive(Default)]
struct Diary {
    done: Mutex<Vec<(PeriodicJob, Timestamp)>>,
    sticks: Mutex<Option<PeriodicJob>>,
    stuck: Notify,
}

struct Entry(PeriodicJob, Arc<Diary>);

#[async_trait]
impl PeriodicTask for Entry {
    fn job(&self) -> PeriodicJob {
        self.0
    }

    async fn run(&self, at: Timestamp) -> Result<RunCounts, TaskFailure> {
        let sticks = {
            let mut sticks = self.1.sticks.lock().unwrap();
            sticks.take_if(|job| *job == self.0).is_some()
        };
        if sticks {
            self.1.stuck.notify_one();
            std::future::pending::<()>().await;
        }
        self.1.done.lock().unwrap().push((self.0, at));
        Ok(RunCounts::new())
    }
}

/// A process: a scheduler with its own idea of the time.
fn process(ledger: &Arc<dyn RunLedger>, clock: &FixedClock, diary: &Arc<Diary>) -> Arc<Scheduler> {
    let task = |job| Arc::new(Entry(job, Arc::clone(diary))) as Arc<dyn PeriodicTask>;
    let settings = SchedulerSettings {
        lease: LEASE,
        ..SchedulerSettings::default()
    };
    Arc::new(Scheduler::new(
        Arc::clone(ledger),
        PeriodicJob::ALL.map(task).into(),
        Arc::new(clock.clone()),
        Arc::new(SystemIds::default()),
        settings,
    ))
}

/// Lets all processes look until one of them acted.
async fn look(processes: &[Arc<Scheduler>]) {
    loop {
        for process in processes {
            if process.act(false).await.unwrap() {
                return;
            }
        }
        tokio::time::sleep(LEASE / 4).await;
    }
}

/// Has the one that acts killed in the midst of its work, if it does any; the others live on and a new one starts.
async fn kill(
    processes: &mut Vec<Arc<Scheduler>>,
    ledger: &Arc<dyn RunLedger>,
    clock: &FixedClock,
    diary: &Arc<Diary>,
) {
    *diary.sticks.lock().unwrap() = Some(PeriodicJob::Expiry);
    let act = |process: &Arc<Scheduler>| {
        let process = Arc::clone(process);
        tokio::spawn(async move { process.act(false).await })
    };
    let mut acting: Vec<_> = processes.iter().map(act).collect();
    while diary.sticks.lock().unwrap().is_some() {
        tokio::time::sleep(LEASE / 20).await;
        for (process, acting) in processes.iter().zip(&mut acting) {
            if acting.is_finished() {
                *acting = act(process);
            }
        }
    }
    diary.stuck.notified().await;
    let is_open = |acting: &&JoinHandle<_>| !acting.is_finished();
    while acting.iter().filter(is_open).count() > 1 {
        tokio::time::sleep(LEASE / 20).await;
    }
    let killed = acting.iter().position(|acting| !acting.is_finished());
    let killed = killed.expect("one is stuck");
    acting[killed].abort();
    processes.remove(killed);
    processes.push(process(ledger, clock, diary));
}

async fn ten_days(ledger: Arc<dyn RunLedger>) {
    let (clock, diary) = (FixedClock::at(START), Arc::new(Diary::default()));
    let mut processes: Vec<_> = (0..3).map(|_| process(&ledger, &clock, &diary)).collect();
    look(&processes).await;
    diary.done.lock().unwrap().clear();

    for hour in 1..=240 {
        // All sleep through the sixth day and the seventh, and the clocks jump a minute back in each hour of the third.
        clock.set(START + Duration::hours(hour));
        if (120..168).contains(&hour) {
            continue;
        }
        if hour % 24 == 7 {
            kill(&mut processes, &ledger, &clock, &diary).await;
        }
        look(&processes).await;
        if (48..72).contains(&hour) {
            clock.set(START + Duration::hours(hour) - Duration::MINUTE);
            look(&processes).await;
        }
    }

    let mut counts = BTreeMap::new();
    for (job, _) in diary.done.lock().unwrap().iter() {
        *counts.entry(*job).or_insert(0) += 1;
    }
    let expected = BTreeMap::from([
        (PeriodicJob::Aggregation, 9),
        (PeriodicJob::Anonymisation, 2),
        (PeriodicJob::Archive, 1),
        (PeriodicJob::PartitionMaintenance, 192),
        (PeriodicJob::Purge, 9),
        (PeriodicJob::Expiry, 192),
    ]);
    assert_eq!(
        counts, expected,
        "of the hours and the nights that were slept through one each is caught up"
    );
    assert_eq!(ledger.open_runs().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_turn_of_ten_days_is_run_once_though_the_acting_process_is_killed_each_day() {
    let database = TestDatabase::fresh().await;
    let postgres = PostgresDatabase::connect_lazy(database.login(), DatabaseSettings::default());

    ten_days(Arc::new(postgres)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_turn_of_ten_days_is_run_once_in_memory_too() {
    ten_days(Arc::new(MemoryDatabase::new())).await;
}

#[tokio::test]
async fn a_scheduler_whose_lease_was_taken_leaves_its_run_to_the_other() {
    let ledger: Arc<dyn RunLedger> = Arc::new(MemoryDatabase::new());
    let (clock, diary) = (FixedClock::at(START), Arc::new(Diary::default()));
    let processes = [
        process(&ledger, &clock, &diary),
        process(&ledger, &clock, &diary),
    ];
    *diary.sticks.lock().unwrap() = Some(PeriodicJob::Expiry);

    let first = Arc::clone(&processes[0]);
    let first = tokio::spawn(async move { first.act(false).await });
    diary.stuck.notified().await;
    first.abort();
    look(&processes[1..]).await;

    let runs = diary.done.lock().unwrap().clone();
    let expiries = runs.iter().filter(|(job, _)| *job == PeriodicJob::Expiry);
    assert_eq!(expiries.count(), 1);
}

#[tokio::test]
async fn what_another_version_of_the_program_does_again_and_again_is_left_to_it() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    let run = "INSERT INTO scheduled_runs (id, name, trigger, turn, tries, created_at, updated_at) \
               VALUES ($1, 'later', 'schedule', $2, 0, $2, $2)";
    let asked = sqlx::query(run).bind(a_unique_id()).bind(START);
    asked.execute(&mut admin).await.unwrap();
    let postgres = PostgresDatabase::connect_lazy(database.login(), DatabaseSettings::default());
    let ledger: Arc<dyn RunLedger> = Arc::new(postgres);
    let (clock, diary) = (FixedClock::at(START), Arc::new(Diary::default()));
    let process = process(&ledger, &clock, &diary);

    for _ in 0..2 {
        assert!(process.act(false).await.unwrap());
    }

    assert_eq!(diary.done.lock().unwrap().len(), PeriodicJob::ALL.len());
    assert_eq!(ledger.open_runs().await.unwrap(), []);
    let open = "SELECT name FROM scheduled_runs WHERE finished_at IS NULL";
    let open: Vec<String> = sqlx::query_scalar(open)
        .fetch_all(&mut admin)
        .await
        .unwrap();
    assert_eq!(open, ["later"]);
}

/// A ledger out of whose reach schedulers are now and then when they prolong their lease.
struct FarAway {
    ledger: MemoryDatabase,
    /// How many of the next tries fail.
    fails: Mutex<usize>,
    /// How long it takes until one has failed.
    takes: Real,
}

#[async_trait]
impl RunLedger for FarAway {
    async fn lead(&self, scheduler: Uuid, lease: Duration) -> Result<bool, StorageError> {
        let fails = {
            let mut left = self.fails.lock().unwrap();
            let fails = *left > 0;
            *left = left.saturating_sub(1);
            fails
        };
        if fails {
            if !self.takes.is_zero() {
                tokio::time::sleep(self.takes).await;
            }
            return Err(StorageError::Unavailable(None));
        }
        self.ledger.lead(scheduler, lease).await
    }

    async fn resign(&self, scheduler: Uuid) -> Result<(), StorageError> {
        self.ledger.resign(scheduler).await
    }

    async fn last_turns(&self) -> Result<Vec<(PeriodicJob, Timestamp)>, StorageError> {
        self.ledger.last_turns().await
    }

    async fn ask(&self, run: &NewRun) -> Result<bool, StorageError> {
        self.ledger.ask(run).await
    }

    async fn open_runs(&self) -> Result<Vec<ScheduledRun>, StorageError> {
        self.ledger.open_runs().await
    }

    async fn look_up(&self, run: ScheduledRunId) -> Result<Option<ScheduledRun>, StorageError> {
        self.ledger.look_up(run).await
    }

    async fn start(
        &self,
        run: ScheduledRunId,
        scheduler: Uuid,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.ledger.start(run, scheduler, at).await
    }

    async fn end(
        &self,
        run: ScheduledRunId,
        scheduler: Uuid,
        outcome: &RunOutcome,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.ledger.end(run, scheduler, outcome, at).await
    }
}

/// A task that takes twice as long as a lease lasts, and meanwhile has so many tries to prolong it fail.
struct Slow(Arc<FarAway>, usize);

#[async_trait]
impl PeriodicTask for Slow {
    fn job(&self) -> PeriodicJob {
        PeriodicJob::Expiry
    }

    async fn run(&self, _: Timestamp) -> Result<RunCounts, TaskFailure> {
        *self.0.fails.lock().unwrap() = self.1;
        tokio::time::sleep(SchedulerSettings::default().lease * 2).await;
        Ok(RunCounts::new())
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_outlives_a_failed_prolongation_while_the_lease_holds() {
    for (fails, is_ended) in [(2, true), (usize::MAX, false)] {
        let ledger = Arc::new(FarAway {
            ledger: MemoryDatabase::new(),
            fails: Mutex::default(),
            takes: Real::ZERO,
        });
        let tasks: Vec<Arc<dyn PeriodicTask>> = vec![Arc::new(Slow(Arc::clone(&ledger), fails))];
        let scheduler = Scheduler::new(
            ledger.clone(),
            tasks,
            Arc::new(FixedClock::at(START)),
            Arc::new(SystemIds::default()),
            SchedulerSettings::default(),
        );

        let acted = scheduler.act(false).await;

        assert_eq!(acted.ok(), is_ended.then_some(true), "{fails}");
        let runs = ledger.ledger.scheduled_runs();
        assert_eq!(runs[0].finished_at.is_some(), is_ended, "{fails}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_is_dropped_when_the_lease_ends_however_long_a_prolongation_takes() {
    for seconds in [5, 8, 3_600] {
        let ledger = Arc::new(FarAway {
            ledger: MemoryDatabase::new(),
            fails: Mutex::default(),
            takes: Real::from_secs(seconds),
        });
        let tasks: Vec<Arc<dyn PeriodicTask>> =
            vec![Arc::new(Slow(Arc::clone(&ledger), usize::MAX))];
        let settings = SchedulerSettings::default();
        let scheduler = Scheduler::new(
            ledger.clone(),
            tasks,
            Arc::new(FixedClock::at(START)),
            Arc::new(SystemIds::default()),
            settings,
        );

        let begun = tokio::time::Instant::now();
        let acted = scheduler.act(false).await;

        assert_ne!(acted.ok(), Some(true), "{seconds}");
        let late = begun.elapsed().saturating_sub(settings.lease);
        assert!(late < Real::from_secs(1), "{seconds}: {late:?} too late");
        let runs = ledger.ledger.scheduled_runs();
        assert_eq!(runs[0].finished_at, None, "{seconds}");
    }
}

/// Upkeep of which one part fails.
struct HalfBroken;

#[async_trait]
impl Upkeep for HalfBroken {
    async fn make_partitions(&self, _: Timestamp) -> Result<Vec<String>, StorageError> {
        Ok(vec!["events_2026_03".to_owned()])
    }

    async fn purge_expired(&self, _: Timestamp) -> Result<Purged, StorageError> {
        Err(StorageError::Contended(None))
    }

    async fn purge_uploads(&self, _: Timestamp) -> Result<i64, StorageError> {
        Ok(2)
    }

    async fn end_bulk_operations(&self) -> Result<i64, StorageError> {
        Ok(0)
    }

    async fn purge_import_files(&self, _: Timestamp) -> Result<i64, StorageError> {
        Err(StorageError::Unexpected("no room".into()))
    }

    async fn purge_contact_words(&self, _: Timestamp) -> Result<bool, StorageError> {
        Ok(true)
    }
}

#[tokio::test]
async fn what_a_run_did_is_kept_and_a_failure_is_told_with_its_part() {
    let ledger = Arc::new(MemoryDatabase::new());
    let clock = FixedClock::at(START);
    let upkeep: Arc<dyn Upkeep> = Arc::new(HalfBroken);
    let tasks: Vec<Arc<dyn PeriodicTask>> = vec![
        Arc::new(PartitionMaintenance(Arc::clone(&upkeep))),
        Arc::new(Expiry(upkeep)),
    ];
    let ids = Arc::new(SystemIds::default());
    let scheduler = Scheduler::new(
        ledger.clone(),
        tasks,
        Arc::new(clock.clone()),
        ids,
        SchedulerSettings::default(),
    );
    assert!(scheduler.knows(PeriodicJob::Expiry) && !scheduler.knows(PeriodicJob::Archive));

    assert!(scheduler.act(true).await.unwrap());

    let turns = ledger.last_turns().await.unwrap();
    let hour = datetime!(2026-03-29 0:00 UTC);
    let expected = [PeriodicJob::PartitionMaintenance, PeriodicJob::Expiry].map(|job| (job, hour));
    assert_eq!(turns, expected);
    let runs = ledger.scheduled_runs();
    let made = &runs[0];
    assert_eq!(
        (made.counts["partitions"], made.finished_at),
        (1, Some(clock.now()))
    );
    let expiry = &runs[1];
    let error = expiry.error.as_deref();
    assert_eq!(error, Some("purge_expired failed: storage is contended"));
}

/// Records an event of an organization, and nothing else of it.
async fn record_event(admin: &mut PgConnection, organization: Uuid) {
    let event = "INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, origin, \
                     actor_verdict, created_at) \
                 VALUES ($1, $1, now(), 'OPEN', $1, 'tracking', 'human', now())";
    let told = sqlx::query(event).bind(organization).execute(admin);
    told.await.unwrap();
}

/// The organization whose events a job is to count, of which there is one.
async fn asked_for(admin: &mut PgConnection) -> Uuid {
    let asked = "SELECT organization_id FROM job_queue WHERE kind = 'aggregate_events'";
    let asked = sqlx::query_scalar(asked).fetch_all(admin);
    let mut asked: Vec<Uuid> = asked.await.unwrap();
    assert_eq!(asked.len(), 1);
    asked.remove(0)
}

fn event_aggregation(database: &TestDatabase) -> EventAggregation {
    let postgres = PostgresDatabase::connect_lazy(database.login(), DatabaseSettings::default());
    let ids = Arc::new(SystemIds::default());
    EventAggregation::new(postgres, Arc::new(SystemClock), ids)
}

#[tokio::test]
async fn events_are_counted_of_the_organizations_that_have_some() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    let organization = a_unique_id();
    record_event(&mut admin, organization).await;
    let task = event_aggregation(&database);

    for jobs in [1, 0] {
        let counts = task.run(START).await.unwrap();
        assert_eq!(counts["jobs"], jobs);
    }

    assert_eq!(asked_for(&mut admin).await, organization);
}

#[tokio::test]
async fn an_organization_whose_events_cannot_be_counted_keeps_no_other_one_from_its_turn() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    let mut organizations = [a_unique_id(), a_unique_id()];
    // In the order of their turns.
    organizations.sort_unstable();
    let [first, second] = organizations;
    record_event(&mut admin, first).await;
    record_event(&mut admin, second).await;
    let refuse = format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'; \
         CREATE TRIGGER refuse BEFORE INSERT ON job_queue FOR EACH ROW \
             WHEN (NEW.organization_id = '{first}') EXECUTE FUNCTION refuse()"
    );
    admin.execute(AssertSqlSafe(refuse)).await.unwrap();

    let failure = event_aggregation(&database).run(START).await.unwrap_err();

    assert_eq!(failure.part, "ask");
    assert_eq!(failure.counts["jobs"], 1);
    assert_eq!(asked_for(&mut admin).await, second);
}
