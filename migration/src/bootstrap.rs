//! The roles, which belong to the whole cluster and so to no migration.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::role::{APP, LOGIN, OWNER, PLATFORM, RETENTION, SEARCH};
use crate::sqlstate::{DUPLICATE_OBJECT, UNIQUE_VIOLATION, is_one_of};

/// Makes the roles that are missing, and gives the database to its owner role.
///
/// Returns whether the login was made now; it then has the password that was passed.
pub(crate) async fn bootstrap(
    admin: &mut PgConnection,
    login_password: &str,
) -> Result<bool, sqlx::Error> {
    let mut made_login = false;
    for role in [OWNER, APP, PLATFORM, SEARCH, RETENTION, LOGIN] {
        if make_role(admin, role, login_password).await? && role == LOGIN {
            made_login = true;
        }
    }

    let privileged: bool = admin
        .fetch_one("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        .await?
        .try_get(0)?;
    if privileged {
        give_rights(admin).await?;
    }
    Ok(made_login)
}

/// Makes one role; `false` where it exists, be it since this moment.
async fn make_role(
    admin: &mut PgConnection,
    role: &str,
    login_password: &str,
) -> Result<bool, sqlx::Error> {
    let exists: bool = sqlx::query("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)")
        .bind(role)
        .fetch_one(&mut *admin)
        .await?
        .try_get(0)?;
    if exists {
        return Ok(false);
    }

    let attributes = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT";
    let statement = if role == LOGIN {
        let password = login_password.replace('\'', "''");
        format!("CREATE ROLE {role} LOGIN PASSWORD '{password}' {attributes}")
    } else {
        format!("CREATE ROLE {role} NOLOGIN {attributes}")
    };
    match admin.execute(AssertSqlSafe(statement)).await {
        Ok(_) => Ok(true),
        Err(error) if is_one_of(&error, &[DUPLICATE_OBJECT, UNIQUE_VIOLATION]) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Memberships of the roles, and the rights on the database that are the administrator's to give.
async fn give_rights(admin: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut transaction = admin.begin().await?;
    // Other databases of the cluster may be bootstrapped at the same time, and grants of
    // memberships write the same catalogue rows. Only a superuser may lock the catalogue; for another
    // administrator one of two bootstraps at the same moment fails, and can be run again.
    let superuser: bool = transaction
        .fetch_one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        .await?
        .try_get(0)?;
    if superuser {
        transaction
            .execute("LOCK TABLE pg_catalog.pg_auth_members IN SHARE ROW EXCLUSIVE MODE")
            .await?;
    }
    // The owner gives functions to the role that they act as, which takes a membership.
    let memberships = [
        (APP, LOGIN),
        (PLATFORM, LOGIN),
        (RETENTION, LOGIN),
        (SEARCH, OWNER),
    ];
    for (role, member_role) in memberships {
        let member: bool = sqlx::query("SELECT pg_has_role($1, $2, 'MEMBER')")
            .bind(member_role)
            .bind(role)
            .fetch_one(&mut *transaction)
            .await?
            .try_get(0)?;
        if !member {
            transaction
                .execute(AssertSqlSafe(format!("GRANT {role} TO {member_role}")))
                .await?;
        }
    }
    // A superuser needs no membership. From PostgreSQL 16 on, whoever makes a role is a member who may not
    // yet become it, so that being a member says nothing; granting twice does no harm.
    if !superuser {
        transaction
            .execute(AssertSqlSafe(format!("GRANT {OWNER} TO CURRENT_USER")))
            .await?;
    }
    transaction.commit().await?;

    let row = admin
        .fetch_one(
            "SELECT quote_ident(current_database()), \
             (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()), \
             (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public')",
        )
        .await?;
    let (database, database_owner, schema_owner): (String, String, String) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    // The schema first: it is the database's owner who may give it away, and only to a role that
    // may make schemas.
    if schema_owner != OWNER {
        admin
            .execute(AssertSqlSafe(format!(
                "GRANT CREATE ON DATABASE {database} TO {OWNER}; ALTER SCHEMA public OWNER TO {OWNER}"
            )))
            .await?;
    }
    if database_owner != OWNER {
        admin
            .execute(AssertSqlSafe(format!(
                "ALTER DATABASE {database} OWNER TO {OWNER}"
            )))
            .await?;
    }
    admin
        .execute(AssertSqlSafe(format!(
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC; GRANT CONNECT ON DATABASE {database} TO {LOGIN}"
        )))
        .await?;
    Ok(())
}
