//! The SQLSTATEs that the migrations meet (PostgreSQL manual, appendix A).

/// A unique key exists already; two that made the same catalogue row at once.
pub(crate) const UNIQUE_VIOLATION: &str = "23505";
/// The database does not exist.
pub(crate) const INVALID_CATALOG_NAME: &str = "3D000";
/// The role exists already.
pub(crate) const DUPLICATE_OBJECT: &str = "42710";
/// The database exists already.
pub(crate) const DUPLICATE_DATABASE: &str = "42P04";

/// Whether the server answered with one of these.
pub(crate) fn is_one_of(error: &sqlx::Error, states: &[&str]) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| states.contains(&code.as_ref()))
}
