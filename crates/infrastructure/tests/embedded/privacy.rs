//! The server's own log holds no value that a statement carried.

use std::{fs, path::Path, time::Duration};

use infrastructure::embedded::EmbeddedPostgres;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::Connection;

use crate::cluster::{connect, count, disposable, execute, start};

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

    let log = log(directory.path());
    assert!(log.contains("/* slow */"), "slow statements are missing");
    assert!(!log.contains("canary"), "{log}");
}

#[tokio::test]
async fn no_statement_of_a_session_that_is_ended_or_crashes_reaches_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(directory.path()).await;

    for signal in [Signal::TERM, Signal::KILL] {
        let mut connection = connect(&postgres.administrator_options()).await;
        let session = tokio::spawn(async move {
            sqlx::raw_sql("SELECT 'canary.person@example.com', pg_sleep(600)")
                .execute(&mut connection)
                .await
        });
        let pid = loop {
            let running = "SELECT coalesce(max(pid), 0)::bigint FROM pg_stat_activity \
                           WHERE wait_event = 'PgSleep'";
            match count(&postgres, running).await {
                0 => tokio::task::yield_now().await,
                pid => break Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(),
            }
        };
        kill_process(pid, signal).unwrap();
        session.await.unwrap().unwrap_err();
    }
    postgres.stop().await.unwrap();

    let log = log(directory.path());
    assert!(log.contains("FATAL:  terminating connection"), "{log}");
    assert!(log.contains("was terminated by signal 9"), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

fn log(data_dir: &Path) -> String {
    fs::read_to_string(data_dir.join("postgres/postgresql.log")).unwrap()
}
