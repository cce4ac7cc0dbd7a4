//! What events amount to, while they are recorded and counted at once.

#[path = "aggregation/moved.rs"]
mod moved;
#[path = "aggregation/shown.rs"]
mod shown;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use analytics::metrics::{Calendar, Day, Period};
use analytics::ports::{AnalyticsStore, AnalyticsUnit};
use analytics::runs::RunLedger as _;
use analytics::{Aggregation, AggregationJob, CountingState, Drift, Drifting, Figures, Pass};
use async_trait::async_trait;
use campaigns::ports::CampaignStore;
use campaigns::{Event, EventType};
use infrastructure::scheduler::{EventFollower, Passes};
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{
    CampaignId, ContactId, Job as _, JobClaim, JobEnd, JobStore as _, TenantScope, TimeZoneName,
    Timestamp,
};
use sqlx::{Connection, PgConnection};
use tenancy::contract::{Subject, Tenant};
use tenancy::ports::TenancyStore;
use testkit::{FixedClock, StagedWork, TestDatabase, a_unique_id};
use time::Duration;
use time::macros::{date, datetime};

const NOW: Timestamp = datetime!(2026-03-20 12:00 UTC);
const START: Timestamp = datetime!(2026-03-10 12:00 UTC);
const RECORDERS: i64 = 4;
const BATCHES: i64 = 25;
const BATCH: i64 = 8;

struct Storage {
    database: PostgresDatabase,
    test: TestDatabase,
}

#[async_trait]
impl Subject for Storage {
    async fn fresh() -> Self {
        let test = TestDatabase::shared().await;
        let settings = DatabaseSettings {
            max_connections: 12,
            ..DatabaseSettings::default()
        };
        let database = PostgresDatabase::connect_lazy(test.login(), settings);
        Self { database, test }
    }

    fn store(&self) -> &dyn TenancyStore {
        &self.database
    }

    fn limiter(&self) -> &dyn kernel::RateLimiter {
        &self.database
    }
}

fn utc() -> TimeZoneName {
    TimeZoneName::utc()
}

fn month() -> Vec<Day> {
    let march = Period::new(date!(2026 - 03 - 01), date!(2026 - 03 - 31)).unwrap();
    Calendar::of(&utc()).days(march)
}

async fn record(database: &PostgresDatabase, scope: &TenantScope, events: &[Event]) {
    let unit = CampaignStore::begin(database, scope).await.unwrap();
    unit.events().record(events, NOW).await.unwrap();
    unit.commit().await.unwrap();
}

/// Counts about so many events, or forgets the rest of what is forgotten in part, and tells whether there is more.
async fn count_some(
    database: &PostgresDatabase,
    scope: &TenantScope,
    campaign: CampaignId,
    most: u32,
) -> bool {
    let unit = AnalyticsStore::begin(database, scope).await.unwrap();
    let aggregations = unit.aggregations();
    let state = aggregations.take(campaign, &utc(), NOW).await.unwrap();
    if state != CountingState::Countable {
        let forgotten = aggregations.forget(campaign, &utc(), most, NOW).await;
        if forgotten.unwrap() {
            unit.commit().await.unwrap();
            return true;
        }
    }
    let calendar = Calendar::of(&utc());
    let counting =
        aggregations.count_noted(campaign, &analytics::EventType::ALL, &calendar, most, NOW);
    let is_left = counting.await.unwrap();
    unit.commit().await.unwrap();
    is_left
}

/// Counts about so many openings, beside who counts other types; whether they could be counted.
async fn count_openings(
    database: &PostgresDatabase,
    scope: &TenantScope,
    campaign: CampaignId,
    most: u32,
) -> bool {
    let unit = AnalyticsStore::begin(database, scope).await.unwrap();
    let (aggregations, opened) = (unit.aggregations(), analytics::EventType::Open);
    let taken = aggregations.take_type(campaign, &utc(), opened).await;
    let is_taken = taken.unwrap();
    if is_taken {
        let (types, calendar) = ([opened], Calendar::of(&utc()));
        let counting = aggregations.count_noted(campaign, &types, &calendar, most, NOW);
        counting.await.unwrap();
        unit.commit().await.unwrap();
    }
    is_taken
}

