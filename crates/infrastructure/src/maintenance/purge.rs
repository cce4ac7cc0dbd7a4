//! Removing for good what was deleted long enough ago.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, AuditTrail as _, Changes, IdGenerator,
    StorageError, TenantScope, Timestamp,
};
use sea_orm::{FromQueryResult, Value};
use time::Duration;
use uuid::Uuid;

use super::kinds::{DUE, KINDS, Kind};
use crate::PostgresDatabase;
use crate::unit::PostgresUnit;

/// For how many days what is deleted can be restored, where the organization chose no other period.
const DAYS: i32 = 90;

/// How many rows that go with something are removed in a unit, of each table of which there may be many.
const MOST_ROWS: i64 = 5_000;

/// In how many units, at most, things of an organization are removed in one run; what is left is the next run's.
const UNITS: usize = 2_000;

/// A round through what one organization deleted.
pub(crate) struct Purge<'a> {
    /// In whose name.
    pub(crate) scope: &'a TenantScope,
    /// When.
    pub(crate) at: Timestamp,
    /// Common to all entries that the round leaves in the audit log.
    pub(crate) batch: Uuid,
    /// What makes the ids of those.
    pub(crate) ids: &'a dyn IdGenerator,
}

impl Purge<'_> {
    /// The entry about one thing that was removed.
    fn entry(&self, kind: &Kind, id: Uuid) -> AuditEntry {
        let draft = AuditDraft::new(kind.entity, id, AuditAction::Purge, Changes::none())
            .because("retention")
            .in_batch(self.batch);
        let entry = AuditEntryId::from_uuid(self.ids.next());
        AuditEntry::new(entry, self.at, self.scope, draft)
    }
}

#[derive(FromQueryResult)]
struct Chosen {
    id: Uuid,
}

impl PostgresDatabase {
    /// Removes for good what an organization deleted longer ago than it is kept, kind by kind, a few things at a time
    /// and with what goes with them, and adds to `counts` how many things of each kind there were.
    ///
    /// A failure does not keep other kinds from being removed; the first one is told.
    pub(crate) async fn purge_deleted(
        &self,
        purge: &Purge<'_>,
        counts: &mut BTreeMap<&'static str, i64>,
    ) -> Result<(), StorageError> {
        let (before, due) = self.look_for_deleted(purge).await?;
        let mut units = UNITS;
        let mut failure = None;
        for kind in KINDS {
            let count = counts.entry(kind.plural).or_default();
            while units > 0 && due.contains(kind.plural) {
                units -= 1;
                match self.purge_some(kind, purge, before).await {
                    Ok(Some(removed)) => *count += removed,
                    Ok(None) => break,
                    Err(error) => {
                        failure = failure.or(Some(error));
                        break;
                    }
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Before which instant the organization has to have deleted what goes now, and of which kinds there is any, by
    /// what they are called where they are counted.
    async fn look_for_deleted(
        &self,
        purge: &Purge<'_>,
    ) -> Result<(Timestamp, BTreeSet<String>), StorageError> {
        #[derive(FromQueryResult)]
        struct Kept {
            days: Option<i32>,
        }
        #[derive(FromQueryResult)]
        struct Due {
            plural: String,
        }
        let sql = "SELECT (o.settings -> 'retention' ->> 'deleted_rows_days')::integer AS days \
                   FROM organizations o WHERE o.organization_id = $1";
        let unit = self.begin_tenant(purge.scope).await?;
        unit.port("maintenance");
        let organization = Value::from(unit.organization());
        let kept = unit.one::<Kept>(sql, [organization.clone()]).await?;
        let days = kept.and_then(|kept| kept.days).unwrap_or(DAYS);
        let before = purge.at.saturating_sub(Duration::days(days.into()));
        let due = unit.all::<Due>(DUE, [organization, before.into()]).await?;
        unit.finish().await?;
        Ok((before, due.into_iter().map(|row| row.plural).collect()))
    }

    /// Some things of a kind that were deleted before an instant and to which nothing leads that stays. The
    /// organization itself sees what does; whoever removes things sees those that are deleted alone.
    async fn choose(
        &self,
        kind: &Kind,
        purge: &Purge<'_>,
        before: Timestamp,
    ) -> Result<Vec<Uuid>, StorageError> {
        let unit = self.begin_tenant(purge.scope).await?;
        unit.port("maintenance");
        let values = [unit.organization().into(), before.into(), kind.most.into()];
        let chosen = unit.all::<Chosen>(kind.chosen, values).await?;
        unit.finish().await?;
        Ok(chosen.into_iter().map(|row| row.id).collect())
    }

    /// Removes some things of a kind, or some of what goes with them where that is much; tells how many things there
    /// were, and `None` where nothing is left to be removed now.
    async fn purge_some(
        &self,
        kind: &Kind,
        purge: &Purge<'_>,
        before: Timestamp,
    ) -> Result<Option<i64>, StorageError> {
        let chosen = self.choose(kind, purge, before).await?;
        if chosen.is_empty() {
            return Ok(None);
        }
        let unit = self.begin_purge(purge.scope.organization()).await?;
        unit.port("maintenance");
        if unit.remove_parts(kind, &chosen).await? {
            unit.finish().await?;
            return Ok(Some(0));
        }
        let values = [
            unit.organization().into(),
            chosen.clone().into(),
            before.into(),
        ];
        let removed = unit.execute_sql(kind.remove, values).await?;
        if removed != chosen.len() as u64 {
            // One of them was restored meanwhile, and what goes with it has to stay: the unit is dropped.
            return Ok(None);
        }
        let entries = chosen.into_iter().map(|id| purge.entry(kind, id));
        let entries = entries.collect::<Vec<_>>();
        unit.port("audit").append(&entries).await?;
        unit.finish().await?;
        Ok(Some(i64::try_from(removed).unwrap_or(i64::MAX)))
    }
}

impl PostgresUnit {
    /// Removes what goes with things of a kind; whether there may be more of it than is removed in a unit.
    async fn remove_parts(&self, kind: &Kind, things: &[Uuid]) -> Result<bool, StorageError> {
        let organization = Value::from(self.organization());
        let things = Value::from(things.to_vec());
        for part in kind.parts {
            let values = [organization.clone(), things.clone(), MOST_ROWS.into()];
            let removed = self.execute_sql(part, values).await?;
            if i64::try_from(removed).is_ok_and(|removed| removed >= MOST_ROWS) {
                return Ok(true);
            }
        }
        for part in kind.rest {
            let values = [organization.clone(), things.clone()];
            self.execute_sql(part, values).await?;
        }
        Ok(false)
    }
}
