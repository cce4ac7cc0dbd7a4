//! Units of work, as the database knows them.

use migration::TABLES;
use migration::role::{APP, LOGIN, PLATFORM};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use testkit::TestDatabase;

use super::journey::B;

const INSUFFICIENT_PRIVILEGE: &str = "42501";

async fn login() -> PgConnection {
    let database = TestDatabase::shared().await;
    PgConnection::connect_with(&database.login())
        .await
        .expect("the login connects")
}

async fn run(connection: &mut PgConnection, statement: &str) -> Result<(), (String, String)> {
    match connection.execute(AssertSqlSafe(statement)).await {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) => Err((
            error.code().unwrap_or_default().into_owned(),
            error.message().to_owned(),
        )),
        Err(other) => panic!("the connection broke: {other}"),
    }
}

async fn text(connection: &mut PgConnection, question: &str) -> Option<String> {
    connection
        .fetch_one(AssertSqlSafe(question))
        .await
        .expect("the question is answered")
        .get(0)
}

fn open(role: &str) -> String {
    format!("BEGIN; SELECT unit('{role}', '{B}', 30000)")
}

#[tokio::test]
async fn a_statement_outside_a_unit_of_work_is_refused() {
    let mut login = login().await;
    for (table, _) in TABLES {
        for statement in [
            format!("SELECT FROM {table}"),
            format!("SELECT count(*) FROM {table}"),
            format!("INSERT INTO {table} DEFAULT VALUES"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("BEGIN; LOCK TABLE {table} IN SHARE MODE"),
            format!("COPY {table} TO STDOUT"),
        ] {
            let refused = run(&mut login, &statement).await;

            let (code, message) = refused.expect_err(&statement);
            run(&mut login, "ROLLBACK").await.unwrap();
            assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{statement}: {message}");
            assert!(
                message.starts_with("permission denied"),
                "{statement}: {message}"
            );
        }
    }
    for statement in [
        "UPDATE organizations SET name = name",
        "SELECT find_slug('organization', 'acme')",
        "SELECT make_partition('audit_logs', '2030-01-01')",
        "CREATE TABLE mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "SET ROLE canvass_owner",
        "ALTER ROLE canvass_login SUPERUSER",
    ] {
        let (code, message) = run(&mut login, statement).await.expect_err(statement);
        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{statement}: {message}");
    }
}

#[tokio::test]
async fn a_unit_of_work_has_its_role_and_its_tenant() {
    let mut login = login().await;

    run(&mut login, &open(APP)).await.unwrap();

    assert_eq!(
        text(&mut login, "SELECT current_user::text").await.unwrap(),
        APP
    );
    assert_eq!(
        text(&mut login, "SELECT current_setting('app.organization_id')")
            .await
            .unwrap(),
        B.to_string()
    );
    assert_eq!(
        text(&mut login, "SELECT current_setting('statement_timeout')")
            .await
            .unwrap(),
        "30s"
    );
}

#[tokio::test]
async fn nothing_of_a_unit_of_work_outlives_it() {
    let mut login = login().await;
    for end in ["COMMIT", "ROLLBACK", "SELECT 1 / 0; COMMIT"] {
        run(&mut login, &open(APP)).await.unwrap();

        if run(&mut login, end).await.is_err() {
            run(&mut login, "COMMIT").await.unwrap();
        }

        assert_eq!(
            text(&mut login, "SELECT current_user::text").await.unwrap(),
            LOGIN
        );
        let tenant = text(
            &mut login,
            "SELECT nullif(current_setting('app.organization_id', true), '')",
        )
        .await;
        assert_eq!(tenant, None, "after {end}");
        assert_eq!(
            text(&mut login, "SHOW statement_timeout").await.unwrap(),
            "0"
        );
        let refused = run(&mut login, "SELECT FROM organizations").await;
        assert_eq!(refused.unwrap_err().0, INSUFFICIENT_PRIVILEGE);
    }
}

#[tokio::test]
async fn a_unit_of_work_that_is_no_transaction_opens_nothing() {
    let mut login = login().await;

    run(&mut login, &format!("SELECT unit('{APP}', '{B}', 30000)"))
        .await
        .unwrap();

    let refused = run(&mut login, "SELECT FROM organizations").await;
    assert_eq!(refused.unwrap_err().0, INSUFFICIENT_PRIVILEGE);
}

#[tokio::test]
async fn no_unit_of_work_is_opened_for_other_roles() {
    let mut login = login().await;
    for role in [
        "canvass_owner",
        "canvass_search",
        "canvass_login",
        "postgres",
        "",
        "CANVASS_APP",
    ] {
        let (code, message) = run(&mut login, &open(role)).await.expect_err(role);

        assert_eq!(code, INSUFFICIENT_PRIVILEGE);
        assert_eq!(message, "no unit of work for this role");
        run(&mut login, "ROLLBACK").await.unwrap();
    }
}

#[tokio::test]
async fn a_unit_of_work_is_not_opened_inside_another() {
    let mut login = login().await;
    for (outer, inner) in [(APP, PLATFORM), (PLATFORM, APP), (APP, APP)] {
        run(&mut login, &open(outer)).await.unwrap();

        let nested = run(&mut login, &format!("SELECT unit('{inner}', '{B}', 30000)")).await;

        assert_eq!(nested.unwrap_err().0, INSUFFICIENT_PRIVILEGE);
        run(&mut login, "ROLLBACK").await.unwrap();
    }
}

#[tokio::test]
async fn a_unit_of_work_cannot_become_the_owner() {
    let mut login = login().await;
    for statement in [
        "SET LOCAL ROLE canvass_owner",
        "SET LOCAL ROLE canvass_search",
        "SET LOCAL SESSION AUTHORIZATION postgres",
        "ALTER TABLE organizations NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON organizations",
        "SET LOCAL row_security = off; SELECT FROM organizations",
        "SET LOCAL session_replication_role = replica",
    ] {
        run(&mut login, &open(APP)).await.unwrap();

        let (code, message) = run(&mut login, statement).await.expect_err(statement);

        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{statement}: {message}");
        run(&mut login, "ROLLBACK").await.unwrap();
    }
}
