//! The only place that knows SQLSTATEs (PostgreSQL manual, appendix A).

use kernel::StorageError;
use sea_orm::{DbErr, RuntimeErr};

/// A lock was not granted in time.
pub(crate) const LOCK_NOT_AVAILABLE: &str = "55P03";
/// A unique key exists already.
pub(crate) const UNIQUE_VIOLATION: &str = "23505";
/// A role or another object that is named does not exist.
pub(crate) const UNDEFINED_OBJECT: &str = "42704";
/// A check constraint, or the bounds of all partitions, refuse a row.
const CHECK_VIOLATION: &str = "23514";
/// Two transactions wait for each other.
const DEADLOCK_DETECTED: &str = "40P01";
/// The statement ran into its timeout, or was cancelled.
const QUERY_CANCELED: &str = "57014";
/// The server is not in the state that this needs: the database takes no connections for now.
const NOT_IN_PREREQUISITE_STATE: &str = "55000";
/// Concurrent transactions cannot be put into an order.
const SERIALIZATION_FAILURE: &str = "40001";
/// Connection exceptions, insufficient resources, operator intervention, system errors.
const UNAVAILABLE_CLASSES: [&str; 4] = ["08", "53", "57", "58"];

/// What is told of a failure of the database, in logs and to the error log: which one it was, and never
/// the server's own text, which may quote what was stored or sent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DatabaseFailure {
    /// The server refused.
    #[error("the database answered SQLSTATE {sqlstate}{}", named(constraint.as_deref()))]
    Answered {
        sqlstate: String,
        constraint: Option<String>,
    },
    /// The month of a row has no partition.
    #[error("no partition of the table takes the row")]
    NoPartition,
    /// The connection failed.
    #[error("the connection to the database failed: {0}")]
    Connection(std::io::ErrorKind),
    /// A value does not have the type that the program expects.
    #[error("the column `{0}` does not have the expected type")]
    Column(String),
    /// Anything else, by a name of ours.
    #[error("{0}")]
    Named(&'static str),
}

fn named(constraint: Option<&str>) -> String {
    constraint.map_or_else(String::new, |name| format!(" (constraint `{name}`)"))
}

impl DatabaseFailure {
    fn of(error: &DbErr) -> Self {
        match source(error) {
            Some(error) => Self::of_sqlx(error),
            None => Self::Named(match error {
                DbErr::ConnectionAcquire(_) => "no connection to the database was free",
                DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
                    "a stored value does not have the expected type"
                }
                DbErr::RecordNotInserted => "no row was inserted",
                DbErr::RecordNotUpdated => "no row was updated",
                DbErr::RecordNotFound(_) => "a row was not found",
                _ => "the database layer failed",
            }),
        }
    }

    fn of_sqlx(error: &sqlx::Error) -> Self {
        Self::Named(match error {
            sqlx::Error::Database(error) => {
                let sqlstate = error.code().unwrap_or_default().into_owned();
                let constraint = error.constraint().map(str::to_owned);
                // A check that failed without a constraint is that of the partitions' bounds.
                if sqlstate == CHECK_VIOLATION && constraint.is_none() {
                    return Self::NoPartition;
                }
                return Self::Answered {
                    sqlstate,
                    constraint,
                };
            }
            sqlx::Error::Io(error) => return Self::Connection(error.kind()),
            sqlx::Error::ColumnDecode { index, .. } => return Self::Column(index.clone()),
            sqlx::Error::Tls(_) => "the connection to the database could not be encrypted",
            sqlx::Error::PoolTimedOut => "no connection to the database was free in time",
            sqlx::Error::PoolClosed => "the connections to the database are closed",
            sqlx::Error::WorkerCrashed => "the connection to the database broke",
            sqlx::Error::BeginFailed => "the transaction did not begin",
            sqlx::Error::RowNotFound => "a row was not found",
            sqlx::Error::Protocol(_) => "the database answered out of protocol",
            sqlx::Error::Encode(_) => "a value could not be encoded",
            sqlx::Error::Decode(_) => "a value could not be decoded",
            _ => "the database layer failed",
        })
    }
}

/// What the database's failure means for a domain.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands in `map_err`, which gives errors by value"
)]
pub(crate) fn translate(error: DbErr) -> StorageError {
    let failure = Box::new(DatabaseFailure::of(&error));
    match sqlstate(&error) {
        Some(LOCK_NOT_AVAILABLE | DEADLOCK_DETECTED | SERIALIZATION_FAILURE) => {
            StorageError::Contended(Some(failure))
        }
        Some(QUERY_CANCELED | NOT_IN_PREREQUISITE_STATE) => {
            StorageError::Unavailable(Some(failure))
        }
        Some(code)
            if UNAVAILABLE_CLASSES
                .iter()
                .any(|class| code.starts_with(class)) =>
        {
            StorageError::Unavailable(Some(failure))
        }
        None if is_connection_failure(&error) => StorageError::Unavailable(Some(failure)),
        _ => StorageError::Unexpected(failure),
    }
}

/// As [`translate`], for what sqlx says itself.
pub(crate) fn translate_sqlx(error: sqlx::Error) -> StorageError {
    translate(wrap(error))
}

/// An error of sqlx as sea-orm has it.
pub(crate) fn wrap(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(std::sync::Arc::new(error)))
}

/// The SQLSTATE that the server answered, if it was the server that failed.
pub(crate) fn sqlstate(error: &DbErr) -> Option<&str> {
    match source(error)? {
        sqlx::Error::Database(error) => error
            .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
            .map(sqlx::postgres::PgDatabaseError::code),
        _ => None,
    }
}

fn source(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn is_connection_failure(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_))
        || matches!(
            source(error),
            Some(
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
                    | sqlx::Error::BeginFailed
            )
        )
}

/// A stored value that breaks an invariant; `what` names the column, never the value.
pub(crate) fn corrupt(what: &'static str) -> StorageError {
    StorageError::Corrupt(what.to_owned())
}

/// Tells a unique violation as the domain's conflict; the unit is aborted by it.
pub(crate) fn conflict<E: From<StorageError>>(taken: E) -> impl FnOnce(DbErr) -> E {
    move |error| {
        if sqlstate(&error) == Some(UNIQUE_VIOLATION) {
            taken
        } else {
            translate(error).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_drivers_own_text_is_told() {
        let secret = "canary@example.com";
        let errors = [
            DbErr::Custom(secret.to_owned()),
            DbErr::Type(secret.to_owned()),
            DbErr::Json(secret.to_owned()),
            DbErr::RecordNotFound(secret.to_owned()),
            wrap(sqlx::Error::Protocol(secret.to_owned())),
            wrap(sqlx::Error::Decode(secret.into())),
            wrap(sqlx::Error::Encode(secret.into())),
            wrap(sqlx::Error::Io(std::io::Error::other(secret))),
            wrap(sqlx::Error::ColumnDecode {
                index: "settings".to_owned(),
                source: secret.into(),
            }),
        ];
        for error in errors {
            let told = translate(error);
            let source = std::error::Error::source(&told).map(ToString::to_string);

            assert!(!format!("{told:?} {told} {source:?}").contains(secret));
            assert!(source.is_some_and(|source| !source.is_empty()));
        }
    }
}
