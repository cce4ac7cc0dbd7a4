//! Use cases: making, reading, changing, deleting and restoring teams.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, Done, Expected, IdGenerator, Once, Page,
    PageRequest, StorageError, TeamId, begin_once,
};

use crate::organizations::deletion;
use crate::ports::{TenancyStore, TenancyUnit};
use crate::workbench::Workbench;
use crate::{Member, NewTeam, Team, TeamChange, TenancyError};

/// Use cases on teams.
#[derive(Clone)]
pub struct Teams {
    bench: Workbench,
}

impl Teams {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Makes a team.
    pub async fn create(
        &self,
        member: &Member,
        new: Checked<NewTeam>,
        once: &Once<'_, Team>,
    ) -> Result<Done<Team>, TenancyError> {
        let at = self.bench.now();
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let team = Team::form(
            self.bench.id(TeamId::from_uuid),
            member.scope().organization(),
            new?,
            at,
            Some(member.user()),
        );
        unit.teams().insert(&team).await?;
        self.note(
            unit.as_ref(),
            member,
            &team,
            AuditAction::Create,
            team.changes_since(None),
        )
        .await?;
        once.record(unit.idempotency(), &team).await?;
        unit.commit().await?;
        Ok(Done::Fresh(team))
    }

    /// Living teams, or the deleted ones, in the order of their ids.
    pub async fn list(
        &self,
        member: &Member,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<Team>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let teams = unit.teams().list(deleted, page).await?;
        unit.commit().await?;
        Ok(teams)
    }

    /// A living team.
    pub async fn read(&self, member: &Member, id: TeamId) -> Result<Team, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let team = find_living(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(team)
    }

    /// Changes a team; fails with [`TenancyError::TeamNameTaken`] where another living one has the name.
    pub async fn update(
        &self,
        member: &Member,
        id: TeamId,
        expected: &Expected,
        change: Checked<TeamChange>,
    ) -> Result<Team, TenancyError> {
        match self.try_update(member, id, expected, change.clone()).await {
            Err(error) if is_race(&error) => self.try_update(member, id, expected, change).await,
            done => done,
        }
    }

    async fn try_update(
        &self,
        member: &Member,
        id: TeamId,
        expected: &Expected,
        change: Checked<TeamChange>,
    ) -> Result<Team, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let mut after = before.clone();
        after.change(&change?, self.bench.now(), Some(member.user()));
        let changes = after.changes_since(Some(&before));
        if changes.is_empty() {
            return Ok(before);
        }
        unit.teams()
            .update(&after, before.state().stamps.version)
            .await?;
        self.note(unit.as_ref(), member, &after, AuditAction::Update, changes)
            .await?;
        unit.commit().await?;
        Ok(after)
    }

    /// Deletes a team, restorably: its name is free for others, and who was in it comes back with it.
    pub async fn delete(
        &self,
        member: &Member,
        id: TeamId,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let mut after = before.clone();
        after.delete(self.bench.now(), Some(member.user()));
        unit.teams()
            .update(&after, before.state().stamps.version)
            .await?;
        let changes = deletion(&before.state().stamps, &after.state().stamps);
        self.note(unit.as_ref(), member, &after, AuditAction::Delete, changes)
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Takes the deletion back; fails with [`TenancyError::TeamNameTaken`], naming the living team,
    /// where another one has the name since.
    pub async fn restore(
        &self,
        member: &Member,
        id: TeamId,
        once: &Once<'_, Team>,
    ) -> Result<Done<Team>, TenancyError> {
        match self.try_restore(member, id, once).await {
            Err(error) if is_race(&error) => self.try_restore(member, id, once).await,
            done => done,
        }
    }

    async fn try_restore(
        &self,
        member: &Member,
        id: TeamId,
        once: &Once<'_, Team>,
    ) -> Result<Done<Team>, TenancyError> {
        let at = self.bench.now();
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = unit
            .teams()
            .find(id)
            .await?
            .ok_or(TenancyError::NotFound("team"))?;
        if !before.state().stamps.is_deleted() {
            return Err(TenancyError::NotDeleted);
        }
        let mut after = before.clone();
        after.undelete(at, Some(member.user()));
        unit.teams()
            .update(&after, before.state().stamps.version)
            .await?;
        let changes = deletion(&before.state().stamps, &after.state().stamps);
        self.note(unit.as_ref(), member, &after, AuditAction::Restore, changes)
            .await?;
        once.record(unit.idempotency(), &after).await?;
        unit.commit().await?;
        Ok(Done::Fresh(after))
    }

    async fn note(
        &self,
        unit: &dyn TenancyUnit,
        member: &Member,
        team: &Team,
        action: AuditAction,
        changes: Changes,
    ) -> Result<(), StorageError> {
        let draft = AuditDraft::new("team", team.id().as_uuid(), action, changes);
        self.bench.note(unit, member.scope(), [draft]).await
    }
}

/// Whether another unit took the team's name at the same moment: a second try finds out which team has it.
const fn is_race(error: &TenancyError) -> bool {
    matches!(error, TenancyError::Storage(StorageError::Contended(None)))
}

/// The living team with this id.
pub(crate) async fn find_living(unit: &dyn TenancyUnit, id: TeamId) -> Result<Team, TenancyError> {
    unit.teams()
        .find(id)
        .await?
        .filter(|team| !team.state().stamps.is_deleted())
        .ok_or(TenancyError::NotFound("team"))
}

async fn find_expected(
    unit: &dyn TenancyUnit,
    id: TeamId,
    expected: &Expected,
) -> Result<Team, TenancyError> {
    let team = find_living(unit, id).await?;
    if expected.accepts(team.state().stamps.version) {
        Ok(team)
    } else {
        Err(TenancyError::Stale)
    }
}
