//! A server in this process.

use std::sync::Arc;

use infrastructure::{Argon2Cost, Argon2Hasher, MasterKeys, PostgresDatabase, SystemClock};
use infrastructure::{DatabaseSettings, SystemIds, SystemRandom};
use kernel::RandomBytes as _;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method};
use server::{Running, SettingsSource, StartError, Switch};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;
use tenancy::AccountPorts;
use testkit::TestDatabase;
use tokio::sync::Mutex;

use super::people::NoLimits;
use super::{Call, Rows, log};

/// A whole server, which ends with this value or with the test's runtime.
pub(crate) struct Stack {
    running: Running,
    client: Client,
    accounts: AccountPorts,
    database: TestDatabase,
    data_directory: TempDir,
    keys: MasterKeys,
    /// A connection of the administrator's that was read through before, and has its plans ready.
    reader: Mutex<Option<PgConnection>>,
}

impl Stack {
    /// A server on the database that all tests of the run share; each test makes its own
    /// organizations in it.
    pub(crate) async fn shared() -> Self {
        Self::on(TestDatabase::shared().await).await
    }

    /// A server on a database of its own, for tests that look at all rows.
    pub(crate) async fn fresh() -> Self {
        Self::on(TestDatabase::fresh().await).await
    }

    /// A server with master keys, data directory and port of its own.
    pub(crate) async fn on(database: TestDatabase) -> Self {
        log::begin();
        let data_directory = tempfile::tempdir().expect("a temporary directory can be made");
        let keys = MasterKeys::single(SystemRandom.bytes());
        let running = start(&database, &data_directory, &keys).await;

        let postgres = Arc::new(PostgresDatabase::connect_lazy(
            database.login(),
            DatabaseSettings::default(),
        ));
        let hasher = Argon2Hasher::new(Argon2Cost::LEAST, std::num::NonZeroUsize::MIN)
            .expect("the least cost is allowed");
        Self {
            running,
            client: Client::new(),
            accounts: AccountPorts {
                store: postgres,
                clock: Arc::new(SystemClock),
                ids: Arc::new(SystemIds::default()),
                keys: Arc::new(keys.clone()),
                hasher: Arc::new(hasher),
                limiter: Arc::new(NoLimits),
            },
            database,
            data_directory,
            keys,
            reader: Mutex::new(None),
        }
    }

    /// Stops the server, and starts it again on what it left.
    pub(crate) async fn restart(self) -> Self {
        self.running.stop().await;
        Self {
            running: start(&self.database, &self.data_directory, &self.keys).await,
            ..self
        }
    }

    /// The same stack, whose requests come from the address through a trusted proxy.
    pub(crate) fn visited_from(mut self, address: &'static str, user_agent: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static(address));
        self.client = Client::builder()
            .default_headers(headers)
            .user_agent(user_agent)
            .build()
            .expect("a client");
        self
    }

    /// Stops the server, and starts one that reaches the same database in another way.
    pub(crate) async fn restart_with(self, settings: SettingsSource) -> Result<Self, StartError> {
        self.running.stop().await;
        Ok(Self {
            running: start_with(settings, &self.data_directory, &self.keys).await?,
            ..self
        })
    }

    /// The server's database.
    pub(crate) const fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Stops the server; the database stays as it left it.
    pub(crate) async fn stop(self) -> TestDatabase {
        self.running.stop().await;
        self.database
    }

