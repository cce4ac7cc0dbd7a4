//! The catalogue of rights and its copy in the database.

use kernel::Timestamp;
use sqlx::{Connection, Executor, PgConnection, Row};
use testkit::TestDatabase;

const ORGANIZATION: &str = "0197f2a0-0000-7000-8000-000000000001";

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

/// An organization with an owner role, a viewer role and a custom one, none of which has a right.
async fn make_organization(admin: &mut PgConnection) {
    let statement = format!(
        "INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version) \
         VALUES ('{ORGANIZATION}', 'a@example.com', 'a@example.com', 'A', 'pending', now(), now(), 1); \
         INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings, \
             created_at, updated_at, version) \
         VALUES ('{ORGANIZATION}', 'A', 'a', '{ORGANIZATION}', 'free', '{{}}', now(), now(), 1); \
         INSERT INTO roles (organization_id, id, template_key, name, name_folded, description, created_at, \
             updated_at, version) \
         SELECT '{ORGANIZATION}', gen_random_uuid(), template, name, name, '', now(), now(), 1 \
         FROM (VALUES ('owner', 'owner'), ('viewer', 'viewer'), (NULL, 'custom')) AS v (template, name)"
    );
    admin
        .execute(sqlx::AssertSqlSafe(statement))
        .await
        .expect("the organization is made");
}

#[tokio::test]
async fn a_new_right_reaches_the_catalogue_and_the_copies_of_the_templates_that_have_it() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    make_organization(&mut admin).await;
    admin
        .execute("DELETE FROM permissions WHERE key IN ('audit.view', 'team.view')")
        .await
        .unwrap();

    let synced = infrastructure::sync_permissions(&database.admin(), Timestamp::UNIX_EPOCH)
        .await
        .unwrap();

    assert_eq!(synced.added, ["audit.view", "team.view"]);
    assert_eq!((synced.redescribed, synced.granted), (0, 2));
    let granted: String = one(
        &mut admin,
        "SELECT string_agg(r.name || ' ' || p.permission_key || ' ' || r.version, ', ' \
             ORDER BY r.name, p.permission_key) \
         FROM role_permissions p JOIN roles r ON r.id = p.role_id",
    )
    .await;
    assert_eq!(
        granted,
        "owner audit.view 2, owner team.view 2, viewer team.view 2"
    );
}

#[tokio::test]
async fn row_level_security_is_forced_again_afterwards() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    admin
        .execute("DELETE FROM permissions WHERE key = 'audit.view'")
        .await
        .unwrap();

    infrastructure::sync_permissions(&database.admin(), Timestamp::UNIX_EPOCH)
        .await
        .unwrap();

    assert!(
        one::<bool>(
            &mut admin,
            "SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class \
             WHERE relname IN ('roles', 'role_permissions')"
        )
        .await
    );
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_a_changed_description_is_written() {
    let database = TestDatabase::fresh().await;
    let options = database.admin();
    let sync = || infrastructure::sync_permissions(&options, Timestamp::UNIX_EPOCH);
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();

    let idle = sync().await.unwrap();
    assert_eq!(
        (idle.added.len(), idle.redescribed, idle.granted),
        (0, 0, 0)
    );

    admin
        .execute("UPDATE permissions SET description = 'Old.' WHERE key = 'audit.view'")
        .await
        .unwrap();
    let synced = sync().await.unwrap();
    assert_eq!(
        (synced.added.len(), synced.redescribed, synced.granted),
        (0, 1, 0)
    );
    assert_eq!(
        one::<String>(
            &mut admin,
            "SELECT description FROM permissions WHERE key = 'audit.view'"
        )
        .await,
        tenancy::Permission::AuditView.description()
    );
}

#[tokio::test]
async fn the_owner_alone_can_sync_without_an_administrator() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    admin
        .execute("DELETE FROM permissions WHERE key = 'audit.view'")
        .await
        .unwrap();

    let synced = infrastructure::sync_permissions(&database.owner(), Timestamp::UNIX_EPOCH)
        .await
        .unwrap();

    assert_eq!(synced.added, ["audit.view"]);
}

#[tokio::test]
async fn a_right_that_left_the_catalogue_stays_in_the_table() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    admin
        .execute(
            "INSERT INTO permissions (key, description, category, created_at) \
             VALUES ('old.right', 'Old.', 'old', now())",
        )
        .await
        .unwrap();

    infrastructure::sync_permissions(&database.admin(), Timestamp::UNIX_EPOCH)
        .await
        .unwrap();

    assert!(
        one::<bool>(
            &mut admin,
            "SELECT EXISTS (SELECT FROM permissions WHERE key = 'old.right')"
        )
        .await
    );
}