/// Forgets all that was counted, about so much in a unit.
async fn forget_all(
    database: &PostgresDatabase,
    scope: &TenantScope,
    campaign: CampaignId,
    most: u32,
) {
    let mut is_begun = false;
    loop {
        let unit = AnalyticsStore::begin(database, scope).await.unwrap();
        let aggregations = unit.aggregations();
        let state = aggregations.take(campaign, &utc(), NOW).await.unwrap();
        if is_begun && state == CountingState::Countable {
            // Somebody else forgot the rest.
            return;
        }
        let forgotten = aggregations.forget(campaign, &utc(), most, NOW).await;
        is_begun = forgotten.unwrap();
        unit.commit().await.unwrap();
        if !is_begun {
            return;
        }
    }
}

async fn count(database: &PostgresDatabase, scope: &TenantScope, campaign: CampaignId) {
    while count_some(database, scope, campaign, 1_000).await {}
}

async fn drift(
    database: &PostgresDatabase,
    scope: &TenantScope,
    campaign: CampaignId,
) -> Vec<Drift> {
    let unit = AnalyticsStore::begin(database, scope).await.unwrap();
    let opened = analytics::EventType::Open;
    let aggregations = unit.aggregations();
    let drift = aggregations.drift(campaign, opened, &utc(), &month()).await;
    drift.unwrap()
}

async fn figures(database: &PostgresDatabase, scope: &TenantScope, of: CampaignId) -> Figures {
    let unit = AnalyticsStore::begin(database, scope).await.unwrap();
    let figures = unit.figures();
    figures.figures_of(&[of], &utc(), &month()).await.unwrap()
}

/// Somebody opened a mail: one of twenty people, on one of five days.
fn opening(campaign: CampaignId, number: i64) -> Event {
    let person = u128::try_from(number * 7 % 20).unwrap();
    let person = ContactId::from_uuid(uuid::Uuid::from_u128(person));
    let at = START + Duration::days(number * 3 % 5) + Duration::seconds(number);
    Event::seen(EventType::Open, campaign, Some(person), at, a_unique_id())
}

/// How many events are recorded while others count.
fn all_events() -> u64 {
    u64::try_from(RECORDERS * BATCHES * BATCH).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_recorded_while_others_count_is_counted_once() {
    let storage = Storage::fresh().await;
    let scope = Tenant::found(&storage).await.scope;
    let campaign = CampaignId::from_uuid(a_unique_id());

    let mut work = tokio::task::JoinSet::new();
    for recorder in 0..RECORDERS {
        let (database, scope) = (storage.database.clone(), scope.clone());
        work.spawn(async move {
            for batch in 0..BATCHES {
                let first = (recorder * BATCHES + batch) * BATCH;
                let events: Vec<_> = (first..first + BATCH)
                    .map(|number| opening(campaign, number))
                    .collect();
                record(&database, &scope, &events).await;
            }
        });
    }
    for _ in 0..2 {
        let (database, scope) = (storage.database.clone(), scope.clone());
        work.spawn(async move {
            for _ in 0..BATCHES {
                count_some(&database, &scope, campaign, 20).await;
            }
        });
    }
    let taken = Arc::new(AtomicU32::new(0));
    for _ in 0..2 {
        let (database, scope, taken) =
            (storage.database.clone(), scope.clone(), Arc::clone(&taken));
        work.spawn(async move {
            for _ in 0..BATCHES {
                let is_taken = count_openings(&database, &scope, campaign, 20).await;
                taken.fetch_add(is_taken.into(), Ordering::Relaxed);
            }
        });
    }
    {
        let (database, scope) = (storage.database.clone(), scope.clone());
        work.spawn(async move {
            let mut before = 0;
            for round in 0..BATCHES {
                if round % 2 == 0 {
                    let unit = AnalyticsStore::begin(&database, &scope).await.unwrap();
                    let aggregations = unit.aggregations();
                    aggregations.take(campaign, &utc(), NOW).await.unwrap();
                    let forgotten = aggregations.forget(campaign, &utc(), 20, NOW).await;
                    forgotten.unwrap();
                    unit.commit().await.unwrap();
                } else {
                    // There are sums again, with which events can be compared.
                    forget_all(&database, &scope, campaign, 20).await;
                }
                // Whatever was counted, noted anew or recorded meanwhile.
                assert_eq!(drift(&database, &scope, campaign).await, []);
                let seen = figures(&database, &scope, campaign).await;
                let opened = seen.campaigns.get(&campaign).map(|it| it.opened.human);
                let opened = opened.unwrap_or_default();
                assert!(opened.events >= before && opened.events <= all_events());
                assert!(opened.people <= 20, "{opened:?}");
                before = opened.events;
            }
        });
    }
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }

    assert!(
        taken.load(Ordering::Relaxed) > 0,
        "no type was counted on its own"
    );
    let all = all_events();
    let seen = figures(&storage.database, &scope, campaign).await;
    let opened = seen.campaigns[&campaign].opened.human;
    assert_eq!((opened.events, opened.people), (all, 20));
    count(&storage.database, &scope, campaign).await;
    assert_eq!(figures(&storage.database, &scope, campaign).await, seen);
    let unit = AnalyticsStore::begin(&storage.database, &scope)
        .await
        .unwrap();
    let aggregations = unit.aggregations();
    let next = aggregations.next_outdated(&utc(), None).await.unwrap();
    assert_eq!(next, None);
    assert_eq!(drift(&storage.database, &scope, campaign).await, []);
}