    /// A request to the address `path`, which begins with a slash.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        let address = format!("http://{}{path}", self.running.address());
        Call::new(&self.client, method, &address)
    }

    /// What stands in all tables.
    pub(crate) async fn rows(&self) -> Rows {
        let mut reader = self.reader.lock().await;
        let connection = match reader.take() {
            Some(connection) => connection,
            None => self.admin().await,
        };
        Rows::read(reader.insert(connection)).await
    }

    /// A superuser's connection to the server's database.
    pub(crate) async fn admin(&self) -> PgConnection {
        PgConnection::connect_with(&self.database.admin())
            .await
            .expect("the administrator connects")
    }

    /// Keeps jobs that are enqueued from now on from beginning.
    pub(crate) async fn put_jobs_off(&self) {
        let sql = "CREATE FUNCTION put_off() RETURNS trigger LANGUAGE plpgsql AS \
                       'BEGIN NEW.run_at := NEW.run_at + interval ''1 day''; RETURN NEW; END'; \
                   CREATE TRIGGER put_off BEFORE INSERT ON job_queue FOR EACH ROW EXECUTE FUNCTION put_off()";
        self.administer(sql).await;
    }

    /// Lets jobs that are enqueued from now on begin again.
    pub(crate) async fn let_jobs_begin(&self) {
        self.administer("DROP FUNCTION put_off CASCADE").await;
    }

    async fn administer(&self, sql: &'static str) {
        sqlx::raw_sql(sql)
            .execute(&mut self.admin().await)
            .await
            .expect("an administrator may do anything");
    }

    /// The ports over the server's own database and keys, for what is quicker past HTTP.
    pub(super) const fn accounts(&self) -> &AccountPorts {
        &self.accounts
    }

    /// Where the server keeps what is not in the database, outgoing mail for one.
    pub(crate) fn data_directory(&self) -> std::path::PathBuf {
        self.data_directory.path().join("data")
    }

    /// The token in the newest mail to this address, if there is one already.
    pub(crate) fn token_mailed_to(&self, email: &str) -> Option<String> {
        newest_token(&self.data_directory().join("mail"), email)
    }

    /// The token in a mail to this address that comes after the one with the token `earlier`.
    pub(crate) async fn next_token_mailed_to(&self, email: &str, earlier: Option<&str>) -> String {
        for _ in 0..300 {
            let token = self.token_mailed_to(email);
            if let Some(token) = token.filter(|token| Some(token.as_str()) != earlier) {
                return token;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no mail arrived");
    }
}

/// Mails are named by ids that sort by time.
fn newest_token(mail: &std::path::Path, email: &str) -> Option<String> {
    let mut files = std::fs::read_dir(mail)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "eml"))
        .collect::<Vec<_>>();
    files.sort_unstable();
    files.iter().rev().find_map(|path| {
        let text = std::fs::read_to_string(path).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        // Soft line breaks of quoted-printable (RFC 2045, section 6.7) run through a token.
        let body = body.replace("=\r\n", "");
        let token = body
            .split_whitespace()
            .find(|word| word.starts_with("cvi_"))?;
        head.contains(email).then(|| token.to_owned())
    })
}

async fn start(database: &TestDatabase, data_directory: &TempDir, keys: &MasterKeys) -> Running {
    let direct = SettingsSource {
        database_url: Some(database.login_url()),
        ..SettingsSource::default()
    };
    start_with(direct, data_directory, keys)
        .await
        .expect("the server starts")
}

async fn start_with(
    settings: SettingsSource,
    data_directory: &TempDir,
    keys: &MasterKeys,
) -> Result<Running, StartError> {
    let settings = SettingsSource {
        data_dir: Some(data_directory.path().join("data")),
        listen: Some("127.0.0.1:0".parse().expect("an address")),
        trusted_proxies: Some(vec!["127.0.0.0/8".parse().expect("a network")]),
        master_keys: Some(keys.to_text()),
        // Nobody outside is asked; tests that want an answer name a server of their own.
        dns: settings.dns.or_else(|| {
            let own = settings.dns_resolver.is_some();
            (!own).then_some(Switch::Off)
        }),
        // Whoever wants to see what is counted in the server's own time says so.
        count_events_every: settings.count_events_every.or(Some(0)),
        ..settings
    };
    let settings = settings.resolve(None).expect("the settings hold");
    Running::start(settings).await
}
