//! Addresses that must not be mailed any more: `suppressions`, by the contacts that have them or had

use async_trait::async_trait;
use campaigns::ports::Stops;
use campaigns::{Stop, StopReason};
use kernel::{SimulationId, StorageError, SuppressionId, Timestamp};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Made {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct Lifted {
    id: Uuid,
    has_left: bool,
}

#[async_trait]
impl Stops for PostgresUnit {
    async fn add(&self, stops: &[Stop], at: Timestamp) -> Result<Vec<SuppressionId>, StorageError> {
        // In one order, so that two that stop the same people wait for each other instead of both.
        let sql = "INSERT INTO suppressions (organization_id, id, address_hash, reason, source, source_id, created_at) \
                   SELECT $1, stop.id, person.address_hash, stop.reason, stop.source, stop.source_id, $7 \
                   FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[]) \
                   AS stop (id, contact_id, reason, source, source_id) \
                   CROSS JOIN LATERAL (SELECT coalesce(\
                       (SELECT c.email_hash FROM contacts c WHERE c.organization_id = $1 AND c.id = stop.contact_id), \
                       (SELECT p.address_hash FROM purged_contacts p \
                        WHERE p.organization_id = $1 AND p.contact_id = stop.contact_id)\
                   )) AS person (address_hash) \
                   WHERE person.address_hash IS NOT NULL \
                   ORDER BY person.address_hash, stop.reason, stop.source, stop.id \
                   ON CONFLICT (organization_id, address_hash, reason, source) DO NOTHING RETURNING id";
        let words = |stop: &Stop| {
            let reason = stop.reason.as_suppression().to_owned();
            (reason, stop.source.as_str().to_owned())
        };
        let (reasons, sources): (Vec<_>, Vec<_>) = stops.iter().map(words).unzip();
        let column = |id: fn(&Stop) -> Uuid| stops.iter().map(id).collect::<Vec<_>>();
        let values = [
            self.organization().into(),
            column(|stop| stop.id.as_uuid()).into(),
            column(|stop| stop.contact.as_uuid()).into(),
            reasons.into(),
            sources.into(),
            column(|stop| stop.source.id()).into(),
            at.into(),
        ];
        let made = self.all::<Made>(sql, values).await?;
        let ids = made.into_iter().map(|row| SuppressionId::from_uuid(row.id));
        Ok(ids.collect())
    }

    async fn lift(
        &self,
        simulation: SimulationId,
    ) -> Result<Vec<(SuppressionId, StopReason)>, StorageError> {
        let sql = "WITH lifted AS (\
                       DELETE FROM suppressions s WHERE s.organization_id = $1 AND s.source = 'simulation' \
                       AND s.source_id = $2 RETURNING s.id, s.reason\
                   ) SELECT lifted.id, lifted.reason = $3 AS has_left FROM lifted ORDER BY lifted.id";
        let values = [
            self.organization().into(),
            simulation.as_uuid().into(),
            StopReason::Unsubscribed.as_suppression().into(),
        ];
        let lifted = self.all::<Lifted>(sql, values).await?;
        let lifted = lifted.into_iter().map(|row| {
            let reason = if row.has_left {
                StopReason::Unsubscribed
            } else {
                StopReason::Suppressed
            };
            (SuppressionId::from_uuid(row.id), reason)
        });
        Ok(lifted.collect())
    }
}
