//! What units of work did is counted once they are committed.

use std::collections::BTreeSet;

use campaigns::ports::CampaignStore;
use campaigns::{Event, EventOrigin, EventType};
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::{
    Actor, CampaignId, Credential, Origin, RequestId, SessionId, TenantScope, Timestamp, UserId,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use testkit::{TestDatabase, a_unique_id};
use time::macros::datetime;

use super::bulk_operations::found;

const NOW: Timestamp = datetime!(2026-03-20 12:00 UTC);

/// The counters of this name, as `/metrics` tells them.
pub(crate) fn counted(handle: &PrometheusHandle, name: &str) -> BTreeSet<String> {
    let told = handle.render();
    let lines = told.lines().filter_map(|line| line.strip_prefix(name));
    lines.map(ToOwned::to_owned).collect()
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
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let handle = recorder.handle();
    let told = || counted(&handle, "canvass_events_recorded_total");
    let line =
        |origin, event_type, n| format!(r#"{{origin="{origin}",event_type="{event_type}"}} {n}"#);

    let dropped = CampaignStore::begin(&database, &scope).await.unwrap();
    dropped.events().record(&first, NOW).await.unwrap();
    drop(dropped);
    assert_eq!(told(), BTreeSet::new());

    let unit = CampaignStore::begin(&database, &scope).await.unwrap();
    unit.events().record(&first, NOW).await.unwrap();
    unit.commit().await.unwrap();
    let expected = [line("api", "CLICK", 1), line("tracking", "OPEN", 2)];
    assert_eq!(told(), BTreeSet::from(expected));

    let unit = CampaignStore::begin(&database, &scope).await.unwrap();
    let again = [first.as_slice(), std::slice::from_ref(&more)].concat();
    unit.events().record(&again, NOW).await.unwrap();
    unit.commit().await.unwrap();
    let expected = [
        line("api", "CLICK", 1),
        line("simulation", "SENT", 1),
        line("tracking", "OPEN", 2),
    ];
    assert_eq!(told(), BTreeSet::from(expected));
}
