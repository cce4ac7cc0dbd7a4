//! What events amount to is read, and counted ahead, by indexes.

use std::sync::Arc;

use analytics::EventType;
use analytics::metrics::{Calendar, Day, Period};
use analytics::ports::{AnalyticsStore, AnalyticsUnit};
use analytics::runs::RunLedger as _;
use infrastructure::scheduler::{EventFollower, Passes};
use infrastructure::{PostgresDatabase, SystemIds};
use kernel::{CampaignId, TimeZoneName};
use testkit::{FixedClock, Plan, plans_of};
use time::Duration;
use time::macros::{date, datetime};

use super::leads::{LEADS, VACUUM};
use super::{Filled, nth, tenant, uses};

/// Events of a quarter and of 40 campaigns in three tenants, counted ahead, but for some of two days of each campaign.
const EVENTS: &str = "
    CREATE TEMPORARY TABLE filling AS
    SELECT id('a', CASE n % 6 WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 1 END) AS organization_id, id('c', n) AS id,
        timestamptz '2026-01-05 00:00Z' + n * interval '60 seconds' AS at,
        (ARRAY['SENT', 'OPEN', 'OPEN', 'CLICK', 'FORM_VIEW', 'FORM_SUBMIT', 'BOUNCE'])[n % 7 + 1] AS event_type,
        id('9', n % 40) AS campaign_id, id('7', n % 5000) AS contact_id, n
    FROM generate_series(1, 120000) AS n;
    INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, contact_id, origin, actor_verdict,
        created_at)
    SELECT organization_id, id, at, event_type, campaign_id, contact_id, 'tracking', 'human', now() FROM filling;
    CREATE TEMPORARY TABLE done AS
    SELECT DISTINCT organization_id, campaign_id, contact_id, event_type, (at AT TIME ZONE 'UTC')::date AS date
    FROM filling;
    INSERT INTO campaign_aggregations (organization_id, campaign_id, time_zone, created_at, updated_at)
    SELECT DISTINCT organization_id, campaign_id, 'UTC', now(), now() FROM done;
    INSERT INTO contact_event_days (organization_id, campaign_id, contact_id, event_type, is_machine, date, created_at)
    SELECT organization_id, campaign_id, contact_id, event_type, false, date, now() FROM done;
    INSERT INTO event_recurrences (organization_id, campaign_id, event_type, is_machine, date, previous_date, contacts,
        created_at, updated_at)
    SELECT organization_id, campaign_id, event_type, false, date, previous_date, count(*), now(), now()
    FROM (SELECT *, lag(date, 1, '-infinity') OVER (
        PARTITION BY organization_id, campaign_id, event_type, contact_id ORDER BY date) AS previous_date FROM done) AS d
    GROUP BY organization_id, campaign_id, event_type, date, previous_date;
    INSERT INTO event_aggregations (organization_id, campaign_id, event_type, is_machine, date, count, unique_contacts,
        late_count, created_at, updated_at)
    SELECT organization_id, campaign_id, event_type, false, (at AT TIME ZONE 'UTC')::date, count(*),
        count(DISTINCT contact_id), 0, now(), now()
    FROM filling GROUP BY 1, 2, 3, 5;
    INSERT INTO event_changes (organization_id, campaign_id, date, event_type, is_machine, contacts, times, created_at)
    SELECT organization_id, campaign_id, date '2026-03-10' + d, 'OPEN', false, array_agg(contact_id),
        array_agg((date '2026-03-10' + d) + interval '12 hours'), now()
    FROM done, generate_series(0, 1) AS d
    WHERE contact_id >= id('7', 4900)
    GROUP BY organization_id, campaign_id, d;
    INSERT INTO campaign_contact_assignments (organization_id, campaign_id, contact_id, status, validation_status,
        created_at, updated_at)
    SELECT DISTINCT organization_id, campaign_id, contact_id, 'sent', 'valid', now(), now() FROM done;
    ANALYZE";

fn campaign() -> CampaignId {
    CampaignId::from_uuid(nth(9, 3))
}

fn quarter() -> Vec<Day> {
    let quarter = Period::new(date!(2026 - 01 - 01), date!(2026 - 03 - 31)).unwrap();
    Calendar::of(&TimeZoneName::utc()).days(quarter)
}

async fn plans<T>(
    adapter: &PostgresDatabase,
    work: impl AsyncFnOnce(&dyn AnalyticsUnit) -> T,
) -> (T, Vec<Plan>) {
    plans_of(async {
        let unit = AnalyticsStore::begin(adapter, &tenant()).await.unwrap();
        work(unit.as_ref()).await
    })
    .await
}

/// No statement reads a large table from end to end.
#[track_caller]
fn assert_indexed(filled: &Filled, plans: &[Plan]) {
    assert!(!plans.is_empty());
    for plan in plans {
        let mut scans = plan.sequential_scans();
        scans.retain(|scanned| filled.large.contains(scanned));
        assert_eq!(scans, [""; 0], "{plan:#?}");
    }
}

#[tokio::test]
async fn figures_are_read_from_sums_and_from_what_is_noted_by_indexes() {
    let filled = Filled::with(EVENTS).await;
    let utc = TimeZoneName::utc();

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let (figures, plans) = plans(&adapter, async |unit| {
            let figures = unit.figures();
            figures.figures_of(&[campaign()], &utc, &quarter()).await
        })
        .await;
        let total = figures.unwrap().campaigns[&campaign()];
        assert!(total.opened.human.people > 100, "{total:?}");
        let plan = filled.indexed(&plans, "events");
        assert!(uses(plan, "campaign_id_event_type"), "{plan:#?}");
        assert!(uses(plan, "event_aggregations_pkey"), "{plan:#?}");
        assert!(uses(plan, "contact_event_days_pkey"), "{plan:#?}");
        adapter.pool().close().await;
    }
}

