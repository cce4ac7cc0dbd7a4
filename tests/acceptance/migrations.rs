//! Migrations: forward, back, again, twice, and many at once.

use std::path::Path;

use infrastructure::embedded::{Durability, EmbeddedOptions, EmbeddedPostgres};
use migration::{Migrated, TABLES, advance, migrate, roll_back};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use testkit::TestDatabase;

/// The login's password, which nobody needs here.
const PASSWORD: &str = "it's unused";

/// A schema without what differs from one dump, or version of `pg_dump`, to the next.
fn normalised(dump: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in dump.lines().map(str::trim_end) {
        let noise = line.starts_with("--")
            || line.starts_with("SET ")
            || line.starts_with("SELECT pg_catalog.set_config(")
            || line.starts_with('\\');
        let repeated_blank = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !noise && !repeated_blank {
            lines.push(line);
        }
    }
    format!("{}\n", lines.join("\n").trim_end())
}

fn count_of_migrations() -> u32 {
    u32::try_from(migration::pending(&[]).len()).expect("there are not that many")
}

async fn run(options: &PgConnectOptions, statements: &str) {
    let mut connection = PgConnection::connect_with(options)
        .await
        .expect("the database answers");
    if let Err(error) = connection.execute(AssertSqlSafe(statements)).await {
        panic!("refused: {error}\n{statements}");
    }
}

#[tokio::test]
async fn each_migration_can_be_taken_back_and_applied_again() {
    let database = TestDatabase::empty().await;
    let admin = database.admin();
    migrate(&admin, PASSWORD).await.unwrap();
    let whole = database.schema(false);
    roll_back(&admin, count_of_migrations()).await.unwrap();

    for number in 1..=count_of_migrations() {
        let before = database.schema(true);
        advance(&admin, 1).await.unwrap();
        let after = database.schema(true);

        roll_back(&admin, 1).await.unwrap();
        assert_eq!(
            normalised(&database.schema(true)),
            normalised(&before),
            "down of migration {number}"
        );
        advance(&admin, 1).await.unwrap();
        assert_eq!(
            normalised(&database.schema(true)),
            normalised(&after),
            "second up of migration {number}"
        );
    }

    assert_eq!(normalised(&database.schema(false)), normalised(&whole));
}

#[tokio::test]
async fn a_second_migration_does_nothing() {
    let database = TestDatabase::empty().await;
    let first = migrate(&database.admin(), PASSWORD).await.unwrap();
    let before = database.schema(true);

    let second = migrate(&database.admin(), PASSWORD).await.unwrap();

    assert_eq!(first.applied, migration::pending(&[]).len());
    assert_eq!(
        second,
        Migrated {
            applied: 0,
            made_login: false
        }
    );
    assert_eq!(normalised(&database.schema(true)), normalised(&before));
}

#[tokio::test]
async fn migrations_of_one_database_at_the_same_time_wait_for_each_other() {
    for many in [2, 5] {
        let database = TestDatabase::empty().await;
        // Whoever comes first makes the database too.
        let maintenance = database.admin().database("postgres");
        run(&maintenance, &format!("DROP DATABASE {}", database.name())).await;

        let applied = at_once(many, &database.admin()).await;

        assert_eq!(applied, [migration::pending(&[]).len()]);
    }
}

/// Runs so many migrations at once, and tells how many steps each took, of those that took any.
async fn at_once(many: usize, admin: &PgConnectOptions) -> Vec<usize> {
    let runs: Vec<_> = (0..many)
        .map(|_| {
            let admin = admin.clone();
            tokio::spawn(async move { migrate(&admin, PASSWORD).await })
        })
        .collect();
    let mut applied = Vec::new();
    for run in runs {
        let migrated = run
            .await
            .expect("no migration panics")
            .expect("it succeeds");
        applied.extend((migrated.applied > 0).then_some(migrated.applied));
    }
    applied
}

async fn new_server(directory: &Path) -> EmbeddedPostgres {
    EmbeddedPostgres::start(EmbeddedOptions::new(directory).durability(Durability::Disposable))
        .await
        .expect("a server starts")
}

