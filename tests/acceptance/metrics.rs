//! What the server tells about itself.

use reqwest::Method;
use serde_json::json;

use crate::stack::Stack;

#[tokio::test]
async fn jobs_are_counted_by_kind_from_their_beginning_to_their_end() {
    let stack = Stack::shared().await;
    let owner = stack.sign_up_and_log_in().await;
    let organization = stack.create_organization(&owner).await;
    let id = organization["id"].as_str().expect("an id");
    let roles = format!("/v1/organizations/{id}/roles");
    let roles = stack.call(Method::GET, &roles).by(&owner).send().await;
    let role = &roles.expect(200).json()["items"][5]["id"];
    let email = format!("{}@example.com", crate::stack::unique().simple());
    stack
        .call(Method::POST, &format!("/v1/organizations/{id}/invitations"))
        .by(&owner)
        .once()
        .json(&json!({"email": email, "role_id": role}))
        .send()
        .await
        .expect(201);
    stack.next_token_mailed_to(&email, None).await;

    let wanted = [
        r#"canvass_jobs_enqueued_total{kind="send_invitation"} "#,
        r#"canvass_jobs_finished_total{kind="send_invitation",result="completed"} "#,
        r#"canvass_jobs_running{kind="send_invitation"} "#,
        "canvass_jobs_lag_seconds ",
    ];
    let mut told = String::new();
    for _ in 0..300 {
        told = stack.call(Method::GET, "/metrics").text().await;
        if wanted.iter().all(|line| told.contains(line)) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("not all of {wanted:?} in {told}");
}

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
