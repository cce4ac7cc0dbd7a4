//! The server's own log holds no value that a statement carried.

use std::{fs, time::Duration};

use infrastructure::embedded::EmbeddedPostgres;
use sqlx::Connection;

use crate::cluster::{connect, disposable, execute};

const CANARY: &str = "canary.person@example.com";

#[tokio::test]
async fn no_value_of_a_failed_or_slow_statement_reaches_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let options = disposable(directory.path())
        .slow_statement(Duration::ZERO)
        .setting("log_min_messages", "debug1")
        .setting("log_error_verbosity", "verbose");
    let postgres = EmbeddedPostgres::start(options).await.unwrap();
    let mut connection = connect(&postgres.administrator_options()).await;
    execute(
        &mut connection,
        "CREATE TABLE people (email text PRIMARY KEY, id uuid)",
    )
    .await;

    let insert = "INSERT INTO people (email) VALUES ($1) /* slow */";
    for is_taken in [false, true] {
        let outcome = sqlx::query(insert)
            .bind(CANARY)
            .execute(&mut connection)
            .await;
        assert_eq!(outcome.is_err(), is_taken);
    }
    for sql in [
        "INSERT INTO people (email) VALUES ('canary.person@example.com')",
        "SELECT 'canary.person@example.com'::uuid",
        "SELECT 'canary.person@example.com' FROM nowhere",
        "DO $$ BEGIN RAISE WARNING 'canary.person@example.com'; \
         RAISE EXCEPTION 'canary.person@example.com'; END $$",
    ] {
        // Failures: a slow statement that succeeds is logged with its text, literals and all.
        sqlx::raw_sql(sql)
            .execute(&mut connection)
            .await
            .unwrap_err();
    }
    let cast = sqlx::query("SELECT $1::text::uuid")
        .bind(CANARY)
        .execute(&mut connection)
        .await;
    assert!(cast.is_err());
    connection.close().await.unwrap();
    postgres.stop().await.unwrap();

    let log = fs::read_to_string(directory.path().join("postgres/postgresql.log")).unwrap();
    assert!(log.contains("/* slow */"), "slow statements are missing");
    assert!(!log.contains("canary"), "{log}");
}
