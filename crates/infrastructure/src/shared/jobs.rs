//! Enqueuing jobs in the transaction that asks for them.

use async_trait::async_trait;
use kernel::{JobQueue, NewJob, StorageError};
use sea_orm::Value;

use crate::unit::PostgresUnit;

#[async_trait]
impl JobQueue for PostgresUnit {
    async fn enqueue(&self, job: &NewJob) -> Result<(), StorageError> {
        let sql = "INSERT INTO job_queue (organization_id, id, kind, payload, status, run_at, attempts, \
                   max_attempts, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, 'pending', $5, 0, $6, $5, $5)";
        let values = [
            self.organization().into(),
            job.id.as_uuid().into(),
            job.kind.as_str().into(),
            Value::Json(Some(Box::new(job.payload.clone()))),
            job.run_at.into(),
            i32::from(job.max_attempts).into(),
        ];
        self.execute_sql(sql, values).await.map(drop)
    }
}
