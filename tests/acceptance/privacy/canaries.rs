//! A journey through all operations, and what it leaves.

use std::path::Path;
use std::time::Duration;

use infrastructure::embedded::{Durability, EmbeddedOptions, EmbeddedPostgres};
use reqwest::Method;
use serde_json::json;
use tenancy::RoleTemplate;
use testkit::TestDatabase;

use super::mischief::{fail_inside, fail_visitors, go_wrong};
use super::search::{ADDRESS, EMAIL, NAME, Place, USER_AGENT, found, places, unvisited};
use super::visit::visit;
use crate::matrix::{Attempt, Bearing, Rule, World};
use crate::stack::{PASSWORD, Stack, log, unique};

/// PostgreSQL as the program starts it, but for how slow a statement has to be to be logged.
async fn private_postgres(directory: &Path) -> EmbeddedPostgres {
    let options = EmbeddedOptions::new(directory)
        .durability(Durability::Disposable)
        .slow_statement(Duration::ZERO);
    EmbeddedPostgres::start(options)
        .await
        .expect("a private PostgreSQL starts")
}

#[tokio::test]
async fn no_person_and_no_secret_is_left_in_logs_metrics_jobs_or_kept_answers() {
    let directory = tempfile::tempdir().expect("a directory");
    let postgres = private_postgres(directory.path()).await;
    let server_log = directory.path().join("postgres/postgresql.log");
    log::keep("debug");
    let database = TestDatabase::elsewhere(postgres.administrator_options()).await;
    let stack = Stack::on(database).await.visited_from(ADDRESS, USER_AGENT);
    let world = World::on(stack).await;

    arrive(&world).await;
    succeed(&world).await;
    let mail = Box::pin(visit(&world.stack)).await;
    let refused = go_wrong(&world).await;
    let failures = fail_inside(&world).await;
    fail_visitors(&world, &mail).await;
    let last = world.stack.call(Method::GET, "/v1/me").send().await;
    let last = last.expect(401);
    wait_for_logs(&world.stack, last.header("x-request-id"), failures).await;

    assert!(refused > 300, "{refused} requests went wrong");
    let left = places(&world.stack, &server_log).await;
    assert_were_searched(&left);
    assert_eq!(found(&left), [""; 0]);

    // The search finds what it looks for, wherever that is.
    tracing::debug!("this is {NAME}");
    let mut admin = world.stack.admin().await;
    let statement = format!("COMMENT ON TABLE teams IS '{EMAIL}'");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut admin)
        .await
        .expect("a comment is made");
    sqlx::query(
        "INSERT INTO job_queue (organization_id, id, kind, payload, status, run_at, attempts, max_attempts, \
             created_at, updated_at) \
         VALUES ($1, $2, 'none', $3, 'completed', now(), 1, 1, now(), now())",
    )
    .bind(world.home)
    .bind(unique())
    .bind(json!({ "to": EMAIL }))
    .execute(&mut admin)
    .await
    .expect("a job is made");
    let planted = found(&places(&world.stack, &server_log).await);
    for place in ["the log", "PostgreSQL's log", "job_queue.payload"] {
        let is_found = planted.iter().any(|line| line.starts_with(place));
        assert!(is_found, "{place}: {planted:?}");
    }
    drop(world);
    postgres.stop().await.expect("PostgreSQL stops");
}

/// Somebody makes an account and logs in, over HTTP, once with the wrong password.
async fn arrive(world: &World) {
    let post = async |path: &str, body| {
        let call = world.stack.call(Method::POST, path).once();
        call.json(&body).send().await
    };
    let person = json!({ "email": EMAIL, "display_name": NAME, "password": PASSWORD });
    post("/v1/users", person).await.expect(201);
    for (password, status) in [("wrong barn doors", 401), (PASSWORD, 201)] {
        let body = json!({ "email": EMAIL, "password": password });
        post("/v1/sessions", body).await.expect(status);
    }
}

/// Every operation once, as it holds.
async fn succeed(world: &World) {
    for (entry, operation) in world.entries() {
        let case = world.spending_case(entry, RoleTemplate::Owner).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let bearing = match entry.rule {
            Rule::Anyone => Bearing::Nothing,
            _ => Bearing::Token(&case.caller.access_token),
        };
        let answer = attempt.by(&world.stack, bearing).await;
        assert_eq!(answer.status, entry.answer, "{}", entry.operation);
    }
}

/// Lines are written in batches, beside the requests: waits for that of the last request, and for the failures.
async fn wait_for_logs(stack: &Stack, last: &str, failures: usize) {
    for _ in 0..300 {
        let rows = stack.rows().await;
        let mut lines = rows.iter().filter(|(table, _)| *table == "access_logs");
        let arrived = lines.any(|(_, line)| line["request_id"] == last);
        if arrived && rows.count("error_logs") >= failures {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the logs do not arrive");
}

/// Nothing is found in what was not written: each place holds what belongs there, the visitor's data among it.
#[track_caller]
fn assert_were_searched(places: &[Place]) {
    for (name, content) in [
        ("the log", "DEBUG"),
        ("the log", "a request failed"),
        ("the log", "a visitor could not be served"),
        ("the log", "a hit of a visitor was refused"),
        ("the metrics", "/v1/organizations/{organization}/teams"),
        ("the metrics", "canvass_tracking_hits_total"),
        ("PostgreSQL's log", "INSERT INTO"),
        (
            "access_logs.route",
            "/v1/organizations/{organization}/teams",
        ),
        ("access_logs.route", "/p/{slug}"),
        ("error_logs.context", "500"),
        ("events.event_type", "FORM_SUBMIT"),
        ("job_queue.payload", "invitation"),
        ("idempotency_keys.answer", "id"),
        ("audit_logs.action", "login_failed"),
    ] {
        let mut named = places.iter().filter(|place| place.name == name);
        assert!(
            named.any(|place| place.text.contains(content)),
            "{name} has no `{content}`"
        );
    }
    assert_eq!(unvisited(places), [""; 0]);
}
