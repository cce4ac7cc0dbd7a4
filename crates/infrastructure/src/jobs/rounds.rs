//! Rounds: what is done for each organization from time to time.

use kernel::{IdGenerator, JobId, JobKind, OrganizationId, RequestId, StorageError, TenantScope};
use sea_orm::{FromQueryResult, Value};
use time::Date;
use uuid::Uuid;

use crate::PostgresDatabase;

/// Of each organization with rows in `event_changes` the first one is read, however many there are. Of the time zones in
/// whose days events of an organization were counted, those are looked at that lie before and behind its own one; and so
/// are campaigns that have none, of which what was counted is forgotten in part.
const TO_FOLLOW: &str = include_str!("to_follow.sql");

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
                   WHERE coalesce(w.final_until < $1::date - 1, true) OR w.time_zone IS DISTINCT FROM o.time_zone \
                   ORDER BY id";
        self.organizations(sql, [before.into()]).await
    }

    /// The organizations of which events are not counted, or in days of another time zone than theirs, in the order of their
    /// ids; none where this scheduler does not act.
    pub(crate) async fn organizations_to_follow(
        &self,
        scheduler: Uuid,
    ) -> Result<Vec<OrganizationId>, StorageError> {
        self.organizations(TO_FOLLOW, [scheduler.into()]).await
    }

    /// All organizations, in the order of their ids: also those that are deleted, which are kept like the others.
    pub(crate) async fn all_organizations(&self) -> Result<Vec<OrganizationId>, StorageError> {
        let sql = "SELECT o.organization_id AS id FROM organizations o ORDER BY o.organization_id";
        self.organizations(sql, []).await
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
