//! Logging in, staying logged in, and logging out.

use poem::http::Method;
use serde_json::{Value, json};
use time::Duration;

use crate::installation::{Installation, LoggedIn, PASSWORD};
use crate::support::Told;

async fn log_in(installation: &Installation, email: &str, password: &str) -> Told {
    installation
        .ask(Method::POST, "/v1/sessions")
        .json(&json!({"email": email, "password": password}))
        .send()
        .await
}

async fn refresh(installation: &Installation, token: &str) -> Told {
    installation
        .ask(Method::POST, "/v1/sessions/refresh")
        .json(&json!({"refresh_token": token}))
        .send()
        .await
}

async fn me(installation: &Installation, who: &LoggedIn) -> Told {
    installation.ask_as(who, Method::GET, "/v1/me").send().await
}

/// A problem without what differs from request to request.
fn comparable(told: &Told) -> Value {
    let mut problem = told.json();
    problem["request_id"] = Value::Null;
    problem["instance"] = Value::Null;
    problem
}

#[tokio::test]
async fn a_login_answers_with_tokens_and_their_ends() {
    let installation = Installation::new();
    let user = installation.sign_up("ada@example.com").await;

    let told = log_in(&installation, "ada@example.com", PASSWORD).await;

    let tokens = told.is(201).json();
    assert_eq!(tokens["user_id"], user["id"]);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["access_token_expires_at"], "2026-01-15T12:15:00Z");
    assert_eq!(tokens["refresh_token_expires_at"], "2026-02-14T12:00:00Z");
    let session = LoggedIn::of(&tokens).session;
    assert_eq!(told.header("location"), format!("/v1/sessions/{session}"));
    assert_eq!(told.header("cache-control"), "no-store");
}

#[tokio::test]
async fn all_refused_logins_are_answered_alike() {
    let installation = Installation::new();
    let admin = installation.administer("grace@example.com").await;
    let mut answers = Vec::new();
    for (email, status) in [
        ("ada@example.com", "active"),
        ("bob@example.com", "suspended"),
        ("cid@example.com", "inactive"),
    ] {
        let user = installation.sign_up(email).await;
        let path = format!("/v1/platform/users/{}", user["id"].as_str().unwrap());
        installation
            .ask_as(&admin, Method::PATCH, &path)
            .json(&json!({"status": status}))
            .send()
            .await
            .is(200);
    }

    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        ("ada@example.com", "something else"),
        ("bob@example.com", PASSWORD),
        ("bob@example.com", "something else"),
        ("cid@example.com", PASSWORD),
    ] {
        let told = log_in(&installation, email, password).await;
        told.is_problem(401, "login-refused");
        let names = told.headers.keys().map(ToString::to_string);
        let mut names = names.collect::<Vec<_>>();
        names.sort();
        answers.push((comparable(&told), names));
    }

    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn a_repeated_login_does_not_show_the_tokens_again() {
    let installation = Installation::new();
    installation.sign_up("ada@example.com").await;
    let login = async || {
        installation
            .ask(Method::POST, "/v1/sessions")
            .header("idempotency-key", "login-no-1")
            .json(&json!({"email": "ada@example.com", "password": PASSWORD}))
            .send()
            .await
    };

    let first = LoggedIn::of(&login().await.is(201).json());
    let told = login().await;

    told.is_problem(409, "idempotency-secret-not-repeatable");
    assert_eq!(told.json()["id"], first.session.as_str());
}

