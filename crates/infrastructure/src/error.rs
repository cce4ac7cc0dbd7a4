//! The only place that knows SQLSTATEs (PostgreSQL manual, appendix A).

use kernel::StorageError;
use sea_orm::{DbErr, RuntimeErr};

/// A lock was not granted in time.
pub(crate) const LOCK_NOT_AVAILABLE: &str = "55P03";
/// A unique key exists already.
pub(crate) const UNIQUE_VIOLATION: &str = "23505";
/// A role or another object that is named does not exist.
pub(crate) const UNDEFINED_OBJECT: &str = "42704";
/// Two transactions wait for each other.
const DEADLOCK_DETECTED: &str = "40P01";
/// The statement ran into its timeout, or was cancelled.
const QUERY_CANCELED: &str = "57014";
/// Concurrent transactions cannot be put into an order.
const SERIALIZATION_FAILURE: &str = "40001";
/// Connection exceptions, insufficient resources, operator intervention, system errors.
const UNAVAILABLE_CLASSES: [&str; 4] = ["08", "53", "57", "58"];

/// What the database's failure means for a domain.
pub(crate) fn translate(error: DbErr) -> StorageError {
    match sqlstate(&error) {
        Some(LOCK_NOT_AVAILABLE | DEADLOCK_DETECTED | SERIALIZATION_FAILURE) => {
            StorageError::Contended(Some(Box::new(error)))
        }
        Some(QUERY_CANCELED) => StorageError::Unavailable(Some(Box::new(error))),
        Some(code)
            if UNAVAILABLE_CLASSES
                .iter()
                .any(|class| code.starts_with(class)) =>
        {
            StorageError::Unavailable(Some(Box::new(error)))
        }
        None if is_connection_failure(&error) => StorageError::Unavailable(Some(Box::new(error))),
        _ => StorageError::Unexpected(Box::new(error)),
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