#[tokio::test]
async fn segments_spans_and_leads_are_read_by_indexes() {
    let filled = Filled::with(EVENTS).await;

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let (span, told) = plans(&adapter, async |unit| {
            unit.figures().span_of(campaign()).await.unwrap()
        })
        .await;
        assert!(span.is_some());
        assert_indexed(&filled, &told);
        let (segments, told) = plans(&adapter, async |unit| {
            let figures = unit.figures();
            figures.figures_by_segment(&[campaign()], &quarter()).await
        })
        .await;
        assert_eq!(segments.unwrap().len(), 1);
        assert_indexed(&filled, &told);
        let (leads, told) = plans(&adapter, async |unit| {
            let (from, to) = (
                datetime!(2026-01-01 0:00 UTC),
                datetime!(2026-04-01 0:00 UTC),
            );
            let figures = unit.figures();
            let mut leads = figures
                .leads_of(&[campaign()], from, to, false)
                .await
                .unwrap();
            let segments = figures.leads_of(&[campaign()], from, to, true).await;
            leads.extend(segments.unwrap());
            leads
        })
        .await;
        assert_eq!(leads, []);
        assert_indexed(&filled, &told);
        adapter.pool().close().await;
    }
}

#[tokio::test]
async fn leads_of_a_campaign_are_counted_from_an_index() {
    let filled = Filled::with_all(&[LEADS, VACUUM]).await;

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let (leads, told) = plans(&adapter, async |unit| {
            let (from, to) = (
                datetime!(2026-01-10 0:00 UTC),
                datetime!(2026-02-10 0:00 UTC),
            );
            let figures = unit.figures();
            figures.leads_of(&[campaign()], from, to, false).await
        })
        .await;
        assert!(!leads.unwrap().is_empty());
        // The index has all that is asked of them.
        let plan = filled.indexed(&told, "leads");
        assert!(uses(plan, "leads_came_idx"), "{plan:#?}");
        let (leads, told) = plans(&adapter, async |unit| {
            let (from, to) = (
                datetime!(2026-01-10 0:00 UTC),
                datetime!(2026-02-10 0:00 UTC),
            );
            let figures = unit.figures();
            figures.leads_of(&[campaign()], from, to, true).await
        })
        .await;
        assert!(!leads.unwrap().is_empty());
        // Whose segment it is, it has not: the rows of this campaign's leads are read, and of no other's.
        assert_indexed(&filled, &told);
        adapter.pool().close().await;
    }
}

#[tokio::test]
async fn whose_events_are_not_counted_is_looked_for_by_an_index() {
    let filled = Filled::with(EVENTS).await;
    let scheduler = nth(0xd, 1);

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let follower = EventFollower::new(
            adapter.clone(),
            Arc::new(FixedClock::default()),
            Arc::new(SystemIds::default()),
            scheduler,
            std::time::Duration::from_secs(1),
        );
        let (is_left, told) = plans_of(async {
            assert!(adapter.lead(scheduler, Duration::MINUTE).await.unwrap());
            follower.follow(&mut Passes::new()).await
        })
        .await;
        // Nobody knows the organizations of these events.
        assert!(!is_left);
        let mut looks = told.iter();
        let look = looks.find(|plan| plan.statement().contains("event_changes"));
        let look = look.expect("it is looked for");
        assert!(uses(look, "event_changes_pkey"), "{look:#?}");
        let scans = look.sequential_scans();
        let is_read = scans.iter().any(|scanned| scanned == "event_changes");
        assert!(!is_read, "{look:#?}");
        adapter.pool().close().await;
    }
}

#[tokio::test]
async fn what_is_noted_is_counted_verified_and_noted_anew_by_indexes() {
    let filled = Filled::with(EVENTS).await;
    let (utc, at) = (TimeZoneName::utc(), datetime!(2026-03-31 0:00 UTC));

    for generic in [false, true] {
        let adapter = filled.told(generic).await;
        let ((), told) = plans(&adapter, async |unit| {
            let aggregations = unit.aggregations();
            let next = aggregations.next_outdated(&utc, None).await.unwrap();
            assert!(next.is_some());
            let (open, days) = (EventType::Open, quarter());
            let drift = aggregations.drift(campaign(), open, &utc, &days);
            drift.await.unwrap();
            aggregations.take(campaign(), &utc, at).await.unwrap();
            let calendar = Calendar::of(&utc);
            let taken = aggregations.take_type(campaign(), &utc, open).await;
            assert!(taken.unwrap());
            let types = [open];
            let counting = aggregations.count_noted(campaign(), &types, &calendar, 20_000, at);
            assert!(!counting.await.unwrap());
            let counting =
                aggregations.count_noted(campaign(), &EventType::ALL, &calendar, 20_000, at);
            assert!(!counting.await.unwrap());
            let span = aggregations.counted_span(campaign()).await.unwrap();
            assert!(span.is_some());
            let forget = || aggregations.forget(campaign(), &utc, 1_000, at);
            while forget().await.unwrap() {}
        })
        .await;
        assert_indexed(&filled, &told);
        adapter.pool().close().await;
    }
}
