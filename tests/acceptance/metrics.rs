//! What the server tells about itself.

use reqwest::Method;
use serde_json::json;

use crate::stack::Stack;

#[tokio::test]
async fn calls_of_the_database_are_counted_by_port() {
    let stack = Stack::shared().await;
    let owner = stack.sign_up_and_log_in().await;
    let organization = stack.create_organization(&owner).await;
    let id = organization["id"].as_str().expect("an id");
    stack
        .call(Method::POST, &format!("/v1/organizations/{id}/teams"))
        .by(&owner)
        .once()
        .json(&json!({"name": "North"}))
        .send()
        .await
        .expect(201);

    let told = stack.call(Method::GET, "/metrics").text().await;

    for line in [
        r#"canvass_database_calls_total{port="tenancy.teams",statement="insert",outcome="ok"} "#,
        r#"canvass_database_calls_total{port="audit",statement="insert",outcome="ok"} "#,
        r#"canvass_database_call_duration_seconds_count{port="tenancy.teams",statement="insert"} "#,
        "canvass_database_unit_opening_seconds_count ",
        r#"canvass_database_pool_connections{state="waiting"} "#,
    ] {
        assert!(told.contains(line), "no `{line}` in {told}");
    }
    assert!(!told.contains(id) && !told.contains(&owner.email));
}
