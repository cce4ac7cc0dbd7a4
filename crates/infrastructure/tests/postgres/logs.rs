//! What the logs in the database hold.

use std::sync::Arc;
use std::time::Duration;

use infrastructure::logs::{AccessLine, DatabaseLogs, ErrorLevel, ErrorLine, LogSettings};
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{OrganizationId, RequestId, UserId};
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, Row};
use testkit::{FixedClock, TestDatabase, a_unique_id};

const PATIENCE: Duration = Duration::from_mins(1);

fn logs(database: &TestDatabase) -> DatabaseLogs {
    let adapter = PostgresDatabase::connect_lazy(database.login(), DatabaseSettings::default());
    DatabaseLogs::start(
        Arc::new(adapter),
        Arc::new(SystemIds::default()),
        LogSettings::default(),
    )
}

fn access_line() -> AccessLine {
    AccessLine {
        at: FixedClock::START,
        user: Some(UserId::from_uuid(a_unique_id())),
        organization: Some(OrganizationId::from_uuid(a_unique_id())),
        method: "PATCH".to_owned(),
        route: "/v1/organizations/{organization}".to_owned(),
        status: 412,
        latency: Duration::from_micros(2_500),
        ip: Some("2001:db8::7".parse().expect("an address")),
        request: RequestId::from_uuid(a_unique_id()),
    }
}

async fn rows(database: &TestDatabase, query: &'static str) -> Vec<String> {
    let mut admin = PgConnection::connect_with(&database.admin())
        .await
        .expect("the administrator connects");
    let rows = admin.fetch_all(query).await.expect("the query runs");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn an_access_line_is_written_as_it_is() {
    let database = TestDatabase::fresh().await;
    let logs = logs(&database);
    let line = access_line();

    logs.access(line.clone());
    logs.access(AccessLine {
        user: None,
        organization: None,
        ip: None,
        route: String::new(),
        ..line.clone()
    });
    logs.close(PATIENCE).await;

    let (user, organization) = (line.user.unwrap(), line.organization.unwrap());
    let request = line.request;
    let written = rows(
        &database,
        "SELECT concat_ws(' ', created_at AT TIME ZONE 'UTC', user_id, organization_id, method, route, status, \
             latency_ms, host(ip), request_id) FROM access_logs ORDER BY id",
    )
    .await;
    assert_eq!(
        written,
        [
            format!(
                "2026-01-15 12:00:00 {user} {organization} PATCH /v1/organizations/{{organization}} 412 2.5 \
                 2001:db8::7 {request}"
            ),
            format!("2026-01-15 12:00:00 PATCH  412 2.5 {request}"),
        ]
    );
}

#[tokio::test]
async fn an_error_line_is_written_with_the_chain_of_its_sources() {
    let database = TestDatabase::fresh().await;
    let logs = logs(&database);

    logs.error(ErrorLine {
        at: FixedClock::START,
        service: "api",
        level: ErrorLevel::Fatal,
        message: "a handler\0 panicked".to_owned(),
        sources: vec!["first".to_owned(), "second".to_owned()],
        context: json!({"code": "internal"}),
    });
    logs.close(PATIENCE).await;

    let written = rows(
        &database,
        "SELECT concat_ws(' | ', service, level, message, stack, context) FROM error_logs",
    )
    .await;
    assert_eq!(
        written,
        ["api | fatal | a handler panicked | first\nsecond | {\"code\": \"internal\"}"]
    );
}

#[tokio::test]
async fn many_lines_are_all_written_once() {
    let database = TestDatabase::fresh().await;
    let logs = logs(&database);

    for _ in 0..5_000 {
        logs.access(access_line());
        tokio::task::yield_now().await;
    }
    logs.close(PATIENCE).await;

    assert_eq!(logs.dropped(), (0, 0));
    let written = rows(
        &database,
        "SELECT count(*) || ' ' || count(DISTINCT id) FROM access_logs",
    )
    .await;
    assert_eq!(written, ["5000 5000"]);
}

#[tokio::test]
async fn lines_wait_for_a_table_that_is_locked() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    let mut hold = admin.begin().await.unwrap();
    hold.execute("LOCK TABLE access_logs IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let logs = logs(&database);
    logs.access(access_line());
    let waiting = "SELECT count(*)::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                   AND query LIKE 'INSERT INTO access_logs%'";
    while rows(&database, waiting).await != ["1"] {}

    hold.rollback().await.unwrap();
    logs.close(PATIENCE).await;

    assert_eq!(
        rows(&database, "SELECT count(*)::text FROM access_logs").await,
        ["1"]
    );
}
