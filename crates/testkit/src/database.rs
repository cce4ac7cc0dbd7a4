//! PostgreSQL for tests: one cluster per run, one migrated database for all, others on demand.
//!
//! The cluster is started by the first test of a run and removed after the last, under
//! `cargo nextest run` as under `cargo test`, also when tests panic or are killed. With
//! `TEST_DATABASE_URL`, the URL of a superuser of a server that exists for tests only, that server
//! is used instead; the databases `canvass_test_…` and `canvass_template_…` then stay on it for the
//! next run, and the password of `canvass_login` is set.

mod cluster;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use infrastructure::SystemClock;
use kernel::Clock as _;
use migration::role::{LOGIN, OWNER};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row};
use tenancy::Permission;
use tokio::sync::OnceCell;

use self::cluster::Cluster;

/// The login's password, where the server asks for one.
const PASSWORD: &str = "canvass-test";

/// Keeps test processes apart that prepare the same server: the letters `testkit`.
const LOCK: i64 = 0x0074_6573_746b_6974;

/// A database of this run, migrated but for [`TestDatabase::empty`].
#[derive(Debug)]
pub struct TestDatabase {
    server: &'static Server,
    name: String,
    dropped_at_end: bool,
}

impl TestDatabase {
    /// The database that all tests of the run share; each test makes its own organizations in it.
    pub async fn shared() -> Self {
        let server = server().await;
        Self {
            server,
            name: server.shared.clone(),
            dropped_at_end: false,
        }
    }

    /// A migrated database of its own, for tests that count all rows or change the schema; dropped
    /// with this value.
    pub async fn fresh() -> Self {
        Self::fresh_on(server().await).await
    }

    /// A migrated database on a server of the test's own, of which `admin` is the superuser. It is left
    /// there, and what is known about the server stays in memory.
    pub async fn elsewhere(admin: PgConnectOptions) -> Self {
        let server = Box::leak(Box::new(prepare(admin, None).await));
        let mut database = Self::fresh_on(server).await;
        database.dropped_at_end = false;
        database
    }

    async fn fresh_on(server: &'static Server) -> Self {
        let name = next_name();
        let mut maintenance = server.maintenance().await;
        create_from_template(&mut maintenance, &name, &server.template).await;
        Self {
            server,
            name,
            dropped_at_end: true,
        }
    }

    /// A database that nobody has migrated, for tests of the migrations; dropped with this value.
    pub async fn empty() -> Self {
        let server = server().await;
        let name = next_name();
        execute(
            &mut server.maintenance().await,
            format!("CREATE DATABASE {name} TEMPLATE template0"),
        )
        .await;
        Self {
            server,
            name,
            dropped_at_end: true,
        }
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the program logs in: as `canvass_login`, which can do nothing outside a unit of work.
    #[must_use]
    pub fn login(&self) -> PgConnectOptions {
        self.server.login.clone().database(&self.name)
    }

    /// How a superuser connects.
    #[must_use]
    pub fn admin(&self) -> PgConnectOptions {
        self.server.admin.clone().database(&self.name)
    }

    /// How somebody connects who acts as `canvass_owner`.
    #[must_use]
    pub fn owner(&self) -> PgConnectOptions {
        self.admin().options([("role", OWNER)])
    }

    /// [`TestDatabase::login`] as a URL, as `DATABASE_URL` wants it.
    #[must_use]
    pub fn login_url(&self) -> String {
        url(&self.login())
    }

    /// [`TestDatabase::admin`] as a URL, as `DATABASE_OWNER_URL` wants it.
    #[must_use]
    pub fn admin_url(&self) -> String {
        url(&self.admin())
    }

    /// The schema as SQL, as `pg_dump` writes it; with the monthly partitions or without.
    #[must_use]
    pub fn schema(&self, partitions: bool) -> String {
        let mut command = Command::new(cluster::programs().join("pg_dump"));
        command.args(["--schema-only", "--dbname", &self.admin_url()]);
        if !partitions {
            command.args(["--exclude-table", "*_[0-9][0-9][0-9][0-9]_[0-9][0-9]"]);
        }
        let dump = command.output().expect("pg_dump runs");
        assert!(
            dump.status.success(),
            "pg_dump failed: {}",
            String::from_utf8_lossy(&dump.stderr)
        );
        String::from_utf8(dump.stdout).expect("a schema is text")
    }

    /// The server's own log, where the server is the run's and not one of `TEST_DATABASE_URL`.
    #[must_use]
    pub fn server_log(&self) -> Option<PathBuf> {
        self.server.cluster.as_ref().map(Cluster::log)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if !self.dropped_at_end {
            return;
        }
        let server = self.server;
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The runtime of the test may be the one that is ending, so another one does it.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime starts")
                .block_on(async { execute(&mut server.maintenance().await, statement).await });
        })
        .join();
        assert!(
            dropped.is_ok() || std::thread::panicking(),
            "the test's database can be dropped"
        );
    }
}

/// The server of this process's run, and what was prepared on it.
#[derive(Debug)]
struct Server {
    admin: PgConnectOptions,
    login: PgConnectOptions,
    template: String,
    shared: String,
    cluster: Option<Cluster>,
}

impl Server {
    async fn maintenance(&self) -> PgConnection {
        PgConnection::connect_with(&self.admin)
            .await
            .expect("the test server answers its administrator")
    }
}

/// The options as a URL that libpq's programs understand as well.
fn url(options: &PgConnectOptions) -> String {
    let mut url = options.to_url_lossy();
    let understood: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "statement-cache-capacity")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut().clear().extend_pairs(understood);
    url.to_string()
}

