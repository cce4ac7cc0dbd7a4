//! How addresses are judged, and checking them.

use serde_json::{Value, json};

use crate::installation::Installation;
use crate::office::column;

fn path(organization: &str, rest: &str) -> String {
    format!("/v1/organizations/{organization}{rest}")
}

#[tokio::test]
async fn addresses_are_checked_by_the_rules_in_force() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let checks = path(&organization, "/email-checks");
    let body = json!({ "addresses": [" Ada@Example.DE ", "info@gmial.com", "nobody", "a@corp.example.com"] });

    let told = installation.post(&checks, &owner.token, &body).await;
    let rule = path(&organization, "/validation-rules/domain");
    let admitted = json!({ "admit": ["example.com"] });
    installation
        .patch(&rule, &owner.token, &admitted)
        .await
        .is(200);
    let again = installation.post(&checks, &owner.token, &body).await;

    let shown = told.is(200).json();
    let field = |name: &str| -> Vec<Value> {
        let checks = shown["checks"].as_array().unwrap();
        checks.iter().map(|check| check[name].clone()).collect()
    };
    assert_eq!(
        field("address"),
        body["addresses"].as_array().unwrap().clone()
    );
    assert_eq!(
        field("status"),
        ["valid", "risky", "invalid", "nonexistent"]
    );
    assert_eq!(field("normalized")[0], "ada@example.de");
    assert_eq!(
        field("suggestion"),
        [json!(null), json!("gmail.com"), json!(null), json!(null)]
    );
    assert_eq!(
        field("reasons")[1],
        json!(["disposable_domain", "role_account", "likely_typo"])
    );
    assert_eq!(field("domain_exists")[0], Value::Null);
    assert_eq!(again.is(200).json()["checks"][3]["status"], "valid");
}

#[tokio::test]
async fn too_many_too_long_and_no_addresses_are_refused_without_repeating_them() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let checks = path(&organization, "/email-checks");
    for addresses in [
        json!([]),
        json!(vec!["a@b.de"; 1_001]),
        json!(["x".repeat(321)]),
        json!([7]),
    ] {
        let told = installation
            .post(&checks, &owner.token, &json!({ "addresses": addresses }))
            .await;

        told.is_problem(422, "invalid");
    }
}

#[tokio::test]
async fn as_many_addresses_as_the_document_says_are_checked_at_once() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let document = api::openapi_document();
    let said = &document["components"]["schemas"]["EmailChecksRequest"]["properties"]["addresses"];
    let addresses = (0..1_000).map(|n| format!("p{n}@example.de"));
    let addresses = addresses.collect::<Vec<_>>();

    let checks = path(&organization, "/email-checks");
    let body = json!({ "addresses": addresses });
    let told = installation.post(&checks, &owner.token, &body).await;

    assert_eq!(said["maxItems"], addresses.len());
    let told = told.is(200).json();
    let told = told["checks"].as_array().unwrap();
    let told = told.iter().map(|check| check["address"].as_str().unwrap());
    assert!(told.eq(addresses.iter().map(String::as_str)));
}

#[tokio::test]
async fn checks_are_limited_per_organization() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (other, stranger) = installation.founded().await;
    let body = json!({ "addresses": ["ada@example.de"] });
    let checks = path(&organization, "/email-checks");
    for _ in 0..120 {
        installation
            .post(&checks, &owner.token, &body)
            .await
            .is(200);
    }

    let refused = installation.post(&checks, &owner.token, &body).await;
    let elsewhere = path(&other, "/email-checks");
    let elsewhere = installation.post(&elsewhere, &stranger.token, &body).await;

    refused.is_problem(429, "rate-limited");
    assert_eq!(refused.header("retry-after"), "1");
    elsewhere.is(200);
}

#[tokio::test]
async fn a_change_of_a_rule_makes_a_new_version_and_keeps_the_old_one() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let rule = path(&organization, "/validation-rules/classification");
    let before = installation.get(&rule, &owner.token).await;
    assert_eq!(before.is(200).json()["risky_from"], 50);
    assert_eq!(before.header("etag"), "\"1\"");

    let changed = installation
        .patch(
            &rule,
            &owner.token,
            &json!({ "risky_from": 30, "enabled": false }),
        )
        .await;
    let same = installation
        .patch(&rule, &owner.token, &json!({ "risky_from": 30 }))
        .await;

    assert_eq!(changed.is(200).json()["version"], 2);
    assert_eq!(same.is(200).json()["version"], 2);
    let versions = path(&organization, "/validation-rules/versions");
    let of_rule = format!("{versions}?rule_type=classification");
    let listed = installation.get(&of_rule, &owner.token).await;
    assert_eq!(column(&listed, "version"), [1, 2]);
    assert_eq!(column(&listed, "enabled"), [true, false]);
    assert_eq!(column(&listed, "config")[1]["risky_from"], 30);
    let all = installation.get(&versions, &owner.token).await;
    assert_eq!(column(&all, "rule_type").len(), 4);
    let whole = path(&organization, "/validation-rules");
    let whole = installation.get(&whole, &owner.token).await.is(200).json();
    assert_eq!(whole["classification"]["version"], 2);
    assert_eq!(whole["syntax"]["version"], 1);
}

#[tokio::test]
async fn every_fault_of_a_rule_is_told_by_its_place() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let rule = path(&organization, "/validation-rules/domain");
    let body = json!({
        "enabled": "yes",
        "admit": ["example.com", "no domain", "b\u{fc}cher.example"],
        "refuse": [3],
    });

    let told = installation.patch(&rule, &owner.token, &body).await;

    let places = told.is_problem(422, "invalid").faults();
    let pointers = places.iter().map(|(pointer, _)| pointer.as_str());
    assert_eq!(
        pointers.collect::<Vec<_>>(),
        ["#/enabled", "#/admit/1", "#/refuse/0"]
    );
}
