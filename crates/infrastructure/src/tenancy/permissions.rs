//! Copying the catalogue of rights into the database, as its owner.

use kernel::{StorageError, Timestamp};
use migration::role::OWNER;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use tenancy::{Permission, RoleTemplate};

use crate::error::translate_sqlx;

const SYNC: &str = "
    INSERT INTO permissions AS p (key, description, category, created_at)
    SELECT key, description, category, $4
    FROM unnest($1::text[], $2::text[], $3::text[]) AS catalogue (key, description, category)
    ON CONFLICT (key) DO UPDATE SET description = EXCLUDED.description, category = EXCLUDED.category
    WHERE (p.description, p.category) IS DISTINCT FROM (EXCLUDED.description, EXCLUDED.category)
    RETURNING key, xmax = 0 AS added";

const GRANT: &str = "
    INSERT INTO role_permissions (organization_id, role_id, permission_key, created_at)
    SELECT r.organization_id, r.id, granted.permission_key, $3
    FROM unnest($1::text[], $2::text[]) AS granted (template_key, permission_key)
    JOIN roles r ON r.template_key = granted.template_key
    ON CONFLICT (organization_id, role_id, permission_key) DO NOTHING";

const TOUCH: &str = "
    UPDATE roles r SET version = r.version + 1, updated_at = $2, updated_by = NULL
    WHERE r.template_key = ANY ($1::text[])";

/// What the catalogue's copy lacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncedPermissions {
    /// The keys of the rights that were new, in order.
    pub added: Vec<String>,
    /// How many rights got another description or category.
    pub redescribed: usize,
    /// How many roles of all organizations together got a new right.
    pub granted: u64,
}

/// Copies the catalogue of rights into the `permissions` table; belongs to every `migrate`.
///
/// New rights are given to the roles that organizations copied from the templates that have them.
/// Rights that left the catalogue stay in the table, for a later migration to remove. `admin` is whoever
/// ran [`migration::migrate`]. A second run does nothing, and of two at once one waits for the other.
pub async fn sync_permissions(
    admin: &PgConnectOptions,
    at: Timestamp,
) -> Result<SyncedPermissions, StorageError> {
    sync(admin, at).await.map_err(translate_sqlx)
}

async fn sync(admin: &PgConnectOptions, at: Timestamp) -> Result<SyncedPermissions, sqlx::Error> {
    let mut connection = PgConnection::connect_with(admin).await?;
    let mut transaction = connection.begin().await?;
    transaction
        .execute(AssertSqlSafe(format!(
            "SET LOCAL ROLE {OWNER}; SET LOCAL lock_timeout = '30s'; \
             LOCK TABLE permissions IN SHARE ROW EXCLUSIVE MODE"
        )))
        .await?;

    let column = |read: fn(Permission) -> &'static str| {
        Permission::ALL
            .iter()
            .map(|permission| read(*permission))
            .collect::<Vec<_>>()
    };
    let changed = sqlx::query(SYNC)
        .bind(column(Permission::key))
        .bind(column(Permission::description))
        .bind(column(Permission::category))
        .bind(at)
        .fetch_all(&mut *transaction)
        .await?;
    let mut added = Vec::new();
    for row in &changed {
        if row.try_get("added")? {
            added.push(row.try_get::<String, _>("key")?);
        }
    }
    added.sort_unstable();

    let granted = if added.is_empty() {
        0
    } else {
        grant(&mut transaction, &added, at).await?
    };
    transaction.commit().await?;
    connection.close().await?;
    Ok(SyncedPermissions {
        redescribed: changed.len() - added.len(),
        added,
        granted,
    })
}

/// Gives new rights to the copies of the templates that have them, in all organizations.
async fn grant(
    transaction: &mut PgConnection,
    added: &[String],
    at: Timestamp,
) -> Result<u64, sqlx::Error> {
    let (templates, keys): (Vec<_>, Vec<_>) = RoleTemplate::ALL
        .iter()
        .flat_map(|template| {
            let permissions = template.permissions();
            permissions
                .keys()
                .into_iter()
                .filter(|key| added.iter().any(|new| new == key))
                .map(|key| (template.key(), key))
                .collect::<Vec<_>>()
        })
        .unzip();

    // The owner sees no tenant's row while row-level security is forced upon it.
    transaction
        .execute(
            "SELECT force_row_security('roles', false), force_row_security('role_permissions', false)",
        )
        .await?;
    sqlx::query(GRANT)
        .bind(&templates)
        .bind(&keys)
        .bind(at)
        .execute(&mut *transaction)
        .await?;
    let touched = sqlx::query(TOUCH)
        .bind(&templates)
        .bind(at)
        .execute(&mut *transaction)
        .await?;
    transaction
        .execute(
            "SELECT force_row_security('roles', true), force_row_security('role_permissions', true)",
        )
        .await?;
    Ok(touched.rows_affected())
}
