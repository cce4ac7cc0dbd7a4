//! The administration of all accounts of the installation.

use poem::http::Method;
use serde_json::json;

use crate::installation::Installation;

#[tokio::test]
async fn only_an_administrator_of_the_platform_reaches_other_accounts() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;
    let user = format!("/v1/platform/users/{}", ada.id);
    let roles = format!("{user}/roles");
    let role = format!("{roles}/platform_admin");

    for (method, path) in [
        (Method::GET, "/v1/platform/users"),
        (Method::GET, &user),
        (Method::PATCH, &user),
        (Method::GET, &roles),
        (Method::PUT, &role),
        (Method::DELETE, &role),
    ] {
        installation
            .ask(method.clone(), path)
            .send()
            .await
            .is_problem(401, "unauthenticated");
        installation
            .ask_as(&ada, method, path)
            .send()
            .await
            .is_problem(403, "platform-admin-required");
    }
}

#[tokio::test]
async fn users_are_found_by_address_and_status() {
    let installation = Installation::new();
    let grace = installation.administer("grace@example.com").await;
    let ada = installation.join("ada@example.com").await;
    let list = async |query: &str| {
        let path = format!("/v1/platform/users{query}");
        let told = installation.ask_as(&grace, Method::GET, &path).send().await;
        let items = told.is(200).json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|user| user["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };

    assert_eq!(list("").await, [grace.id.clone(), ada.id.clone()]);
    assert_eq!(list("?email=ADA@example.com").await, [ada.id.as_str()]);
    assert_eq!(list("?status=suspended").await, [""; 0]);
    assert_eq!(list("?email=nobody@example.com").await, [""; 0]);
}

#[tokio::test]
async fn a_suspended_user_is_out_at_once_and_may_come_back() {
    let installation = Installation::new();
    let grace = installation.administer("grace@example.com").await;
    let ada = installation.join("ada@example.com").await;
    let path = format!("/v1/platform/users/{}", ada.id);
    let set = async |status: &str| {
        installation
            .ask_as(&grace, Method::PATCH, &path)
            .json(&json!({"status": status}))
            .send()
            .await
    };

    assert_eq!(set("suspended").await.is(200).json()["status"], "suspended");
    installation
        .ask_as(&ada, Method::GET, "/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    set("active").await.is(200);
    installation
        .ask_as(&ada, Method::GET, "/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    installation.log_in("ada@example.com").await;
    set("pending").await.is_problem(422, "invalid");
    set("dancing").await.is_problem(422, "invalid");
}

#[tokio::test]
async fn platform_roles_are_given_and_taken() {
    let installation = Installation::new();
    let grace = installation.administer("grace@example.com").await;
    let ada = installation.join("ada@example.com").await;
    let path = format!("/v1/platform/users/{}/roles", ada.id);
    let role = format!("{path}/platform_admin");

    for _ in 0..2 {
        installation
            .ask_as(&grace, Method::PUT, &role)
            .send()
            .await
            .is(204);
    }
    let told = installation.ask_as(&ada, Method::GET, &path).send().await;
    let roles = told.is(200).json();
    assert_eq!(
        roles,
        json!({"items": [{
            "role": "platform_admin",
            "granted_at": "2026-01-15T12:00:00Z",
            "granted_by": grace.id,
        }]})
    );
    let mine = installation
        .ask_as(&ada, Method::GET, "/v1/me/platform-roles")
        .send()
        .await;
    assert_eq!(mine.is(200).json(), roles);

    for _ in 0..2 {
        installation
            .ask_as(&grace, Method::DELETE, &role)
            .send()
            .await
            .is(204);
    }
    installation
        .ask_as(&ada, Method::GET, &path)
        .send()
        .await
        .is_problem(403, "platform-admin-required");
    installation
        .ask_as(&grace, Method::PUT, &format!("{path}/emperor"))
        .send()
        .await
        .is_problem(404, "not-found");
    installation
        .ask_as(
            &grace,
            Method::PUT,
            "/v1/platform/users/018f0000-0000-7000-8000-000000000001/roles/system",
        )
        .send()
        .await
        .is_problem(404, "not-found");
}