#[tokio::test]
async fn too_many_tries_at_one_address_are_told_to_wait() {
    let installation = Installation::new();
    installation.sign_up("ada@example.com").await;

    for _ in 0..10 {
        let told = log_in(&installation, "ada@example.com", "something else").await;
        told.is_problem(401, "login-refused");
    }
    let told = log_in(&installation, "ADA@example.com", PASSWORD).await;
    told.is_problem(429, "rate-limited");
    assert_eq!(told.header("retry-after"), "30");

    installation.clock.advance(Duration::seconds(30));
    log_in(&installation, "ada@example.com", PASSWORD)
        .await
        .is(201);
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_and_the_old_access_token_runs_out_by_itself() {
    let installation = Installation::new();
    let first = installation.join("ada@example.com").await;
    installation.clock.advance(Duration::minutes(10));

    let second = LoggedIn::of(&refresh(&installation, &first.refresh).await.is(200).json());

    assert_eq!(second.session, first.session);
    assert_ne!(second.access, first.access);
    assert_ne!(second.refresh, first.refresh);
    me(&installation, &first).await.is(200);
    me(&installation, &second).await.is(200);
    installation.clock.advance(Duration::minutes(5));
    me(&installation, &first)
        .await
        .is_problem(401, "unauthenticated");
    me(&installation, &second).await.is(200);
}

#[tokio::test]
async fn a_refresh_token_that_was_used_up_ends_the_session() {
    let installation = Installation::new();
    let first = installation.join("ada@example.com").await;
    let second = LoggedIn::of(&refresh(&installation, &first.refresh).await.is(200).json());
    installation.clock.advance(Duration::seconds(11));

    refresh(&installation, &first.refresh)
        .await
        .is_problem(401, "refresh-refused");

    refresh(&installation, &second.refresh)
        .await
        .is_problem(401, "refresh-refused");
    me(&installation, &second)
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_token_opens_only_what_it_is_for() {
    let installation = Installation::new();
    let mut ada = installation.join("ada@example.com").await;

    refresh(&installation, &ada.access)
        .await
        .is_problem(401, "refresh-refused");
    refresh(&installation, "")
        .await
        .is_problem(401, "refresh-refused");
    ada.access = ada.refresh.clone();
    me(&installation, &ada)
        .await
        .is_problem(401, "unauthenticated");
    let told = installation.ask(Method::GET, "/v1/me").send().await;
    told.is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_logout_takes_effect_at_once() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;
    let elsewhere = installation.log_in("ada@example.com").await;

    installation
        .ask_as(&ada, Method::DELETE, "/v1/sessions/current")
        .send()
        .await
        .is(204);

    me(&installation, &ada)
        .await
        .is_problem(401, "unauthenticated");
    refresh(&installation, &ada.refresh)
        .await
        .is_problem(401, "refresh-refused");
    me(&installation, &elsewhere).await.is(200);
}

#[tokio::test]
async fn own_sessions_are_listed_page_by_page_read_and_ended() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;
    let elsewhere = installation.log_in("ada@example.com").await;
    let third = installation.log_in("ada@example.com").await;
    let eve = installation.join("eve@example.com").await;
    let ask =
        async |method: Method, path: &str| installation.ask_as(&ada, method, path).send().await;

    let mut seen = Vec::new();
    let mut path = "/v1/sessions?limit=2".to_owned();
    loop {
        let page = ask(Method::GET, &path).await.is(200).json();
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/sessions?limit=2&cursor={cursor}");
    }
    let ids = seen.iter().map(|session| session["id"].as_str().unwrap());
    assert_eq!(
        ids.collect::<Vec<_>>(),
        [&ada.session, &elsewhere.session, &third.session]
    );
    assert_eq!(seen[0]["is_current"], true);
    assert_eq!(seen[0]["ip"], "203.0.113.9");
    assert_eq!(seen[1]["is_current"], false);

    let path = format!("/v1/sessions/{}", elsewhere.session);
    assert_eq!(ask(Method::GET, &path).await.is(200).json(), seen[1]);
    ask(Method::DELETE, &path).await.is(204);
    let gone = ask(Method::DELETE, &path).await;
    gone.is_problem(404, "not-found");
    let foreign = ask(Method::DELETE, &format!("/v1/sessions/{}", eve.session)).await;
    let absent = ask(
        Method::DELETE,
        "/v1/sessions/018f0000-0000-7000-8000-000000000001",
    )
    .await;
    assert_eq!(comparable(&foreign), comparable(&absent));
    assert_eq!(comparable(&foreign), comparable(&gone));
    me(&installation, &eve).await.is(200);

    ask(Method::DELETE, "/v1/sessions").await.is(204);
    me(&installation, &third)
        .await
        .is_problem(401, "unauthenticated");
    me(&installation, &ada).await.is(200);
}
