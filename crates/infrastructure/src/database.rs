//! The database: a pool of connections whose statements are refused outside a unit of work.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel::{OrganizationId, StorageError, TenantScope};
use migration::role;
use sea_orm::FromQueryResult;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Row, SqlSafeStr as _, Transaction};
use time::Date;
use tracing::instrument::{Instrument as _, WithSubscriber as _};

use crate::calls::Opening;
use crate::error::{UNDEFINED_OBJECT, translate_sqlx};
use crate::unit::PostgresUnit;

/// How the program uses its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// The most connections.
    pub max_connections: u32,
    /// How long to wait for a free connection before giving up.
    pub acquire_timeout: Duration,
    /// How long a statement of a request may run.
    pub request_timeout: Duration,
    /// How long a statement of a job may run.
    pub job_timeout: Duration,
    /// Whether a pooler in transaction mode stands in between, so that statements must stay unnamed.
    pub transaction_pooler: bool,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(10),
            job_timeout: Duration::from_mins(1),
            transaction_pooler: false,
        }
    }
}

/// Canvass's data in PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresDatabase {
    pool: PgPool,
    settings: DatabaseSettings,
    partitions: Arc<Mutex<BTreeSet<(&'static str, Date)>>>,
}

/// Why a login is not fit to serve.
#[derive(Debug, thiserror::Error)]
pub enum UnfitLogin {
    /// The database did not answer.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),
    /// The login could look past row-level security, or change the schema.
    #[error("the database login `{login}` is too privileged to serve: it {reason}")]
    Privileged {
        /// The login.
        login: String,
        /// What it is or can.
        reason: &'static str,
    },
    /// The login is not a member of the roles it needs.
    #[error(
        "the database login `{login}` is not a member of canvass_app, canvass_platform and canvass_retention; run `canvass migrate`"
    )]
    NotAMember {
        /// The login.
        login: String,
    },
}

/// How long a plan of a statement is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plans {
    /// As long as the connection, where the server may do that.
    Kept,
    /// Each statement is planned for the values that it is given. It is sent without a name for that, and not by a
    /// setting of the transaction: that would have the checks of foreign keys, and what functions ask, planned anew for
    /// each row.
    Made,
}

