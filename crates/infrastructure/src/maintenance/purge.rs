//! Removing for good what was deleted long enough ago.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, AuditTrail as _, Changes, Classify as _,
    Clock, IdGenerator, StorageError, TenantScope, Timestamp,
};
use sea_orm::{FromQueryResult, Value};
use time::Duration;
use uuid::Uuid;

use super::kinds::{KINDS, Kind, due};
use crate::PostgresDatabase;
use crate::unit::PostgresUnit;

/// For how many days what is deleted can be restored, where the organization chose no other period.
const DAYS: i32 = 90;

/// How many rows that go with something are removed in a unit, of each table of which there may be many.
const MOST_ROWS: i64 = 5_000;

/// In how many units, at most, things of an organization are removed in one run; what is left is the next run's.
const UNITS: usize = 2_000;

/// How many things of a kind that cannot be removed are passed by before other kinds have their turn: to find one of them
/// takes units that other things wait for.
const MOST_PASSED_BY: usize = 10;

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
    /// What tells when the time is over.
    pub(crate) clock: &'a dyn Clock,
    /// From when on no further unit begins.
    pub(crate) until: Timestamp,
}

impl Purge<'_> {
    /// Whether what is left is a later run's.
    fn is_over(&self) -> bool {
        self.clock.now() >= self.until
    }

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

/// How far a round is with a kind.
struct Turn {
    kind: &'static Kind,
    /// Behind which thing it goes on.
    after: Uuid,
    /// How many things are tried next.
    most: i64,
    /// Why several things could not be removed together, and how many of them are left, until it is known which of them that
    /// was, or all of them are gone.
    unexplained: Option<(StorageError, usize)>,
}

impl Turn {
    const fn of(kind: &'static Kind) -> Self {
        Self {
            kind,
            after: Uuid::nil(),
            most: kind.most,
            unexplained: None,
        }
    }

    /// So many things are gone, which may be those that could not be removed together.
    fn get_over(&mut self, gone: usize) {
        self.unexplained = self.unexplained.take().and_then(|(failure, left)| {
            Some((failure, left.checked_sub(gone).filter(|it| *it > 0)?))
        });
    }
}

/// How far a round is.
struct Progress {
    /// What was deleted before this instant goes.
    before: Timestamp,
    /// How many units are left.
    units: usize,
    /// The first failure that was not got over.
    failure: Option<StorageError>,
    /// How many units failed, by what they were to remove and by the codes of their errors.
    failed: BTreeMap<(&'static str, &'static str), usize>,
}

impl Progress {
    const fn begin(before: Timestamp) -> Self {
        Self {
            before,
            units: UNITS,
            failure: None,
            failed: BTreeMap::new(),
        }
    }

    /// Counts a unit that failed.
    fn note(&mut self, kind: &Kind, error: &StorageError) {
        *self.failed.entry((kind.entity, error.code())).or_default() += 1;
    }

    /// Counts a unit that failed and that no smaller one makes up for.
    fn fail(&mut self, kind: &Kind, error: StorageError) {
        self.note(kind, &error);
        self.failure.get_or_insert(error);
    }

    /// Logs what failed, once for all units that did so alike, and tells the first failure that was not got over.
    fn end(self) -> Result<(), StorageError> {
        for ((kind, code), units) in self.failed {
            tracing::warn!(
                purge.kind = kind,
                error.code = code,
                units,
                "what was deleted could not be purged, or not at once"
            );
        }
        self.failure.map_or(Ok(()), Err)
    }
}

impl PostgresDatabase {
    /// Removes for good what an organization deleted longer ago than it is kept, kind by kind, a few things at a time
    /// and with what goes with them, and adds to `counts` how many things of each kind there were.
    ///
    /// What cannot be removed keeps nothing else from going; the first failure is told. A kind with many such things has
    /// another turn when the others had theirs.
    pub(crate) async fn purge_deleted(
        &self,
        purge: &Purge<'_>,
        counts: &mut BTreeMap<&'static str, i64>,
    ) -> Result<(), StorageError> {
        let (before, due) = self.look_for_deleted(purge).await?;
        let mut turns = VecDeque::new();
        for kind in KINDS {
            counts.entry(kind.table).or_default();
            if due.contains(kind.table) {
                turns.push_back(Turn::of(kind));
            }
        }
        let mut progress = Progress::begin(before);
        while let Some(mut turn) = turns.pop_front() {
            let count = counts.entry(turn.kind.table).or_default();
            let purging = self.purge_kind(&mut turn, purge, &mut progress, count);
            if purging.await {
                turns.push_back(turn);
            }
        }
        progress.end()
    }

