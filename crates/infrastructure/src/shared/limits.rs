//! Limits on how often something may be done, for all processes together.

use async_trait::async_trait;
use kernel::{Quota, RateDecision, RateLimiter, StorageError, Timestamp};
use sea_orm::FromQueryResult;
use time::OffsetDateTime;

use crate::PostgresDatabase;

#[derive(FromQueryResult)]
struct Kept {
    next_at: OffsetDateTime,
}

#[async_trait]
impl RateLimiter for PostgresDatabase {
    async fn take(
        &self,
        key: [u8; 32],
        quota: Quota,
        now: Timestamp,
    ) -> Result<RateDecision, StorageError> {
        let unit = self.begin_platform_for_request().await?;
        unit.port("rate_limits");
        // Makes the row, or locks the one that is there: others wait until this unit ends.
        let sql = "INSERT INTO rate_limits (key, next_at, created_at, updated_at) VALUES ($1, $2, $2, $2) \
                   ON CONFLICT (key) DO UPDATE SET updated_at = $2 RETURNING next_at";
        let kept = unit
            .one::<Kept>(sql, [key.to_vec().into(), now.into()])
            .await?;
        let (next_at, decision) = quota.decide(kept.map(|kept| kept.next_at), now);
        if matches!(decision, RateDecision::Denied { .. }) {
            // Dropped, because a time that was refused does not count.
            return Ok(decision);
        }
        let sql = "UPDATE rate_limits SET next_at = $2 WHERE key = $1";
        unit.execute_sql(sql, [key.to_vec().into(), next_at.into()])
            .await?;
        unit.finish().await?;
        Ok(decision)
    }

    async fn reset(&self, key: [u8; 32]) -> Result<(), StorageError> {
        let unit = self.begin_platform_for_request().await?;
        unit.port("rate_limits");
        let sql = "DELETE FROM rate_limits WHERE key = $1";
        unit.execute_sql(sql, [key.to_vec().into()]).await?;
        unit.finish().await
    }
}