impl PostgresDatabase {
    /// A pool that connects when it is first needed.
    #[must_use]
    pub fn connect_lazy(login: PgConnectOptions, settings: DatabaseSettings) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(settings.acquire_timeout)
            .connect_lazy_with(login.application_name("canvass"));
        Self {
            pool,
            settings,
            partitions: Arc::default(),
        }
    }

    /// The partitions that are known to be there, by table and first day, so that nobody asks for them with each batch.
    pub(crate) fn known_partitions(&self) -> MutexGuard<'_, BTreeSet<(&'static str, Date)>> {
        self.partitions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The pool, for health checks and figures; statements on tables are refused on it.
    #[must_use]
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How the database is used.
    #[must_use]
    pub const fn settings(&self) -> DatabaseSettings {
        self.settings
    }

    /// The names of the migrations that the database has.
    pub async fn applied_migrations(&self) -> Result<Vec<String>, StorageError> {
        #[derive(FromQueryResult)]
        struct Applied {
            version: String,
        }
        let unit = self.begin_platform_for_request().await?;
        unit.port("migrations");
        let applied = unit
            .all::<Applied>("SELECT version FROM seaql_migrations ORDER BY version", [])
            .await?;
        unit.finish().await?;
        Ok(applied.into_iter().map(|applied| applied.version).collect())
    }

    /// Refuses a login that is a superuser, owns objects, bypasses row-level security or inherits
    /// the rights of the roles it may take on.
    pub async fn check_login(&self) -> Result<(), UnfitLogin> {
        let row = sqlx::query(
            "SELECT r.rolname::text, r.rolsuper, r.rolbypassrls, r.rolcreaterole, \
             r.rolinherit OR pg_has_role(r.oid, 'canvass_app', 'USAGE') OR pg_has_role(r.oid, 'canvass_platform', 'USAGE') \
             OR pg_has_role(r.oid, 'canvass_retention', 'USAGE'), \
             pg_has_role(r.oid, 'canvass_owner', 'MEMBER') OR pg_has_role(r.oid, 'canvass_search', 'MEMBER'), \
             EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v', 'm')), \
             pg_has_role(r.oid, 'canvass_app', 'MEMBER') AND pg_has_role(r.oid, 'canvass_platform', 'MEMBER') \
             AND pg_has_role(r.oid, 'canvass_retention', 'MEMBER') \
             FROM pg_roles r WHERE r.rolname = session_user",
        )
        .persistent(false)
        .fetch_one(&self.pool)
        .await;
        let row = match row {
            // The role canvass_owner does not exist, so nothing was migrated here.
            Err(sqlx::Error::Database(error))
                if error.code().as_deref() == Some(UNDEFINED_OBJECT) =>
            {
                return Err(UnfitLogin::NotAMember {
                    login: "?".to_owned(),
                });
            }
            other => other.map_err(UnfitLogin::Unavailable)?,
        };
        let read = |index: usize| {
            row.try_get::<bool, _>(index)
                .map_err(UnfitLogin::Unavailable)
        };
        let login: String = row.try_get(0).map_err(UnfitLogin::Unavailable)?;
        for (index, reason) in [
            (1, "is a superuser"),
            (2, "bypasses row-level security"),
            (3, "may create roles"),
            (4, "inherits the rights of its roles outside units of work"),
            (5, "is a member of the owner or the search role"),
            (6, "owns tables"),
        ] {
            if read(index)? {
                return Err(UnfitLogin::Privileged { login, reason });
            }
        }
        if read(7)? {
            Ok(())
        } else {
            Err(UnfitLogin::NotAMember { login })
        }
    }

    /// Opens a unit of work for tenants, inside the scope's organization.
    pub(crate) async fn begin_tenant(
        &self,
        scope: &TenantScope,
    ) -> Result<PostgresUnit, StorageError> {
        let (timeout, plans) = match scope.actor() {
            // Jobs write many rows at a time into tables that grow while they do: a plan that is kept would be one
            // for the table as it was.
            kernel::Actor::Job(..) => (self.settings.job_timeout, Plans::Made),
            _ => (self.settings.request_timeout, Plans::Kept),
        };
        self.begin(role::APP, scope.organization(), timeout, plans)
            .await
    }

    /// As [`PostgresDatabase::begin_platform`], for what a request waits for.
    pub(crate) async fn begin_platform_for_request(&self) -> Result<PostgresUnit, StorageError> {
        let timeout = self.settings.request_timeout;
        self.begin(
            role::PLATFORM,
            OrganizationId::PLATFORM,
            timeout,
            Plans::Kept,
        )
        .await
    }

    /// Opens a unit of work on the platform's own tables, off the path of requests.
    pub(crate) async fn begin_platform(&self) -> Result<PostgresUnit, StorageError> {
        self.begin(
            role::PLATFORM,
            OrganizationId::PLATFORM,
            self.settings.job_timeout,
            Plans::Kept,
        )
        .await
    }

    /// Opens a unit of work in which what this organization deleted can be removed for good, off the path of requests.
    pub(crate) async fn begin_purge(
        &self,
        organization: OrganizationId,
    ) -> Result<PostgresUnit, StorageError> {
        let timeout = self.settings.job_timeout;
        self.begin(role::PLATFORM, organization, timeout, Plans::Made)
            .await
    }

    /// One round trip: the transaction, its role, its tenant and its timeouts.
    async fn begin(
        &self,
        role: &str,
        organization: OrganizationId,
        timeout: Duration,
        plans: Plans,
    ) -> Result<PostgresUnit, StorageError> {
        let statement = format!(
            "BEGIN; SELECT unit('{role}', '{}', {})",
            organization.as_uuid().hyphenated(),
            timeout.as_millis()
        );
        let opening = Opening::start();
        let connection = self.pool.acquire().await.map_err(translate_sqlx)?;
        // Whoever gives up while a transaction begins must not leave it open on a connection that others get next: the
        // library takes back only what has begun. So it begins in a task of its own, which ends it if nobody waits.
        let statement = AssertSqlSafe(statement).into_sql_str();
        let opened = Transaction::begin(connection, Some(statement))
            .in_current_span()
            .with_current_subscriber();
        let begun = tokio::spawn(opened);
        let transaction = begun
            .await
            .map_err(|error| StorageError::Unexpected(Box::new(error)))?
            .map_err(translate_sqlx)?;
        drop(opening);
        Ok(PostgresUnit::new(
            transaction,
            organization,
            plans == Plans::Kept && !self.settings.transaction_pooler,
        ))
    }
}
