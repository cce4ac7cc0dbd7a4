//! The answers of requests that take effect once.

use async_trait::async_trait;
use kernel::{
    IdempotencyError, IdempotencyLedger, IdempotencyRequest, StorageError, StoredAnswer, Timestamp,
};
use sea_orm::ConnectionTrait;
use sea_orm::{DbBackend, DbErr, FromQueryResult, Statement, Value};
use serde_json::{Value as Json, json};
use time::Duration;

use crate::error::{LOCK_NOT_AVAILABLE, corrupt, sqlstate, translate};
use crate::unit::PostgresUnit;

/// How long an answer is kept.
const KEPT: Duration = Duration::hours(24);

#[derive(FromQueryResult)]
struct Kept {
    fingerprint: Vec<u8>,
    answer: Option<Json>,
}

#[async_trait]
impl IdempotencyLedger for PostgresUnit {
    async fn claim(
        &self,
        request: &IdempotencyRequest,
        at: Timestamp,
    ) -> Result<Option<StoredAnswer>, IdempotencyError> {
        // The insert waits for the transaction that inserted the same key, and gives up after the
        // unit's lock timeout; an expired row is taken over as if it were new.
        let sql = "INSERT INTO idempotency_keys AS k (organization_id, key, fingerprint, expires_at, created_at) \
                   VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (organization_id, key) DO UPDATE \
                   SET fingerprint = EXCLUDED.fingerprint, answer = NULL, expires_at = EXCLUDED.expires_at, \
                       created_at = EXCLUDED.created_at \
                   WHERE k.organization_id = $1 AND k.expires_at <= $5";
        let values: [Value; 5] = [
            self.organization().into(),
            request.key.to_vec().into(),
            request.fingerprint.to_vec().into(),
            (at + KEPT).into(),
            at.into(),
        ];
        let inserted = self
            .execute_raw(Statement::from_sql_and_values(
                DbBackend::Postgres,
                sql,
                values,
            ))
            .await
            .map_err(in_progress)?;
        if inserted.rows_affected() == 1 {
            return Ok(None);
        }

        let sql = "SELECT fingerprint, answer FROM idempotency_keys WHERE organization_id = $1 AND key = $2";
        let kept = self
            .one::<Kept>(
                sql,
                [self.organization().into(), request.key.to_vec().into()],
            )
            .await?
            .ok_or(IdempotencyError::InProgress)?;
        if kept.fingerprint != request.fingerprint {
            return Err(IdempotencyError::Reused);
        }
        let answer = kept.answer.ok_or(IdempotencyError::InProgress)?;
        Ok(Some(
            read(&answer).ok_or_else(|| corrupt("idempotency_keys.answer"))?,
        ))
    }

    async fn record(
        &self,
        request: &IdempotencyRequest,
        answer: &StoredAnswer,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE idempotency_keys SET answer = $3 WHERE organization_id = $1 AND key = $2";
        let values = [
            self.organization().into(),
            request.key.to_vec().into(),
            Value::Json(Some(Box::new(write(answer)))),
        ];
        self.execute_sql(sql, values).await.map(drop)
    }

    async fn forget(&self, request: &IdempotencyRequest) -> Result<(), StorageError> {
        let sql = "DELETE FROM idempotency_keys WHERE organization_id = $1 AND key = $2";
        let values: [Value; 2] = [self.organization().into(), request.key.to_vec().into()];
        self.execute_sql(sql, values).await.map(drop)
    }
}

fn in_progress(error: DbErr) -> IdempotencyError {
    if sqlstate(&error) == Some(LOCK_NOT_AVAILABLE) {
        IdempotencyError::InProgress
    } else {
        translate(error).into()
    }
}

fn write(answer: &StoredAnswer) -> Json {
    match answer {
        StoredAnswer::Whole {
            status,
            etag,
            location,
            body,
        } => {
            json!({"status": status, "etag": etag, "location": location, "body": body})
        }
        StoredAnswer::Withheld { id } => json!({"id": id}),
    }
}

fn read(stored: &Json) -> Option<StoredAnswer> {
    let text = |key: &str| stored.get(key).and_then(Json::as_str).map(str::to_owned);
    if let Some(id) = text("id") {
        return Some(StoredAnswer::Withheld {
            id: id.parse().ok()?,
        });
    }
    Some(StoredAnswer::Whole {
        status: stored.get("status")?.as_u64()?.try_into().ok()?,
        etag: text("etag"),
        location: text("location"),
        body: text("body")?,
    })
}
