//! Events are counted ahead soon after they were recorded.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use server::SettingsSource;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::stack::Stack;

/// Waits until a statement tells this number.
async fn until(admin: &mut PgConnection, sql: &'static str, expected: i64) {
    let mut told = None;
    for _ in 0..600 {
        let number: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut *admin)
            .await
            .expect("an administrator may read anything");
        if number == expected {
            return;
        }
        told = Some(number);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{told:?} instead of {expected}: {sql}");
}

#[tokio::test]
async fn what_was_recorded_is_counted_soon_and_anew_where_the_time_zone_changes() {
    let stack = Stack::fresh().await;
    let settings = SettingsSource {
        database_url: Some(stack.database().login_url()),
        count_events_every: Some(1),
        ..SettingsSource::default()
    };
    let restarted = stack.restart_with(settings).await;
    let stack = restarted.expect("the server starts");
    let owner = stack.sign_up_and_log_in().await;
    let organization = stack.create_organization(&owner).await;
    let id = organization["id"].as_str().expect("an id");
    let campaign = stack
        .call(Method::POST, &format!("/v1/organizations/{id}/campaigns"))
        .by(&owner)
        .once()
        .json(&json!({"name": "Counted"}))
        .send()
        .await
        .expect(201)
        .json();
    let campaign = campaign["id"].as_str().expect("an id");
    let mut admin = stack.admin().await;

    let recorded = format!(
        "INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, origin, actor_verdict, created_at) \
         SELECT '{id}', gen_random_uuid(), now() - make_interval(secs => n), 'OPEN', '{campaign}', 'api', 'human', now() \
         FROM generate_series(1, 3) AS n"
    );
    sqlx::raw_sql(AssertSqlSafe(recorded))
        .execute(&mut admin)
        .await
        .expect("the events are recorded");
    let noted = "SELECT count(*) FROM event_changes";
    let counted = "SELECT coalesce(sum(count), 0)::bigint FROM event_aggregations";
    until(&mut admin, noted, 0).await;
    until(&mut admin, counted, 3).await;

    // A sum that is wrong shows that events are counted anew.
    let spoiled = "UPDATE event_aggregations SET count = 100";
    sqlx::raw_sql(spoiled)
        .execute(&mut admin)
        .await
        .expect("an administrator may spoil anything");
    let moved = format!(
        "UPDATE organizations SET settings = jsonb_set(settings, '{{timezone}}', '\"Pacific/Auckland\"') \
         WHERE organization_id = '{id}'"
    );
    sqlx::raw_sql(AssertSqlSafe(moved))
        .execute(&mut admin)
        .await
        .expect("the time zone is changed");
    let of_zone = "SELECT count(*) FROM campaign_aggregations WHERE time_zone = 'Pacific/Auckland'";
    until(&mut admin, of_zone, 1).await;
    until(&mut admin, noted, 0).await;
    until(&mut admin, counted, 3).await;
}
