//! Partitions are made ahead, and what ran out is removed.

#[path = "maintenance/bulk_operations.rs"]
mod bulk_operations;
#[path = "maintenance/deleted.rs"]
mod deleted;
#[path = "maintenance/expired.rs"]
mod expired;
#[path = "maintenance/import_files.rs"]
mod import_files;
#[path = "maintenance/partitions.rs"]
mod partitions;
#[path = "maintenance/words.rs"]
mod words;

use std::collections::BTreeSet;

use infrastructure::{DatabaseSettings, PostgresDatabase};
use sqlx::{Connection, Executor, PgConnection, Row};
use testkit::TestDatabase;

fn adapter(database: &TestDatabase) -> PostgresDatabase {
    PostgresDatabase::connect_lazy(database.login(), DatabaseSettings::default())
}

async fn admin(database: &TestDatabase) -> PgConnection {
    PgConnection::connect_with(&database.admin())
        .await
        .expect("the administrator connects")
}

async fn names(connection: &mut PgConnection, query: &'static str) -> BTreeSet<String> {
    let rows = connection.fetch_all(query).await.expect("the query runs");
    rows.iter().map(|row| row.get(0)).collect()
}
