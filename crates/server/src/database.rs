//! The database of this installation: a configured one, or a private one that lives with the program.

use std::sync::Arc;
use std::time::Duration;

use infrastructure::embedded::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres, options_beside};
use infrastructure::{PostgresDatabase, SystemClock, SystemRandom, UnfitLogin, sync_permissions};
use kernel::{Clock as _, RandomBytes as _, StorageError};
use migration::{MigrateError, Migrated, migrate};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use crate::Settings;

/// The database's name, where the program chooses it.
const NAME: &str = "canvass";

/// How long the connections of the pool may take to end.
const LAST_STATEMENTS: Duration = Duration::from_millis(500);

/// Why there is no database to serve from.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The private PostgreSQL did not start.
    #[error("the private database did not start: {0}")]
    Embedded(#[from] EmbeddedError),
    /// A configured URL is none.
    #[error("a database URL is wrong")]
    Url(#[source] sqlx::Error),
    /// The migration failed.
    #[error("the migration failed: {0}: {details}", details = chain(.0))]
    Migrate(#[source] MigrateError),
    /// The catalogue of permissions was not written.
    #[error("the catalogue of permissions was not written")]
    Permissions(#[source] StorageError),
    /// The configured database cannot be reached, or does not let the login in.
    #[error("the database does not answer: {0}")]
    Unreachable(String),
    /// The login is not fit to serve.
    #[error(transparent)]
    UnfitLogin(#[from] UnfitLogin),
    /// The schema is older than the program.
    #[error("the database lacks {0} migrations; run `canvass migrate`")]
    Behind(usize),
    /// The database did not answer.
    #[error("the database does not answer, or was never migrated (run `canvass migrate`)")]
    Unavailable(#[source] StorageError),
    /// There is nothing to migrate with.
    #[error("say which database to migrate with DATABASE_OWNER_URL, an administrator's URL")]
    NoOwner,
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        // Some errors repeat their source in their own words.
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
        source = error.source();
    }
    text
}

/// A database that is up to date and served by an unprivileged login.
#[derive(Clone)]
pub struct Database {
    /// Its units of work.
    pub postgres: PostgresDatabase,
    /// The private PostgreSQL, where it is one.
    pub embedded: Option<Arc<EmbeddedPostgres>>,
}

impl Database {
    /// Opens the configured database, or starts and migrates the private one.
    ///
    /// A configured database is not migrated, because the login that serves cannot; it must be up to date.
    pub async fn open(settings: &Settings) -> Result<Self, DatabaseError> {
        let (login, embedded) = if let Some(url) = &settings.database_url {
            let login = url
                .parse::<PgConnectOptions>()
                .map_err(DatabaseError::Url)?;
            reach(&login, settings.database.acquire_timeout).await?;
            (login, None)
        } else {
            let embedded = start_embedded(settings).await?;
            migrate_with(
                &embedded.administrator_options().database(NAME),
                &new_password(),
            )
            .await?;
            (
                embedded.options_for(migration::role::LOGIN, NAME),
                Some(Arc::new(embedded)),
            )
        };
        Self::of_login(login, settings, embedded).await
    }

    /// The database behind this login, if that is fit to serve and the schema is up to date.
    async fn of_login(
        login: PgConnectOptions,
        settings: &Settings,
        embedded: Option<Arc<EmbeddedPostgres>>,
    ) -> Result<Self, DatabaseError> {
        let postgres = PostgresDatabase::connect_lazy(login, settings.database);
        postgres.check_login().await?;
        let applied = postgres
            .applied_migrations()
            .await
            .map_err(DatabaseError::Unavailable)?;
        match migration::pending(&applied).len() {
            0 => Ok(Self { postgres, embedded }),
            missing => Err(DatabaseError::Behind(missing)),
        }
    }

    /// As [`Database::open`]; where another process has the private one, it is reached through that process's socket, and
    /// goes on when this value is closed.
    pub(crate) async fn open_beside(settings: &Settings) -> Result<Self, DatabaseError> {
        let in_use = match Self::open(settings).await {
            Err(DatabaseError::Embedded(error @ EmbeddedError::InUse { .. })) => error,
            other => return other,
        };
        let login = options_beside(&settings.data_dir, migration::role::LOGIN, NAME)
            .ok_or(DatabaseError::Embedded(in_use))?;
        Self::of_login(login, settings, None).await
    }

    /// Lets the jobs of a process that was killed go on at once. Only the owner of a private database
    /// knows that nobody else is working on them.
    pub(crate) async fn resume_jobs(&self) -> Result<(), DatabaseError> {
        let resumed = self
            .postgres
            .end_leases(SystemClock.now())
            .await
            .map_err(DatabaseError::Unavailable)?;
        if resumed > 0 {
            tracing::info!(jobs = resumed, "jobs of a process that was killed go on");
        }
        Ok(())
    }

    /// Closes the pool and stops the private PostgreSQL.
    pub async fn close(&self) {
        // A statement that nobody waits for any more may still run; its connection is not waited for.
        let closed = tokio::time::timeout(LAST_STATEMENTS, self.postgres.pool().close());
        drop(closed.await);
        if let Some(embedded) = &self.embedded
            && let Err(error) = embedded.stop().await
        {
            tracing::error!(error = %error, "the private database did not stop");
        }
    }
}

/// Connects once, beside the pool, which would try again in silence and not tell why.
async fn reach(login: &PgConnectOptions, patience: Duration) -> Result<(), DatabaseError> {
    let connected = tokio::time::timeout(patience, PgConnection::connect_with(login)).await;
    let cause = match connected {
        Ok(Ok(connection)) => {
            drop(connection.close().await);
            return Ok(());
        }
        Ok(Err(sqlx::Error::Database(refusal))) => refusal.message().to_owned(),
        Ok(Err(sqlx::Error::Io(error))) => error.to_string(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no connection within {} s", patience.as_secs()),
    };
    Err(DatabaseError::Unreachable(cause))
}

/// What `migrate` did, and the URL to serve with where the login was made now.
#[derive(Debug)]
pub(crate) struct MigrationReport {
    pub(crate) migrated: Migrated,
    pub(crate) login_url: Option<String>,
}

/// Migrates the database that the settings name.
pub(crate) async fn migrate_configured(
    settings: &Settings,
) -> Result<MigrationReport, DatabaseError> {
    let Some(url) = &settings.database_owner_url else {
        if settings.database_url.is_some() {
            return Err(DatabaseError::NoOwner);
        }
        let embedded = start_embedded(settings).await?;
        let migrated = migrate_with(
            &embedded.administrator_options().database(NAME),
            &new_password(),
        )
        .await;
        embedded.stop().await?;
        return Ok(MigrationReport {
            migrated: migrated?,
            login_url: None,
        });
    };
    let owner = url
        .parse::<PgConnectOptions>()
        .map_err(DatabaseError::Url)?;
    let password = new_password();
    let migrated = migrate_with(&owner, &password).await?;
    let login_url = migrated.made_login.then(|| login_url(&owner, &password));
    Ok(MigrationReport {
        migrated,
        login_url,
    })
}

async fn migrate_with(owner: &PgConnectOptions, password: &str) -> Result<Migrated, DatabaseError> {
    let migrated = migrate(owner, password)
        .await
        .map_err(DatabaseError::Migrate)?;
    sync_permissions(owner, SystemClock.now())
        .await
        .map_err(DatabaseError::Permissions)?;
    Ok(migrated)
}

async fn start_embedded(settings: &Settings) -> Result<EmbeddedPostgres, DatabaseError> {
    let mut options = EmbeddedOptions::new(&settings.data_dir)
        .max_connections(u16::try_from(settings.database.max_connections + 30).unwrap_or(u16::MAX));
    if let Some(directory) = &settings.pg_bin_dir {
        options = options.pg_bin_dir(directory);
    }
    Ok(EmbeddedPostgres::start(options).await?)
}

/// A password of 256 bits.
fn new_password() -> String {
    SystemRandom
        .bytes()
        .iter()
        .map(|byte| char::from(b'a' + byte % 26))
        .chain(
            SystemRandom
                .bytes()
                .iter()
                .map(|byte| char::from(b'A' + byte % 26)),
        )
        .collect()
}

/// The URL of the login on the server that `owner` names.
fn login_url(owner: &PgConnectOptions, password: &str) -> String {
    let database = owner.get_database().unwrap_or(NAME);
    match owner.get_socket() {
        Some(socket) => format!(
            "postgres://{}:{password}@/{database}?host={}&port={}",
            migration::role::LOGIN,
            socket.display(),
            owner.get_port()
        ),
        None => format!(
            "postgres://{}:{password}@{}:{}/{database}",
            migration::role::LOGIN,
            owner.get_host(),
            owner.get_port()
        ),
    }
}

/// Takes back migrations of the database that the settings name.
pub(crate) async fn roll_back_configured(
    settings: &Settings,
    steps: u32,
) -> Result<(), DatabaseError> {
    let Some(url) = &settings.database_owner_url else {
        if settings.database_url.is_some() {
            return Err(DatabaseError::NoOwner);
        }
        let embedded = start_embedded(settings).await?;
        let rolled =
            migration::roll_back(&embedded.administrator_options().database(NAME), steps).await;
        embedded.stop().await?;
        return rolled.map_err(DatabaseError::Migrate);
    };
    let owner = url
        .parse::<PgConnectOptions>()
        .map_err(DatabaseError::Url)?;
    migration::roll_back(&owner, steps)
        .await
        .map_err(DatabaseError::Migrate)
}
