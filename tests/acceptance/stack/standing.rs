//! The ground itself holds.

use reqwest::Method;
use serde_json::json;
use tenancy::RoleTemplate;

use super::{Answer, Change, Rows, Stack};

#[tokio::test]
async fn a_person_makes_an_organization_and_another_joins_it() {
    let stack = Stack::shared().await;
    let owner = stack.sign_up_and_log_in().await;
    let organization = stack.create_organization(&owner).await;
    let id = organization["id"].as_str().unwrap();

    let viewer = stack.join(id.parse().unwrap(), RoleTemplate::Viewer).await;
    let address = format!("/v1/organizations/{id}");

    let read = stack.call(Method::GET, &address).by(&viewer).send().await;
    assert_eq!(read.expect(200).json(), organization);
    let refused = stack
        .call(Method::PATCH, &address)
        .by(&viewer)
        .json(&json!({ "name": "Mine" }))
        .send()
        .await
        .expect(403);
    assert_eq!(refused.code(), "permission-missing");
    assert!(stack.data_directory().is_dir());
}

#[tokio::test]
async fn a_person_has_many_sessions_and_what_differs_between_two_requests_can_be_blotted_out() {
    let stack = Stack::shared().await;
    let first = stack.sign_up_and_log_in().await;

    let second = stack.log_in(&first.email).await;

    assert_eq!(first.user, second.user);
    assert_ne!(first.id, second.id);
    let mut answers: Vec<Answer> = Vec::new();
    for session in [&first, &second] {
        let address = "/v1/organizations/no-such-one";
        answers.push(stack.call(Method::GET, address).by(session).send().await);
    }
    assert_ne!(answers[0].body, answers[1].body);
    assert_eq!(
        answers[0].without_request_id(),
        answers[1].without_request_id()
    );
}

#[tokio::test]
async fn rows_tell_what_one_call_changed() {
    let stack = Stack::fresh().await;
    let owner = stack.sign_up_and_log_in().await;
    let organization = stack.create_organization(&owner).await;
    let mut admin = stack.admin().await;
    let before = Rows::read(&mut admin).await;

    stack
        .call(
            Method::PATCH,
            &format!("/v1/organizations/{}", organization["id"].as_str().unwrap()),
        )
        .by(&owner)
        .json(&json!({ "name": "Acme & Partners" }))
        .send()
        .await
        .expect(200);

    let after = Rows::read(&mut admin).await;
    assert_eq!(after.since(&after), []);
    assert_eq!(after.count("organizations"), 1);
    let changes: Vec<Change> = after.since(&before);
    let of = |table: &str| changes.iter().find(|change| change.table == table);
    let change = of("organizations").unwrap();
    assert_eq!(change.old.as_ref().unwrap()["name"], "Acme Brokers");
    assert_eq!(change.new.as_ref().unwrap()["name"], "Acme & Partners");
    assert!(of("audit_logs").unwrap().old.is_none());
    assert!(of("memberships").is_none());
}
