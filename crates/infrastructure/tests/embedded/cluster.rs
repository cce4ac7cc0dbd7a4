//! Clusters to try things on, and statements on them.

use std::path::Path;

use infrastructure::embedded::{Durability, EmbeddedError, EmbeddedOptions, EmbeddedPostgres};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};

pub(crate) fn disposable(data_dir: &Path) -> EmbeddedOptions {
    EmbeddedOptions::new(data_dir)
        .durability(Durability::Disposable)
        .max_connections(20)
}

/// Starts a cluster for a test; it lasts while the value does.
pub(crate) async fn start(data_dir: &Path) -> EmbeddedPostgres {
    EmbeddedPostgres::start(disposable(data_dir)).await.unwrap()
}

pub(crate) async fn refusal(options: EmbeddedOptions) -> EmbeddedError {
    EmbeddedPostgres::start(options)
        .await
        .expect_err("the start should have been refused")
}

pub(crate) async fn connect(options: &PgConnectOptions) -> PgConnection {
    options.connect().await.unwrap()
}

pub(crate) async fn execute(connection: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

pub(crate) async fn count(postgres: &EmbeddedPostgres, sql: &'static str) -> i64 {
    let mut connection = connect(&postgres.administrator_options()).await;
    sqlx::query_scalar(sql)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

/// What a person reads when the start fails: the error and its causes on one line.
pub(crate) fn line(error: &EmbeddedError) -> String {
    let mut line = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        line = format!("{line}: {cause}");
        source = cause.source();
    }
    assert!(!line.contains('\n'), "more than one line: {line}");
    line
}
