//! `access_logs` and `error_logs`

use async_trait::async_trait;
use kernel::StorageError;
use sea_orm::Value;
use serde_json::Value as Json;

use super::line::{AccessLine, ErrorLine, Queued};
use crate::PostgresDatabase;

/// Where batches of lines are written.
#[async_trait]
pub trait LogStore: Send + Sync {
    /// Writes the lines, all or none; lines that were written before are left as they are.
    async fn write_access(&self, lines: &[Queued<AccessLine>]) -> Result<(), StorageError>;

    /// Writes the lines, all or none; lines that were written before are left as they are.
    async fn write_errors(&self, lines: &[Queued<ErrorLine>]) -> Result<(), StorageError>;
}

const INSERT_ACCESS: &str = include_str!("insert_access.sql");
const INSERT_ERRORS: &str = include_str!("insert_errors.sql");

#[async_trait]
impl LogStore for PostgresDatabase {
    async fn write_access(&self, lines: &[Queued<AccessLine>]) -> Result<(), StorageError> {
        let rows = lines.iter().map(Queued::<AccessLine>::row).collect();
        self.write_rows(INSERT_ACCESS, rows).await
    }

    async fn write_errors(&self, lines: &[Queued<ErrorLine>]) -> Result<(), StorageError> {
        let rows = lines.iter().map(Queued::<ErrorLine>::row).collect();
        self.write_rows(INSERT_ERRORS, rows).await
    }
}

impl PostgresDatabase {
    async fn write_rows(&self, sql: &str, rows: Vec<Json>) -> Result<(), StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("logs");
        let rows = Value::Json(Some(Box::new(Json::Array(rows))));
        unit.execute_sql(sql, [rows]).await?;
        unit.finish().await
    }
}
