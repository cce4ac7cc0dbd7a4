//! Bringing a database up to date.

use std::time::Duration;

use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::{DatabaseConnection, DbErr, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::Migrator;
use crate::bootstrap::bootstrap;
use crate::role::OWNER;
use crate::sqlstate::{DUPLICATE_DATABASE, INVALID_CATALOG_NAME, UNIQUE_VIOLATION, is_one_of};
use crate::tables::{BACK_DATED, MONTHS_BEHIND, PARTITIONED};

/// Names the lock that keeps two migrations of one database apart: the letters `canvass`.
const LOCK: i64 = 0x0063_616e_7661_7373;

/// Why a database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database does not answer, or refuses what the migration needs.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// A migration failed; it was rolled back.
    #[error("a migration failed and was rolled back")]
    Migration(#[from] DbErr),
    /// More migrations were to be taken back than there are.
    #[error("only {applied} migrations are applied; nothing was taken back")]
    TooMany {
        /// How many there are.
        applied: usize,
    },
}

/// What a migration did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// How many migrations were applied.
    pub applied: usize,
    /// Whether the login role was made, with the password that was passed.
    pub made_login: bool,
}

/// Makes the roles and the database where they are missing, applies the migrations that are not
/// applied yet, and makes the partitions of this month and the next three, and of the last three where rows tell of the past.
///
/// `admin` is a superuser, an administrator who may create roles, or, once the roles exist, a member of the
/// owner role. A second run does nothing, and of two at once one waits for the other.
pub async fn migrate(
    admin: &PgConnectOptions,
    login_password: &str,
) -> Result<Migrated, MigrateError> {
    let mut lock = connect_or_create_database(admin).await?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(LOCK)
        .execute(&mut lock)
        .await?;

    let made_login = bootstrap(&mut lock, login_password).await?;
    let owner = connect_as_owner(admin).await?;
    let applied = Migrator::get_pending_migrations(&owner).await?.len();
    Migrator::up(&owner, None).await?;
    make_partitions(&owner).await?;

    owner.close().await?;
    lock.close().await?;
    Ok(Migrated {
        applied,
        made_login,
    })
}

/// Applies the next `steps` migrations, and makes no partitions; for trying migrations one by one.
pub async fn advance(admin: &PgConnectOptions, steps: u32) -> Result<(), MigrateError> {
    let mut lock = PgConnection::connect_with(admin).await?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(LOCK)
        .execute(&mut lock)
        .await?;

    let owner = connect_as_owner(admin).await?;
    Migrator::up(&owner, Some(steps)).await?;

    owner.close().await?;
    lock.close().await?;
    Ok(())
}

/// Takes back the last `steps` migrations; for development, since it drops what they made. Refuses to take back more
/// than are applied, with [`MigrateError::TooMany`].
pub async fn roll_back(admin: &PgConnectOptions, steps: u32) -> Result<(), MigrateError> {
    let mut lock = PgConnection::connect_with(admin).await?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(LOCK)
        .execute(&mut lock)
        .await?;

    let owner = connect_as_owner(admin).await?;
    let applied = Migrator::get_applied_migrations(&owner).await?.len();
    if usize::try_from(steps).is_ok_and(|steps| steps > applied) {
        return Err(MigrateError::TooMany { applied });
    }
    Migrator::down(&owner, Some(steps)).await?;

    owner.close().await?;
    lock.close().await?;
    Ok(())
}

/// The names of the migrations that `applied` does not have yet.
#[must_use]
pub fn pending(applied: &[String]) -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .filter(|name| !applied.contains(name))
        .collect()
}

async fn connect_or_create_database(
    admin: &PgConnectOptions,
) -> Result<PgConnection, MigrateError> {
    match PgConnection::connect_with(admin).await {
        Err(error) if is_one_of(&error, &[INVALID_CATALOG_NAME]) => {
            let name = admin
                .get_database()
                .unwrap_or("canvass")
                .replace('"', "\"\"");
            let mut maintenance =
                PgConnection::connect_with(&admin.clone().database("postgres")).await?;
            match maintenance
                .execute(AssertSqlSafe(format!("CREATE DATABASE \"{name}\"")))
                .await
            {
                Err(error) if is_one_of(&error, &[DUPLICATE_DATABASE, UNIQUE_VIOLATION]) => {}
                other => {
                    other?;
                }
            }
            maintenance.close().await?;
            Ok(PgConnection::connect_with(admin).await?)
        }
        other => Ok(other?),
    }
}

async fn connect_as_owner(admin: &PgConnectOptions) -> Result<DatabaseConnection, MigrateError> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(|connection, _| {
            Box::pin(async move {
                let statement = format!("SET ROLE {OWNER}; SET lock_timeout = '30s'");
                connection.execute(AssertSqlSafe(statement)).await.map(drop)
            })
        })
        .connect_with(admin.clone())
        .await?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

async fn make_partitions(owner: &DatabaseConnection) -> Result<(), MigrateError> {
    for parent in PARTITIONED {
        let is_back_dated = BACK_DATED.contains(parent);
        let behind = if is_back_dated {
            i32::from(MONTHS_BEHIND)
        } else {
            0
        };
        for months in -behind..=3 {
            sqlx::query("SELECT make_partition($1, (now() AT TIME ZONE 'UTC' + make_interval(months => $2))::date)")
                .bind(parent)
                .bind(months)
                .execute(owner.get_postgres_connection_pool())
                .await?
                .rows_affected();
        }
    }
    Ok(())
}