#[tokio::test]
async fn on_a_new_server_the_roles_are_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let server = new_server(directory.path()).await;
    let databases = ["first", "second", "third"].map(|name| server.options_for("postgres", name));

    let runs = databases.map(|admin| tokio::spawn(async move { migrate(&admin, PASSWORD).await }));
    let mut made_login = 0;
    for run in runs {
        let migrated = run.await.unwrap().unwrap();
        made_login += usize::from(migrated.made_login);
        assert_eq!(migrated.applied, migration::pending(&[]).len());
    }

    assert_eq!(made_login, 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_administrator_who_is_no_superuser_can_begin() {
    let directory = tempfile::tempdir().unwrap();
    let server = new_server(directory.path()).await;
    run(
        &server.administrator_options(),
        "CREATE ROLE administrator LOGIN CREATEROLE CREATEDB",
    )
    .await;
    let admin = server.options_for("administrator", "canvass");

    let first = migrate(&admin, PASSWORD).await.unwrap();
    let second = migrate(&admin, PASSWORD).await.unwrap();

    assert!(first.made_login);
    assert_eq!(
        second,
        Migrated {
            applied: 0,
            made_login: false
        }
    );
    let mut login = PgConnection::connect_with(&server.options_for("canvass_login", "canvass"))
        .await
        .unwrap();
    login
        .execute("BEGIN; SELECT unit('canvass_app', NULL, 1000); SELECT FROM organizations; COMMIT")
        .await
        .unwrap();
    server.stop().await.unwrap();
}

#[tokio::test]
async fn once_the_roles_exist_the_owner_can_migrate() {
    let directory = tempfile::tempdir().unwrap();
    let server = new_server(directory.path()).await;
    let admin = server.options_for("postgres", "canvass");
    migrate(&admin, PASSWORD).await.unwrap();
    run(&admin, "CREATE ROLE deployer LOGIN IN ROLE canvass_owner").await;
    roll_back(&admin, 1).await.unwrap();

    let migrated = migrate(&server.options_for("deployer", "canvass"), PASSWORD)
        .await
        .unwrap();

    assert_eq!(
        migrated,
        Migrated {
            applied: 1,
            made_login: false
        }
    );
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_committed_schema_is_that_of_the_migrations() {
    let database = TestDatabase::shared().await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema.sql");

    let schema = format!(
        "-- The schema that the migrations make, without the monthly partitions. Written by `just schema`.\n\n{}",
        normalised(&database.schema(false))
    );

    if rewrites() {
        std::fs::write(&path, &schema).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == schema,
        "docs/schema.sql is not what the migrations make; `just schema` writes it anew"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "`just schema` asks for the file to be written through the environment"
)]
fn rewrites() -> bool {
    std::env::var_os("UPDATE_SCHEMA").is_some()
}

#[tokio::test]
async fn a_data_migration_of_the_owner_lifts_forced_row_security_first() {
    const REFERENCE: &str = "ALTER TABLE users ADD FOREIGN KEY (created_by) REFERENCES users (id)";
    const UPDATE: &str = "UPDATE users SET display_name = 'Ada L.'";
    let database = TestDatabase::fresh().await;
    run(
        &database.admin(),
        "INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version)
         VALUES (gen_random_uuid(), 'a@example.com', 'a@example.com', 'Ada', 'active', now(), now(), 1)",
    )
    .await;
    let mut owner = PgConnection::connect_with(&database.owner()).await.unwrap();

    let blind = owner.execute(UPDATE).await.unwrap().rows_affected();
    owner
        .execute("SELECT force_row_security('users', false)")
        .await
        .unwrap();
    let seeing = owner.execute(UPDATE).await.unwrap().rows_affected();
    let orphans = "UPDATE users SET created_by = gen_random_uuid()";
    let orphaned = owner.execute(orphans).await.unwrap().rows_affected();
    let validated = owner.execute(REFERENCE).await;
    owner
        .execute("SELECT force_row_security('users', true)")
        .await
        .unwrap();
    let blind_again = owner.execute(UPDATE).await.unwrap().rows_affected();
    let not_validated = owner.execute(REFERENCE).await;

    assert_eq!((blind, seeing, orphaned, blind_again), (0, 1, 1, 0));
    let refused = validated.unwrap_err();
    assert_eq!(
        refused.as_database_error().unwrap().code().unwrap(),
        "23503"
    );
    // This is why the helper exists: the orphan is there, and the owner does not see it.
    assert!(not_validated.is_ok());
}

#[tokio::test]
async fn what_rows_leave_out_is_written_down_when_that_is_taken_back() {
    const ROWS: &str = r#"
        INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version)
        VALUES (gen_random_uuid(), 'a@analytical.org', 'a@analytical.org', 'Ada', 'active', now(), now(), 1);
        INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings,
            created_at, updated_at, version)
        SELECT gen_random_uuid(), 'Engines', 'engines', id, 'free', '{"timezone": "UTC"}', now(), now(), 1 FROM users;
        INSERT INTO contacts (organization_id, id, email_normalized, email_hash, attributes, source, validation_status,
            classification, risk_score, search_text, created_at, updated_at, created_by, version)
        SELECT organization_id, gen_random_uuid(), n || '@analytical.org', substring(sha256(n::text::bytea) FOR 17),
            '{}', 'api', 'valid', 'business', 0, ' ' || n || ' ', now(), now(), owner_id, n
        FROM organizations, generate_series(1, 2) AS n;
        INSERT INTO validation_logs (organization_id, contact_id, created_at, domain_result)
        SELECT organization_id, id, now(), 'unknown' FROM contacts"#;
    let database = TestDatabase::fresh().await;
    run(&database.admin(), ROWS).await;
    let steps = steps_until_before("smaller_rows");

    roll_back(&database.admin(), steps).await.unwrap();

    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    let mut told = async |sql: &'static str| -> String {
        sqlx::query(sql).fetch_one(&mut admin).await.unwrap().get(0)
    };
    let judged = "SELECT string_agg(concat_ws(' ', syntax_version, domain_version, classification_version, \
                  syntax_result, domain_result, classification_result), ', ') FROM validation_logs";
    assert_eq!(
        told(judged).await,
        "1 1 1 pass unknown pass, 1 1 1 pass unknown pass"
    );
    let changed = "SELECT string_agg((updated_by IS NOT DISTINCT FROM created_by)::text, ', ' ORDER BY version) \
                   FROM contacts";
    assert_eq!(told(changed).await, "true, false");
    let rewritten = admin
        .execute("UPDATE validation_logs SET details = NULL")
        .await;
    assert!(rewritten.is_err(), "the log is changed by nobody again");
}

