//! Signing up, and one's own account.

use poem::http::Method;
use serde_json::json;

use crate::installation::{Installation, LoggedIn, PASSWORD};
use crate::support::pairs;

#[tokio::test]
async fn somebody_signs_up_logs_in_and_reads_their_account() {
    let installation = Installation::new();

    let made = installation.sign_up("Ada@Example.com").await;
    assert_eq!(made["email"], "Ada@example.com");
    assert_eq!(made["display_name"], "Ada Lovelace");
    assert_eq!(made["status"], "active");

    let ada = installation.log_in("ada@example.COM").await;
    let told = installation
        .ask_as(&ada, Method::GET, "/v1/me")
        .send()
        .await;
    assert_eq!(told.is(200).json(), made);
    let again = installation
        .ask_as(&ada, Method::GET, "/v1/me")
        .header("if-none-match", told.header("etag"))
        .send()
        .await;
    again.is(304);
}

#[tokio::test]
async fn a_second_account_of_an_address_is_refused() {
    let installation = Installation::new();
    installation.sign_up("ada@example.com").await;

    let body = json!({"email": "ADA@example.com", "display_name": "Eve", "password": PASSWORD});
    let told = installation
        .ask(Method::POST, "/v1/users")
        .json(&body)
        .send()
        .await;

    told.is_problem(409, "email-taken");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_sign_up_is_told_at_once() {
    let installation = Installation::new();

    let body = json!({"email": "nobody", "display_name": " ", "password": "short"});
    let told = installation
        .ask(Method::POST, "/v1/users")
        .json(&body)
        .send()
        .await;

    told.is_problem(422, "invalid");
    assert_eq!(
        told.faults(),
        pairs(&[
            ("#/email", "invalid-email"),
            ("#/display_name", "required"),
            ("#/password", "password-length"),
        ])
    );
}

#[tokio::test]
async fn a_repeated_sign_up_makes_one_account() {
    let installation = Installation::new();
    let body = json!({"email": "ada@example.com", "display_name": "Ada", "password": PASSWORD});
    let sign_up = async |body| {
        installation
            .ask(Method::POST, "/v1/users")
            .header("idempotency-key", "sign-up-1")
            .json(body)
            .send()
            .await
    };

    let first = sign_up(&body).await;
    first.is(201);
    let second = sign_up(&body).await;

    assert_eq!(second.is(201).json(), first.json());
    assert_eq!(second.header("idempotency-replayed"), "true");
    let other = json!({"email": "eve@example.com", "display_name": "Eve", "password": PASSWORD});
    sign_up(&other)
        .await
        .is_problem(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_name_is_changed_by_its_version() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;
    let rename = async |etag: &'static str, name: &str| {
        installation
            .ask_as(&ada, Method::PATCH, "/v1/me")
            .header("if-match", etag)
            .json(&json!({"display_name": name}))
            .send()
            .await
    };

    let told = rename("\"1\"", "Ada King").await;
    assert_eq!(told.is(200).json()["display_name"], "Ada King");
    assert_eq!(told.header("etag"), "\"2\"");
    rename("\"1\"", "Ada Byron").await.is_problem(412, "stale");
    rename("\"1\"", "").await.is_problem(412, "stale");
    let told = rename("\"2\"", "").await;
    told.is_problem(422, "invalid");
}

#[tokio::test]
async fn a_new_password_needs_the_present_one_and_ends_the_other_sessions() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;
    let elsewhere = installation.log_in("ada@example.com").await;
    let change = async |current: &str| {
        let body = json!({"current_password": current, "new_password": "four deaf cats slept"});
        installation
            .ask_as(&ada, Method::PUT, "/v1/me/password")
            .json(&body)
            .send()
            .await
    };

    let told = change("something else").await;
    told.is_problem(422, "invalid");
    assert_eq!(
        told.faults(),
        pairs(&[("#/current_password", "wrong-password")])
    );
    change(PASSWORD).await.is(204);

    let me = async |who: &LoggedIn| installation.ask_as(who, Method::GET, "/v1/me").send().await;
    me(&ada).await.is(200);
    me(&elsewhere).await.is_problem(401, "unauthenticated");
    let log_in = async |password: &str| {
        installation
            .ask(Method::POST, "/v1/sessions")
            .json(&json!({"email": "ada@example.com", "password": password}))
            .send()
            .await
    };
    log_in(PASSWORD).await.is_problem(401, "login-refused");
    log_in("four deaf cats slept").await.is(201);
}

#[tokio::test]
async fn preferences_begin_with_what_everybody_has_and_are_merged() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;
    let path = "/v1/me/preferences";

    let told = installation.ask_as(&ada, Method::GET, path).send().await;
    assert_eq!(
        told.is(200).json(),
        json!({"timezone": "UTC", "locale": "en", "preferences": {}})
    );
    let untouched = told.header("etag");
    let change = async |etag: &str, body| {
        installation
            .ask_as(&ada, Method::PATCH, path)
            .header("if-match", etag)
            .json(&body)
            .send()
            .await
    };
    let told = change(
        &untouched,
        json!({"timezone": "europe/berlin", "preferences": {"theme": "dark", "rows": 20}}),
    )
    .await;
    told.is(200);
    change(&untouched, json!({})).await.is_problem(412, "stale");
    let told = change(&told.header("etag"), json!({"preferences": {"rows": null}})).await;
    assert_eq!(
        told.is(200).json(),
        json!({"timezone": "Europe/Berlin", "locale": "en", "preferences": {"theme": "dark"}})
    );
    let told = change(
        &told.header("etag"),
        json!({"timezone": "Mars/Olympus", "preferences": []}),
    )
    .await;
    assert_eq!(
        told.faults(),
        pairs(&[
            ("#/timezone", "unknown-time-zone"),
            ("#/preferences", "wrong-type")
        ])
    );
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_its_address_is_free() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;

    installation
        .ask_as(&ada, Method::DELETE, "/v1/me")
        .send()
        .await
        .is(204);

    installation
        .ask_as(&ada, Method::GET, "/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let told = installation
        .ask(Method::POST, "/v1/sessions")
        .json(&body)
        .send()
        .await;
    told.is_problem(401, "login-refused");
    let heir = installation.sign_up("ada@example.com").await;
    assert_ne!(heir["id"], ada.id.as_str());
}

#[tokio::test]
async fn the_last_owner_of_an_organization_cannot_delete_their_account() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;
    let told = installation
        .ask_as(&ada, Method::POST, "/v1/organizations")
        .json(&json!({"name": "Acme", "slug": "acme"}))
        .send()
        .await;
    told.is(201);

    installation
        .ask_as(&ada, Method::DELETE, "/v1/me")
        .send()
        .await
        .is_problem(409, "last-owner");

    installation
        .ask_as(&ada, Method::GET, "/v1/organizations/acme")
        .send()
        .await
        .is(200);
}
