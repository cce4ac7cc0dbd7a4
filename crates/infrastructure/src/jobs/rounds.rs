//! Rounds: what is done for each organization from time to time.

use kernel::{IdGenerator, JobId, JobKind, OrganizationId, RequestId, StorageError, TenantScope};
use sea_orm::{FromQueryResult, Value};
use time::Date;
use uuid::Uuid;

use crate::PostgresDatabase;

#[derive(FromQueryResult)]
struct Listed {
    id: Uuid,
}

impl PostgresDatabase {
    /// The organizations of which events are not counted, or days before this one are not final, or events are counted in
    /// days of another time zone than theirs, in the order of their ids.
    pub(crate) async fn organizations_to_count(
        &self,
        before: Date,
    ) -> Result<Vec<OrganizationId>, StorageError> {
        let sql = "SELECT c.organization_id AS id FROM event_changes c \
                   UNION SELECT w.organization_id FROM campaign_aggregations w \
                   JOIN organizations o ON o.organization_id = w.organization_id \
                   WHERE coalesce(w.final_until < $1::date - 1, true) OR o.settings ->> 'timezone' <> w.time_zone \
                   ORDER BY id";
        self.organizations(sql, [before.into()]).await
    }

    /// The organizations of which events are not counted, or in days of another time zone than theirs, in the order of their
    /// ids; none where this scheduler does not act.
    pub(crate) async fn organizations_to_follow(
        &self,
        scheduler: Uuid,
    ) -> Result<Vec<OrganizationId>, StorageError> {
        let sql = "SELECT noted.id FROM (\
                       SELECT c.organization_id AS id FROM event_changes c \
                       UNION SELECT w.organization_id FROM campaign_aggregations w \
                       JOIN organizations o ON o.organization_id = w.organization_id \
                       WHERE o.settings ->> 'timezone' <> w.time_zone\
                   ) AS noted \
                   WHERE EXISTS (SELECT FROM scheduler_leases l WHERE l.name = 'scheduler' AND l.scheduler = $1 \
                       AND l.lease_until > clock_timestamp()) ORDER BY noted.id";
        self.organizations(sql, [scheduler.into()]).await
    }

    async fn organizations<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<Vec<OrganizationId>, StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("scheduler");
        let listed = unit.all::<Listed>(sql, values).await?;
        unit.finish().await?;
        let ids = listed.into_iter();
        Ok(ids.map(|row| OrganizationId::from_uuid(row.id)).collect())
    }
}

/// In whose name a job of this kind is asked for in a round.
pub(crate) fn scope_of(
    organization: OrganizationId,
    kind: JobKind,
    ids: &dyn IdGenerator,
) -> TenantScope {
    let job = JobId::from_uuid(ids.next());
    let run = RequestId::from_uuid(ids.next());
    TenantScope::for_job(organization, kind, job, run)
}