    /// Removes things of a kind until none are left, or the round is over, or too many of them could not be removed: then
    /// the kind is to have another turn.
    async fn purge_kind(
        &self,
        turn: &mut Turn,
        purge: &Purge<'_>,
        progress: &mut Progress,
        count: &mut i64,
    ) -> bool {
        let kind = turn.kind;
        let mut passed_by = 0;
        while passed_by < MOST_PASSED_BY {
            if progress.units == 0 || purge.is_over() {
                let failure = turn.unexplained.take().map(|(failure, _)| failure);
                progress.failure = progress.failure.take().or(failure);
                return false;
            }
            progress.units -= 1;
            let chosen = match self.choose(turn, purge, progress.before).await {
                Ok(chosen) => chosen,
                Err(error) => {
                    progress.fail(kind, error);
                    return false;
                }
            };
            let Some(last) = chosen.last().copied() else {
                return false;
            };
            let purged = self.purge_some(kind, purge, progress.before, &chosen);
            match purged.await {
                Ok(removed) => {
                    *count += removed;
                    turn.get_over(chosen.len());
                    turn.most = (turn.most * 2).min(kind.most);
                }
                // Which of them it is that cannot go is found out by halves.
                Err(error) if chosen.len() > 1 => {
                    progress.note(kind, &error);
                    turn.most = i64::try_from(chosen.len() / 2).unwrap_or(1);
                    let before = turn.unexplained.take().map_or(0, |(_, left)| left);
                    turn.unexplained = Some((error, chosen.len().max(before)));
                }
                Err(error) => {
                    progress.fail(kind, error);
                    turn.unexplained = None;
                    turn.after = last;
                    passed_by += 1;
                }
            }
        }
        true
    }

    /// Before which instant the organization has to have deleted what goes now, and of which kinds there is any, by
    /// their tables.
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
            kind: String,
        }
        let sql = "SELECT (o.settings -> 'retention' ->> 'deleted_rows_days')::integer AS days \
                   FROM organizations o WHERE o.organization_id = $1";
        let unit = self.begin_tenant(purge.scope).await?;
        unit.port("maintenance");
        let organization = Value::from(unit.organization());
        let kept = unit.one::<Kept>(sql, [organization.clone()]).await?;
        let days = kept.and_then(|kept| kept.days).unwrap_or(DAYS);
        let before = purge.at.saturating_sub(Duration::days(days.into()));
        let due = unit
            .all::<Due>(&due(), [organization, before.into()])
            .await?;
        unit.finish().await?;
        Ok((before, due.into_iter().map(|row| row.kind).collect()))
    }

    /// Some things of the kind that has its turn, as many as are tried next, that were deleted before an instant and to which
    /// nothing leads that stays. The organization itself sees what does; whoever removes things sees those that are deleted
    /// alone. What has to be known of them when they are gone is kept already.
    async fn choose(
        &self,
        turn: &Turn,
        purge: &Purge<'_>,
        before: Timestamp,
    ) -> Result<Vec<Uuid>, StorageError> {
        let kind = turn.kind;
        let unit = self.begin_tenant(purge.scope).await?;
        unit.port("maintenance");
        let organization = Value::from(unit.organization());
        let values = [
            organization,
            before.into(),
            turn.most.into(),
            turn.after.into(),
        ];
        let chosen = unit.all::<Chosen>(kind.chosen, values).await?;
        let chosen: Vec<_> = chosen.into_iter().map(|row| row.id).collect();
        if let Some(kept) = kind.kept
            && !chosen.is_empty()
        {
            let organization = Value::from(unit.organization());
            let values = [organization, chosen.clone().into(), purge.at.into()];
            unit.execute_sql(kept, values).await?;
        }
        unit.finish().await?;
        Ok(chosen)
    }

    /// Removes things of a kind, or some of what goes with them where that is much; tells how many things there were. What
    /// was restored since it was chosen stays.
    async fn purge_some(
        &self,
        kind: &Kind,
        purge: &Purge<'_>,
        before: Timestamp,
        chosen: &[Uuid],
    ) -> Result<i64, StorageError> {
        let unit = self.begin_purge(purge.scope.organization()).await?;
        unit.port("maintenance");
        let organization = Value::from(unit.organization());
        let values = [organization.clone(), chosen.to_vec().into(), before.into()];
        let locked = unit.all::<Chosen>(&kind.lock(), values).await?;
        let things: Vec<_> = locked.into_iter().map(|row| row.id).collect();
        if things.is_empty() {
            return Ok(0);
        }
        if unit.remove_parts(kind, &things).await? {
            unit.finish().await?;
            return Ok(0);
        }
        let values = [organization, things.clone().into()];
        let removed = unit.execute_sql(&kind.remove(), values).await?;
        let entries = things.into_iter().map(|id| purge.entry(kind, id));
        let entries = entries.collect::<Vec<_>>();
        unit.port("audit").append(&entries).await?;
        unit.finish().await?;
        Ok(i64::try_from(removed).unwrap_or(i64::MAX))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_several_things_is_got_over_when_as_many_are_gone() {
        let mut turn = Turn::of(&KINDS[0]);
        turn.unexplained = Some((StorageError::Contended(None), 10));

        turn.get_over(5);
        assert!(matches!(turn.unexplained, Some((_, 5))));
        turn.get_over(4);
        assert!(matches!(turn.unexplained, Some((_, 1))));
        turn.get_over(8);
        assert!(turn.unexplained.is_none());
    }
}
