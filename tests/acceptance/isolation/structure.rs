//! The rules of isolation, on the migrated schema.

use sqlx::{Connection, PgConnection};
use testkit::TestDatabase;

use super::catalogue::Catalogue;
use super::rules::violations;

#[tokio::test]
async fn the_schema_breaks_no_rule_of_isolation() {
    let database = TestDatabase::shared().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();

    let found = violations(&Catalogue::read(&mut admin).await);

    let list: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "\n{}", list.join("\n"));
}
