//! The databases that tests run on.

use sqlx::{Connection, Executor, PgConnection, Row};
use testkit::{TestDatabase, plans_of};

async fn one<T>(connection: &mut PgConnection, statement: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    connection
        .fetch_one(statement)
        .await
        .expect("the statement runs")
        .get(0)
}

#[tokio::test]
async fn the_shared_database_is_migrated_and_reached_as_the_login() {
    let database = TestDatabase::shared().await;

    let mut login = PgConnection::connect_with(&database.login()).await.unwrap();
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();

    assert_eq!(
        one::<String>(&mut login, "SELECT session_user::text").await,
        "canvass_login"
    );
    let refused = login
        .execute("SELECT FROM organizations")
        .await
        .unwrap_err();
    assert_eq!(
        refused.as_database_error().unwrap().code().unwrap(),
        "42501"
    );
    let sql = "SELECT array_agg(version::text) FROM seaql_migrations";
    let applied = one::<Vec<String>>(&mut admin, sql).await;
    assert_eq!(migration::pending(&applied), [""; 0]);
}

#[tokio::test]
async fn the_owner_connects_as_the_owner_role() {
    let database = TestDatabase::shared().await;

    let mut owner = PgConnection::connect_with(&database.owner()).await.unwrap();

    assert_eq!(
        one::<String>(&mut owner, "SELECT current_user::text").await,
        "canvass_owner"
    );
}

#[tokio::test]
async fn urls_lead_where_options_lead() {
    let database = TestDatabase::shared().await;

    let mut login = PgConnection::connect(&database.login_url()).await.unwrap();
    let mut admin = PgConnection::connect(&database.admin_url()).await.unwrap();

    assert_eq!(
        one::<String>(&mut login, "SELECT current_database()::text").await,
        database.name()
    );
    assert_eq!(
        one::<String>(&mut login, "SELECT session_user::text").await,
        "canvass_login"
    );
    assert_eq!(
        one::<String>(&mut admin, "SELECT current_database()::text").await,
        database.name()
    );
}

#[tokio::test]
async fn a_fresh_database_is_its_own_and_gone_afterwards() {
    let database = TestDatabase::fresh().await;
    let name = database.name().to_owned();
    let mut fresh = PgConnection::connect_with(&database.admin()).await.unwrap();
    fresh.execute("CREATE TABLE left_behind ()").await.unwrap();

    drop(database);

    let shared = TestDatabase::shared().await;
    let mut admin = PgConnection::connect_with(&shared.admin()).await.unwrap();
    let there: bool = sqlx::query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut admin)
        .await
        .unwrap()
        .get(0);
    assert!(!there);
    assert!(one::<bool>(&mut admin, "SELECT to_regclass('left_behind') IS NULL").await);
}

#[tokio::test]
async fn only_the_login_may_connect_to_a_test_database() {
    for database in [TestDatabase::shared().await, TestDatabase::fresh().await] {
        let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();

        assert_eq!(
            one::<String>(
                &mut admin,
                "SELECT string_agg(g.grantee::regrole::text || ':' || g.privilege_type, ' ' ORDER BY 1) \
                 FROM pg_database d, aclexplode(d.datacl) g \
                 WHERE d.datname = current_database() AND g.grantee <> d.datdba"
            )
            .await,
            "canvass_login:CONNECT"
        );
    }
}

#[tokio::test]
async fn an_empty_database_has_no_tables() {
    let database = TestDatabase::empty().await;

    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();

    assert!(one::<bool>(&mut admin, "SELECT to_regclass('organizations') IS NULL").await);
}

#[tokio::test]
async fn a_table_that_is_read_from_end_to_end_is_told() {
    let database = TestDatabase::fresh().await;
    database.tell_plans(false).await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    admin
        .execute("CREATE TABLE numbers AS SELECT n FROM generate_series(1, 10000) AS n")
        .await
        .unwrap();

    let (_, whole) = plans_of(admin.execute("SELECT n FROM numbers WHERE n = 7")).await;
    admin
        .execute("CREATE INDEX numbers_n_idx ON numbers (n); ANALYZE numbers")
        .await
        .unwrap();
    let (_, indexed) = plans_of(admin.execute("SELECT n FROM numbers WHERE n = 7")).await;

    assert_eq!(whole.len(), 1);
    assert_eq!(whole[0].statement(), "SELECT n FROM numbers WHERE n = 7");
    assert_eq!(whole[0].sequential_scans(), ["numbers"]);
    assert_eq!(indexed[0].sequential_scans(), [""; 0]);
    assert_eq!(indexed[0].indexes(), ["numbers_n_idx"]);
}
