//! The values of statements: of those that are put together while the program runs, and of those that take arrays with
//! nulls in them.

use kernel::StorageError;
use sea_orm::Value;
use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::unit::PostgresUnit;

/// The values of a statement in the making, the first of which is the organization.
pub(crate) struct Binds {
    pub(crate) values: Vec<Value>,
}

impl Binds {
    pub(crate) fn of(unit: &PostgresUnit) -> Self {
        Self {
            values: vec![unit.organization().into()],
        }
    }

    /// Binds a value and gives its name in the statement.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

/// What is read of each of the rows, which a statement takes a column at a time.
pub(crate) fn column<'a, R, T>(rows: &'a [R], read: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(read).collect()
}

/// Binds values one after the other.
pub(crate) struct Binder<'v>(pub(crate) &'v mut PgArguments);

impl Binder<'_> {
    pub(crate) fn add<'q, T>(&mut self, value: T) -> Result<(), StorageError>
    where
        T: sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + 'q,
    {
        self.0.add(value).map_err(StorageError::Unexpected)
    }

    /// What is common to all rows of a statement: when and by whom they were made or changed.
    pub(crate) fn add_stamp(
        &mut self,
        at: OffsetDateTime,
        by: Option<Uuid>,
    ) -> Result<(), StorageError> {
        self.add(at)?;
        self.add(by)
    }
}
