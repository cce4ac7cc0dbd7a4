//! What was counted in days of another time zone is forgotten in steps.

use analytics::metrics::{Calendar, Period};
use analytics::{CountingState, Pass};
use kernel::{CampaignId, TenantScope, TimeZoneName};
use sqlx::{Connection, PgConnection};
use tenancy::contract::{Subject, Tenant};
use testkit::a_unique_id;
use time::macros::date;

use super::{NOW, Storage, aggregation, begin, count, opening, record};

impl Storage {
    /// Has an organization's days begin elsewhere.
    pub(super) async fn move_to(&self, scope: &TenantScope, zone: &str) {
        let mut admin = PgConnection::connect_with(&self.test.admin())
            .await
            .unwrap();
        let moved = "UPDATE organizations SET settings = jsonb_set(settings, '{timezone}', to_jsonb($2::text)) \
                     WHERE organization_id = $1";
        sqlx::query(moved)
            .bind(scope.organization().as_uuid())
            .bind(zone)
            .execute(&mut admin)
            .await
            .unwrap();
    }

    /// From which time zone to which other one campaigns of an organization were moved, as the audit log tells it.
    async fn moves(&self, scope: &TenantScope) -> Vec<(String, String)> {
        let mut admin = PgConnection::connect_with(&self.test.admin())
            .await
            .unwrap();
        let told = "SELECT p.changes #>> '{time_zone,old}', p.changes #>> '{time_zone,new}' FROM audit_logs l \
                    JOIN audit_payloads p ON p.organization_id = l.organization_id AND p.id = l.id \
                    WHERE l.organization_id = $1 AND l.entity_type = 'campaign_aggregation' ORDER BY l.id";
        sqlx::query_as(told)
            .bind(scope.organization().as_uuid())
            .fetch_all(&mut admin)
            .await
            .unwrap()
    }

    /// How a campaign stands that is to be counted in days of this time zone.
    async fn state(
        &self,
        scope: &TenantScope,
        campaign: CampaignId,
        zone: &TimeZoneName,
    ) -> CountingState {
        let unit = begin(&self.database, scope).await;
        let taking = unit.aggregations().take(campaign, zone, NOW);
        let state = taking.await.unwrap();
        unit.commit().await.unwrap();
        state
    }
}

#[tokio::test]
async fn what_is_forgotten_in_steps_is_told_of_once_for_each_time_zone_that_they_lead_to() {
    let storage = Storage::fresh().await;
    let scope = Tenant::found(&storage).await.scope;
    storage.move_to(&scope, "UTC").await;
    let campaign = CampaignId::from_uuid(a_unique_id());
    let events: Vec<_> = (0..100).map(|number| opening(campaign, number)).collect();
    record(&storage.database, &scope, &events).await;
    count(&storage.database, &scope, campaign).await;
    let [berlin, apia] =
        ["Europe/Berlin", "Pacific/Apia"].map(|zone| zone.parse::<TimeZoneName>().unwrap());
    let aggregation = aggregation(&storage.database).in_steps_of(10);
    let mut pass = Pass::default();

    storage.move_to(&scope, berlin.as_str()).await;
    let moved = ("UTC".to_owned(), berlin.as_str().to_owned());
    for _ in 0..3 {
        assert!(aggregation.follow(&scope, &mut pass).await.unwrap());
        let state = storage.state(&scope, campaign, &berlin).await;
        assert_eq!(state, CountingState::HalfForgotten);
        assert_eq!(storage.moves(&scope).await, std::slice::from_ref(&moved));
    }
    storage.move_to(&scope, apia.as_str()).await;
    let again = (berlin.as_str().to_owned(), apia.as_str().to_owned());
    let state = storage.state(&scope, campaign, &apia).await;
    assert_eq!(state, CountingState::Moved(berlin));
    let mut steps = 0;
    while aggregation.follow(&scope, &mut pass).await.unwrap() {
        steps += 1;
        assert!(steps < 100, "it comes to an end");
        assert_eq!(storage.moves(&scope).await, [moved.clone(), again.clone()]);
    }

    assert!(steps > 3, "{steps}");
    let state = storage.state(&scope, campaign, &apia).await;
    assert_eq!(state, CountingState::Countable);
    let unit = begin(&storage.database, &scope).await;
    let march = Period::new(date!(2026 - 03 - 01), date!(2026 - 03 - 31)).unwrap();
    let days = Calendar::of(&apia).days(march);
    let seen = unit.figures().figures_of(&[campaign], &apia, &days).await;
    let opened = seen.unwrap().campaigns[&campaign].opened.human;
    assert_eq!((opened.events, opened.people), (100, 20));
    let aggregations = unit.aggregations();
    let opens = analytics::EventType::Open;
    let drift = aggregations.drift(campaign, opens, &apia, &days).await;
    assert_eq!(drift.unwrap(), []);
}
