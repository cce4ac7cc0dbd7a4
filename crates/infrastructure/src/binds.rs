//! Statements that are put together while the program runs.

use sea_orm::Value;

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
