//! The answers of requests that take effect once.

use async_trait::async_trait;
use kernel::{
    IdempotencyError, IdempotencyLedger, IdempotencyRequest, StorageError, StoredAnswer, Timestamp,
};
use time::Duration;

use crate::unit::MemoryUnit;

/// How long an answer is kept.
const KEPT: Duration = Duration::hours(24);

#[async_trait]
impl IdempotencyLedger for MemoryUnit {
    async fn claim(
        &self,
        request: &IdempotencyRequest,
        at: Timestamp,
    ) -> Result<Option<StoredAnswer>, IdempotencyError> {
        let kept = self.read(|tenant| tenant.idempotency.get(&request.key).cloned());
        match kept {
            Some((kept, answer, expires_at)) if expires_at > at => {
                if kept.fingerprint != request.fingerprint {
                    return Err(IdempotencyError::Reused);
                }
                answer.map(Some).ok_or(IdempotencyError::InProgress)
            }
            _ => {
                self.write(|tenant| {
                    tenant
                        .idempotency
                        .insert(request.key, (request.clone(), None, at + KEPT))
                });
                Ok(None)
            }
        }
    }

    async fn record(
        &self,
        request: &IdempotencyRequest,
        answer: &StoredAnswer,
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            if let Some(kept) = tenant.idempotency.get_mut(&request.key) {
                kept.1 = Some(answer.clone());
            }
        });
        Ok(())
    }

    async fn forget(&self, request: &IdempotencyRequest) -> Result<(), StorageError> {
        self.write(|tenant| tenant.idempotency.remove(&request.key));
        Ok(())
    }
}