#[tokio::test]
async fn a_step_takes_about_as_many_events_as_it_may_however_they_were_recorded() {
    let storage = Storage::fresh().await;
    let scope = Tenant::found(&storage).await.scope;
    let campaign = CampaignId::from_uuid(a_unique_id());
    let event = |day: i64, number: i64| {
        let at = START + Duration::days(day) + Duration::seconds(number);
        Event::seen(EventType::Open, campaign, None, at, a_unique_id())
    };
    // A thousand of a day at once, whose times are stored apart, and some one by one of the days before and behind.
    let many: Vec<_> = (0..1_000).map(|number| event(1, number)).collect();
    record(&storage.database, &scope, &many).await;
    for number in 0..5 {
        for day in [0, 2] {
            record(&storage.database, &scope, &[event(day, number)]).await;
        }
    }

    let mut steps = 1;
    while count_some(&storage.database, &scope, campaign, 1_000).await {
        steps += 1;
    }

    assert_eq!(steps, 2);
    let mut admin = PgConnection::connect_with(&storage.test.admin())
        .await
        .unwrap();
    let sums = "SELECT sum(count)::bigint FROM event_aggregations WHERE campaign_id = $1";
    let counted: i64 = sqlx::query_scalar(sums)
        .bind(campaign.as_uuid())
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(counted, 1_010);
}

#[tokio::test]
async fn events_are_followed_beside_the_scheduler_that_acts() {
    let test = TestDatabase::fresh().await;
    let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
    let storage = Storage { database, test };
    let mut campaigns = Vec::new();
    for _ in 0..2 {
        let scope = Tenant::found(&storage).await.scope;
        let campaign = CampaignId::from_uuid(a_unique_id());
        let events: Vec<_> = (0..100).map(|number| opening(campaign, number)).collect();
        record(&storage.database, &scope, &events).await;
        campaigns.push((scope, campaign));
    }
    let scheduler = a_unique_id();
    let follower = EventFollower::new(
        storage.database.clone(),
        Arc::new(FixedClock::at(NOW)),
        Arc::new(SystemIds::default()),
        scheduler,
        std::time::Duration::from_secs(1),
    );

    for is_acting in [false, true] {
        if is_acting {
            let led = storage.database.lead(scheduler, Duration::MINUTE).await;
            assert!(led.unwrap());
        }
        assert!(!follower.follow(&mut Passes::new()).await);
        for (scope, campaign) in &campaigns {
            let unit = AnalyticsStore::begin(&storage.database, scope)
                .await
                .unwrap();
            let next = unit.aggregations().next_outdated(&utc(), None).await;
            let left = (!is_acting).then_some(*campaign);
            assert_eq!(next.unwrap(), left, "{is_acting}");
        }
    }
}

async fn begin(database: &PostgresDatabase, scope: &TenantScope) -> Box<dyn AnalyticsUnit> {
    AnalyticsStore::begin(database, scope).await.unwrap()
}

