//! What units of work did is counted once they are committed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use campaigns::ports::CampaignStore;
use campaigns::{Event, EventOrigin, EventType};
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::{
    Actor, CampaignId, Credential, Origin, RequestId, SessionId, TenantScope, Timestamp, UserId,
};
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Label, Metadata, Recorder, SharedString, Unit,
};
use testkit::{TestDatabase, a_unique_id};
use time::macros::datetime;

use super::bulk_operations::found;

const NOW: Timestamp = datetime!(2026-03-20 12:00 UTC);

/// The counters of a thread, by their names and the values of their labels.
#[derive(Default)]
pub(crate) struct Counters(Mutex<BTreeMap<(String, String), Arc<AtomicU64>>>);

impl Counters {
    /// What was counted under this name so far, by the values of the labels.
    pub(crate) fn told(&self, name: &str) -> BTreeMap<String, u64> {
        let counters = self.0.lock().unwrap();
        let named = counters.iter().filter(|((of, _), _)| of == name);
        let count = |counter: &AtomicU64| counter.load(Ordering::Acquire);
        let told = named.map(|((_, labels), counter)| (labels.clone(), count(counter)));
        told.collect()
    }
}

impl Recorder for Counters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels: Vec<_> = key.labels().map(Label::value).collect();
        let name = (key.name().to_owned(), labels.join(" "));
        let mut counters = self.0.lock().unwrap();
        Counter::from_arc(Arc::clone(counters.entry(name).or_default()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// Counters under these labels.
pub(crate) fn counted<const N: usize>(expected: [(&str, u64); N]) -> BTreeMap<String, u64> {
    let expected = expected.into_iter();
    expected.map(|(labels, n)| (labels.to_owned(), n)).collect()
}

#[tokio::test]
async fn events_count_once_and_only_where_their_unit_was_committed() {
    let test = TestDatabase::shared().await;
    let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
    let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
    let scope = TenantScope::for_principal(
        found(&database).await,
        Actor::User(UserId::from_uuid(a_unique_id()), session),
        Origin::internal(RequestId::from_uuid(a_unique_id())),
    );
    let campaign = CampaignId::from_uuid(a_unique_id());
    let event = |event_type, origin| {
        let mut event = Event::seen(event_type, campaign, None, NOW, a_unique_id());
        event.origin = origin;
        event
    };
    let first = [
        event(EventType::Open, EventOrigin::Tracking),
        event(EventType::Open, EventOrigin::Tracking),
        event(EventType::Click, EventOrigin::Api),
    ];
    let more = event(EventType::Sent, EventOrigin::Simulation);
    let counters = Counters::default();
    let _counting = metrics::set_default_local_recorder(&counters);
    let told = || counters.told("canvass_events_recorded_total");

    let dropped = CampaignStore::begin(&database, &scope).await.unwrap();
    dropped.events().record(&first, NOW).await.unwrap();
    drop(dropped);
    assert_eq!(told(), counted([]));

    let unit = CampaignStore::begin(&database, &scope).await.unwrap();
    unit.events().record(&first, NOW).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(told(), counted([("api CLICK", 1), ("tracking OPEN", 2)]));

    let unit = CampaignStore::begin(&database, &scope).await.unwrap();
    let again = [first.as_slice(), std::slice::from_ref(&more)].concat();
    unit.events().record(&again, NOW).await.unwrap();
    unit.commit().await.unwrap();
    let expected = [
        ("api CLICK", 1),
        ("simulation SENT", 1),
        ("tracking OPEN", 2),
    ];
    assert_eq!(told(), counted(expected));
}
