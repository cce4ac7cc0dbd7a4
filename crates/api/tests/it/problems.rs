//! Every failure is a problem document, and tells nothing that it should not.

use api::edge::FailureLevel;
use poem::http::Method;
use serde_json::json;

use crate::demo::DemoApi;
use crate::support::World;

const TEAMS: &str = "/v1/organizations/acme/teams";
const ABSENT: &str = "018f0000-0000-7000-8000-00000000ffff";

#[tokio::test]
async fn every_failure_has_its_status_and_code() {
    let world = World::new(DemoApi::default());
    let table = [
        (Method::GET, "/docs/x", 404, "no-such-route"),
        (Method::GET, "/v1/nothing", 404, "no-such-route"),
        (Method::GET, "/v1/failures/x/", 404, "no-such-route"),
        (Method::GET, "/v1/%zz", 404, "no-such-route"),
        (Method::PUT, TEAMS, 405, "method-not-allowed"),
        (Method::OPTIONS, TEAMS, 405, "method-not-allowed"),
        (Method::TRACE, TEAMS, 405, "method-not-allowed"),
        (Method::POST, "/health/live", 405, "method-not-allowed"),
        (Method::GET, "/v1/failures/storage", 500, "internal"),
        (Method::GET, "/v1/failures/unavailable", 503, "unavailable"),
        (Method::GET, "/v1/failures/panic", 500, "internal"),
        (Method::HEAD, "/v1/failures/%ff", 200, ""),
    ];
    for (method, path, status, code) in table {
        let told = world.ask(method.clone(), path).token("member").send().await;
        told.is(status);
        if method != Method::HEAD {
            told.is_problem(status, code);
        }
    }
}

#[tokio::test]
async fn without_a_good_token_the_answer_is_401_whatever_else_is_wrong() {
    let world = World::new(DemoApi::default());
    let post = || {
        world
            .post(TEAMS)
            .header("content-type", "text/plain")
            .body("{")
    };

    post().send().await.is_problem(401, "unauthenticated");
    for authorization in ["", "Bearer", "Basic bWVtYmVyOng=", "member"] {
        post()
            .header("authorization", authorization)
            .send()
            .await
            .is_problem(401, "unauthenticated");
    }
    let told = post().token("forged").send().await;
    told.is_problem(401, "unauthenticated");
    assert_eq!(told.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn what_is_wrong_is_told_in_the_promised_order() {
    let world = World::new(DemoApi::default());
    let created = world
        .post(TEAMS)
        .token("member")
        .json(&json!({"name": "North"}))
        .send()
        .await;
    created.is(201);
    let team = created.header("location");
    let patch = |path: &str, token: &str, tag: &str, body: &str| {
        world
            .patch(path)
            .token(token)
            .header("if-match", tag)
            .header("content-type", "application/json")
            .body(body.to_owned())
            .send()
    };
    let absent = format!("{TEAMS}/{ABSENT}");
    let bad = r#"{"name": 7}"#;

    let foreign = team.replace("acme", "other");
    patch(&foreign, "member", "\"9\"", bad)
        .await
        .is_problem(403, "not-a-member");
    patch(&team, "stranger", "\"9\"", bad)
        .await
        .is_problem(403, "not-a-member");
    patch(&team, "reader", "\"9\"", bad)
        .await
        .is_problem(403, "permission-missing");
    patch(&absent, "reader", "\"9\"", "{")
        .await
        .is_problem(403, "permission-missing");
    patch(&absent, "member", "\"9\"", "{")
        .await
        .is_problem(400, "malformed-json");
    patch(&absent, "member", "9", bad)
        .await
        .is_problem(400, "malformed-precondition");
    patch(&absent, "member", "\"9\"", bad)
        .await
        .is_problem(404, "team-not-found");
    patch(&team, "member", "\"9\"", bad)
        .await
        .is_problem(412, "stale");
    patch(&team, "member", "\"1\"", bad)
        .await
        .is_problem(422, "invalid");
    patch(&team, "member", "\"1\"", "{}").await.is(200);
}

#[tokio::test]
async fn a_malformed_id_is_answered_like_an_absent_one() {
    let world = World::new(DemoApi::default());
    let mut bodies = Vec::new();
    for id in [
        ABSENT,
        "7",
        "%00",
        "%ff",
        "018f000000007000800000000000ffff",
        "'",
    ] {
        let path = format!("{TEAMS}/{id}");
        let told = world.get(&path).token("member").send().await;
        told.is_problem(404, "team-not-found");
        let text = String::from_utf8(told.body.clone()).unwrap();
        bodies.push(text.replace(&told.header("x-request-id"), ""));
    }
    bodies.dedup();

    assert_eq!(bodies.len(), 1);
}

#[tokio::test]
async fn a_fault_of_ours_is_withheld_from_the_client_and_told_to_the_log_once() {
    let world = World::new(DemoApi::default());

    let told = world
        .get("/v1/failures/storage")
        .token("member")
        .send()
        .await;
    let text = String::from_utf8(told.body.clone()).unwrap();
    assert!(!text.contains("connection reset") && !text.contains("storage failed"));

    let failures = world.observer.failures.lock().unwrap();
    let [failure] = &failures[..] else {
        panic!("{failures:?}")
    };
    assert_eq!(failure.level, FailureLevel::Error);
    assert_eq!(failure.cause.sources, ["connection reset"]);
    assert_eq!(failure.route.as_deref(), Some("/v1/failures/{way}"));
    assert_eq!(failure.request.to_string(), told.header("x-request-id"));
}

#[tokio::test]
async fn a_panic_is_fatal_in_the_log_and_its_data_is_not_kept() {
    let world = World::new(DemoApi::default());

    for way in ["panic", "panic-with-data"] {
        let path = format!("/v1/failures/{way}");
        world
            .get(&path)
            .token("member")
            .send()
            .await
            .is_problem(500, "internal");
    }

    let failures = world.observer.failures.lock().unwrap();
    let messages = failures
        .iter()
        .map(|failure| failure.cause.message.as_str());
    assert_eq!(
        messages.collect::<Vec<_>>(),
        ["a handler panicked: out of luck", "a handler panicked"]
    );
    assert!(
        failures
            .iter()
            .all(|failure| failure.level == FailureLevel::Fatal)
    );
}

#[tokio::test]
async fn an_answer_that_the_document_does_not_know_is_a_fault_of_ours() {
    let world = World::new(DemoApi::default());

    let path = "/v1/failures/undocumented";
    world
        .get(path)
        .token("member")
        .send()
        .await
        .is_problem(500, "internal");

    let failures = world.observer.failures.lock().unwrap();
    assert!(failures[0].cause.message.contains("`fail` answered 409"));
}