fn aggregation(database: &PostgresDatabase) -> Aggregation {
    let store = Arc::new(database.clone());
    let clock = Arc::new(FixedClock::at(NOW));
    Aggregation::new(store, clock, Arc::new(SystemIds::default()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_job_counts_types_at_the_same_time_while_others_record() {
    // Jobs of other tests are not to be claimed.
    let test = TestDatabase::fresh().await;
    let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
    let storage = Storage { database, test };
    let (database, scope) = (&storage.database, Tenant::found(&storage).await.scope);
    let campaign = CampaignId::from_uuid(a_unique_id());
    let types = analytics::EventType::ALL.map(|of| of.as_str().parse().unwrap());
    let people: Vec<_> = (0..10)
        .map(|_| ContactId::from_uuid(a_unique_id()))
        .collect();
    let some = |round: i64| -> Vec<_> {
        let at = START + Duration::days(round % 5) + Duration::seconds(round);
        let events = people.iter().flat_map(|contact| {
            let of = types.iter().copied();
            of.map(|of| Event::seen(of, campaign, Some(*contact), at, a_unique_id()))
        });
        events.collect()
    };
    for round in 0..20 {
        record(database, &scope, &some(round)).await;
    }
    aggregation(database).ask(&scope).await.unwrap().unwrap();
    let claim = JobClaim {
        worker: a_unique_id(),
        now: NOW,
        lease: Duration::MINUTE,
        limit: 1,
        reserved: 0,
    };
    let job = database.claim(&claim).await.unwrap().pop().unwrap();
    let ids = Arc::new(SystemIds::default());
    let clock = Arc::new(FixedClock::at(NOW));
    let runner = AggregationJob::new(Arc::new(database.clone()), clock, ids).in_steps_of(100);
    let work = StagedWork::new(job.id, claim.worker);

    let recording = async {
        for round in 20..40 {
            record(database, &scope, &some(round)).await;
        }
    };
    let ((), end) = tokio::join!(recording, runner.run(&job, &scope, &work));

    assert!(matches!(end, Ok(JobEnd::Completed(_))), "{end:?}");
    assert!(work.reports().len() > 7, "{:?}", work.reports());
    for _ in 0..2 {
        let unit = begin(database, &scope).await;
        for of in analytics::EventType::ALL {
            let aggregations = unit.aggregations();
            let drift = aggregations.drift(campaign, of, &utc(), &month()).await;
            assert_eq!(drift.unwrap(), [], "{of:?}");
        }
        let opened = figures(database, &scope, campaign).await.campaigns[&campaign]
            .opened
            .human;
        assert_eq!((opened.events, opened.people), (400, 10));
        count(database, &scope, campaign).await;
    }
}

#[tokio::test]
async fn types_of_a_campaign_are_counted_at_the_same_time_and_one_type_by_one_alone() {
    let storage = Storage::fresh().await;
    let scope = Tenant::found(&storage).await.scope;
    let campaign = CampaignId::from_uuid(a_unique_id());
    record(&storage.database, &scope, &[opening(campaign, 0)]).await;
    count(&storage.database, &scope, campaign).await;
    let [opened, clicked] = [analytics::EventType::Open, analytics::EventType::Click];
    let take = async |unit: &dyn AnalyticsUnit, of| {
        let taken = unit.aggregations().take_type(campaign, &utc(), of).await;
        assert!(taken.unwrap());
    };

    let [first, second] = [(); 2].map(|()| begin(&storage.database, &scope));
    let (first, second) = (first.await, second.await);
    take(first.as_ref(), opened).await;
    take(second.as_ref(), clicked).await;
    let whole = begin(&storage.database, &scope).await;
    let aggregations = whole.aggregations();
    let state = aggregations.try_take(campaign, &utc(), NOW).await;
    assert_eq!(state.unwrap(), None);
    drop(whole);
    let third = begin(&storage.database, &scope).await;
    let mut waiting = Box::pin(take(third.as_ref(), opened));
    let patience = std::time::Duration::from_millis(300);
    let waited = tokio::time::timeout(patience, &mut waiting).await;
    assert!(waited.is_err(), "two had openings in hand");
    first.commit().await.unwrap();
    waiting.await;
    drop((second, third));

    let whole = begin(&storage.database, &scope).await;
    let state = whole.aggregations().take(campaign, &utc(), NOW).await;
    assert_eq!(state.unwrap(), CountingState::Countable);
    let beside = begin(&storage.database, &scope).await;
    let mut waiting = Box::pin(take(beside.as_ref(), clicked));
    let waited = tokio::time::timeout(patience, &mut waiting).await;
    assert!(waited.is_err(), "a type was in hand beside the whole");
    whole.commit().await.unwrap();
    waiting.await;
}

#[tokio::test]
async fn who_follows_passes_by_what_somebody_else_has_in_hand() {
    let storage = Storage::fresh().await;
    let scope = Tenant::found(&storage).await.scope;
    let campaign = CampaignId::from_uuid(a_unique_id());
    record(&storage.database, &scope, &[opening(campaign, 0)]).await;
    count(&storage.database, &scope, campaign).await;
    record(&storage.database, &scope, &[opening(campaign, 1)]).await;
    let aggregation = aggregation(&storage.database);

    let held = begin(&storage.database, &scope).await;
    let state = held.aggregations().take(campaign, &utc(), NOW).await;
    assert_eq!(state.unwrap(), CountingState::Countable);
    let is_left = aggregation.follow(&scope, &mut Pass::default()).await;
    assert!(!is_left.unwrap());
    let unit = begin(&storage.database, &scope).await;
    let aggregations = unit.aggregations();
    let state = aggregations.try_take(campaign, &utc(), NOW).await;
    assert_eq!(state.unwrap(), None);
    let next = aggregations.next_outdated(&utc(), None).await;
    assert_eq!(next.unwrap(), Some(campaign));
    drop(unit);
    held.commit().await.unwrap();

    let is_left = aggregation.follow(&scope, &mut Pass::default()).await;

    assert!(!is_left.unwrap());
    let unit = begin(&storage.database, &scope).await;
    let next = unit.aggregations().next_outdated(&utc(), None).await;
    assert_eq!(next.unwrap(), None);
}

#[tokio::test]
async fn sums_of_a_campaign_without_events_are_verified() {
    let storage = Storage::fresh().await;
    let scope = Tenant::found(&storage).await.scope;
    let campaign = a_unique_id();
    let mut admin = PgConnection::connect_with(&storage.test.admin())
        .await
        .unwrap();
    for statement in [
        "INSERT INTO campaigns (organization_id, id, name, name_folded, description, status, landing_text, past_schedule, \
         delay_ms, created_at, updated_at, version) \
         VALUES ($1, $2, 'Idle', 'idle', '', 'draft', '', 'ask', 0, now(), now(), 1)",
        "INSERT INTO event_aggregations (organization_id, campaign_id, event_type, is_machine, date, count, \
         unique_contacts, late_count, created_at, updated_at) \
         VALUES ($1, $2, 'OPEN', false, '2026-03-10', 5, 2, 0, now(), now())",
    ] {
        sqlx::query(statement)
            .bind(scope.organization().as_uuid())
            .bind(campaign)
            .execute(&mut admin)
            .await
            .unwrap();
    }

    let drift = aggregation(&storage.database).verify(&scope).await.unwrap();

    let found: Vec<_> = drift
        .iter()
        .map(|it| (it.date, it.of, it.counted, it.found))
        .collect();
    let date = date!(2026 - 03 - 10);
    assert_eq!(
        found,
        [
            (date, Drifting::Events, 5, 0),
            (date, Drifting::People, 2, 0)
        ]
    );
}

#[tokio::test]
async fn a_sum_that_is_wrong_is_found() {
    let storage = Storage::fresh().await;
    let scope = Tenant::found(&storage).await.scope;
    let campaign = CampaignId::from_uuid(a_unique_id());
    let events: Vec<_> = (0..100).map(|number| opening(campaign, number)).collect();
    record(&storage.database, &scope, &events).await;
    count(&storage.database, &scope, campaign).await;

    let mut admin = PgConnection::connect_with(&storage.test.admin())
        .await
        .unwrap();
    for (statement, wrong) in [
        (
            "UPDATE event_aggregations SET count = count + 1 WHERE campaign_id = $1 AND date = $2",
            Drifting::Events,
        ),
        (
            "UPDATE event_aggregations SET unique_contacts = unique_contacts - 1 WHERE campaign_id = $1 AND date = $2",
            Drifting::People,
        ),
        (
            "UPDATE event_recurrences SET contacts = contacts + 1 WHERE campaign_id = $1 AND date = $2",
            Drifting::Recurrences,
        ),
    ] {
        let day = START.date();
        let changed = sqlx::query(statement)
            .bind(campaign.as_uuid())
            .bind(day)
            .execute(&mut admin)
            .await
            .unwrap();
        assert!(changed.rows_affected() > 0);
        let drift = drift(&storage.database, &scope, campaign).await;
        let found = drift.iter().find(|it| it.of == wrong).unwrap();
        assert_eq!(found.date, day);
        assert_ne!(found.counted, found.found);
    }
}