/// How many migrations are to be taken back for the one to be gone whose name ends so.
fn steps_until_before(name: &str) -> u32 {
    let migrations = migration::pending(&[]);
    let later = migrations.iter().rev().position(|it| it.ends_with(name));
    let later = later.expect("a migration has this name");
    u32::try_from(later + 1).expect("there are few migrations")
}

#[tokio::test]
async fn leads_came_with_their_first_answer_and_sums_that_were_half_forgotten_are_noted() {
    const ROWS: &str = include_str!("migrations/figures.sql");
    let database = TestDatabase::fresh().await;
    run(&database.admin(), ROWS).await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    let mut told = async |sql: &'static str| -> String {
        sqlx::query(sql).fetch_one(&mut admin).await.unwrap().get(0)
    };
    let steps = steps_until_before("figures");

    roll_back(&database.admin(), steps).await.unwrap();

    let noted = "SELECT coalesce(string_agg(concat_ws(' ', w.version, c.date, c.event_type, c.is_machine, \
                 cardinality(c.times)), ', ' ORDER BY w.version, c.date, c.event_type, c.is_machine), '') \
                 FROM event_changes c JOIN campaigns w ON w.id = c.campaign_id";
    let half_forgotten = "2 2026-03-01 OPEN f 1, 2 2026-03-01 OPEN t 1, 2 2026-03-02 SENT f 1";
    assert_eq!(told(noted).await, half_forgotten);
    let left = "SELECT concat_ws(', ', (SELECT string_agg(concat_ws(' ', c.version, a.date, a.is_final), ', ' \
                    ORDER BY a.date) FROM event_aggregations a JOIN campaigns c ON c.id = a.campaign_id), \
                (SELECT string_agg(c.version::text, ' ') FROM contact_event_days d \
                    JOIN campaigns c ON c.id = d.campaign_id), \
                (SELECT string_agg(c.version::text, ' ') FROM event_recurrences r \
                    JOIN campaigns c ON c.id = r.campaign_id), \
                (SELECT string_agg(c.version || ' ' || w.time_zone, ' ') FROM campaign_aggregations w \
                    JOIN campaigns c ON c.id = w.campaign_id))";
    let counted = "1 2026-03-01 t, 1 2026-03-02 f, 1, 1, 1 UTC";
    assert_eq!(told(left).await, counted);

    // As they stood before: a lead came when it was made, unless somebody said when.
    let unsaid = "WITH unsaid AS (UPDATE leads SET came_at = NULL WHERE version < 3 RETURNING id) \
                  SELECT count(*)::text FROM unsaid";
    assert_eq!(told(unsaid).await, "2");
    let said = "WITH said AS (UPDATE leads SET came_at = '2026-03-09Z' WHERE version = 3 RETURNING id) \
                SELECT count(*)::text FROM said";
    assert_eq!(told(said).await, "1");
    advance(&database.admin(), steps).await.unwrap();

    let came = "SELECT string_agg(to_char(came_at AT TIME ZONE 'UTC', 'DD'), ' ' ORDER BY version) FROM leads";
    assert_eq!(told(came).await, "10 08 09");
    assert_eq!(told(noted).await, half_forgotten);
}

#[tokio::test]
async fn every_listed_table_is_there_after_a_migration() {
    let database = TestDatabase::shared().await;
    let mut admin = PgConnection::connect_with(&database.admin()).await.unwrap();
    for (table, _) in TABLES {
        let there: bool = sqlx::query("SELECT to_regclass($1) IS NOT NULL")
            .bind(format!("public.{table}"))
            .fetch_one(&mut admin)
            .await
            .unwrap()
            .get(0);
        assert!(there, "{table}");
    }
}