/// A database name that nobody else takes, and that tells when it was made.
fn next_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let seconds = std::time::UNIX_EPOCH
        .elapsed()
        .map_or(0, |since| since.as_secs());
    format!(
        "canvass_fresh_{seconds}_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

async fn server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            if let Some(url) = administrator_url() {
                let admin = PgConnectOptions::from_str(&url).expect("TEST_DATABASE_URL is a URL");
                return prepare(admin, None).await;
            }
            let cluster = tokio::task::spawn_blocking(Cluster::join)
                .await
                .expect("the run's cluster starts");
            prepare(cluster.administrator(), Some(cluster)).await
        })
        .await
}

#[expect(
    clippy::disallowed_methods,
    reason = "which server the tests use is said by the environment, for all test binaries alike"
)]
fn administrator_url() -> Option<String> {
    std::env::var("TEST_DATABASE_URL")
        .ok()
        .filter(|url| !url.is_empty())
}

async fn prepare(admin: PgConnectOptions, cluster: Option<Cluster>) -> Server {
    let login = admin.clone().username(LOGIN).password(PASSWORD);

    let mut maintenance = PgConnection::connect_with(&admin)
        .await
        .expect("the test server answers its administrator");
    execute(&mut maintenance, format!("SELECT pg_advisory_lock({LOCK})")).await;
    // A server that outlives the run keeps the databases of other versions of the schema, and of
    // other months, whose partitions were not made.
    let month: String = maintenance
        .fetch_one("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')")
        .await
        .and_then(|row| row.try_get(0))
        .expect("the month can be read");
    let suffix = format!("{month}_{:016x}", fingerprint());
    let template = format!("canvass_template_{suffix}");
    let shared = format!("canvass_test_{suffix}");
    make_template(&mut maintenance, &admin, &template).await;
    if !exists(&mut maintenance, &shared, "true").await {
        create_from_template(&mut maintenance, &shared, &template).await;
    }
    if cluster.is_none() {
        drop_forgotten(&mut maintenance).await;
    }
    if PgConnection::connect_with(&login.clone().database(&shared))
        .await
        .is_err()
    {
        execute(
            &mut maintenance,
            format!("ALTER ROLE {LOGIN} PASSWORD '{PASSWORD}'"),
        )
        .await;
    }
    maintenance.close().await.expect("a connection closes");

    Server {
        admin,
        login,
        template,
        shared,
        cluster,
    }
}

/// A number that differs when the schema or the catalogue of permissions does.
fn fingerprint() -> u64 {
    let mut hasher = DefaultHasher::new();
    migration::fingerprint().hash(&mut hasher);
    for permission in Permission::ALL {
        (permission.key(), permission.description()).hash(&mut hasher);
    }
    hasher.finish()
}

async fn make_template(maintenance: &mut PgConnection, admin: &PgConnectOptions, name: &str) {
    if exists(maintenance, name, "datistemplate").await {
        return;
    }
    // What is there without the mark was left by a process that was killed while it migrated.
    execute(
        maintenance,
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    execute(
        maintenance,
        format!("CREATE DATABASE {name} TEMPLATE template0"),
    )
    .await;
    migration::migrate(&admin.clone().database(name), PASSWORD)
        .await
        .expect("the migrations apply");
    infrastructure::sync_permissions(&admin.clone().database(name), SystemClock.now())
        .await
        .expect("the catalogue of permissions is copied");
    make_partitions_of_test_time(&admin.clone().database(name)).await;
    execute(
        maintenance,
        format!("ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false"),
    )
    .await;
}

/// Tests live in the year at whose beginning the fixed clock stands, besides the present.
async fn make_partitions_of_test_time(admin: &PgConnectOptions) {
    let mut connection = PgConnection::connect_with(admin)
        .await
        .expect("the template answers");
    for parent in migration::PARTITIONED {
        sqlx::query("SELECT make_partition($1, month::date) FROM generate_series($2, $2 + interval '11 months', '1 month') AS month")
            .bind(parent)
            .bind(crate::FixedClock::START)
            .execute(&mut connection)
            .await
            .expect("the partitions are made");
    }
    connection.close().await.expect("the connection closes");
}

/// A copy has the template's objects, but not its owner nor the rights on the database itself.
async fn create_from_template(maintenance: &mut PgConnection, name: &str, template: &str) {
    execute(
        maintenance,
        format!("CREATE DATABASE {name} TEMPLATE {template} OWNER {OWNER}"),
    )
    .await;
    execute(
        maintenance,
        format!(
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {LOGIN}"
        ),
    )
    .await;
}

async fn exists(maintenance: &mut PgConnection, name: &str, condition: &str) -> bool {
    maintenance
        .fetch_one(AssertSqlSafe(format!(
            "SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{name}' AND {condition})"
        )))
        .await
        .and_then(|row| row.try_get(0))
        .expect("the databases can be listed")
}

/// Databases of tests that were killed, on a server that outlives them; a day is longer than any run.
async fn drop_forgotten(maintenance: &mut PgConnection) {
    let names = maintenance
        .fetch_all(
            "SELECT datname::text FROM pg_database WHERE datname ~ '^canvass_fresh_\\d+_' \
             AND split_part(datname, '_', 3)::bigint < extract(epoch FROM now()) - 86400",
        )
        .await
        .expect("the databases can be listed");
    for row in names {
        let name: String = row.try_get(0).expect("a database has a name");
        execute(
            maintenance,
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
    }
}

async fn execute(connection: &mut PgConnection, statement: String) {
    if let Err(error) = connection.execute(AssertSqlSafe(statement.clone())).await {
        panic!("the test server refused `{statement}`: {error}");
    }
}
