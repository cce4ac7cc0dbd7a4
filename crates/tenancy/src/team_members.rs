//! Use cases: who is in which team.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Checked, Clock, Done, Expected, IdGenerator, MembershipId, Once, Page,
    PageRequest, StorageError, TeamId, TeamMemberId, TenantScope, Timestamp, begin_once,
};

use crate::organizations::deletion;
use crate::ports::{TenancyStore, TenancyUnit};
use crate::teams::find_living;
use crate::workbench::Workbench;
use crate::{Departure, Member, Placement, TeamMember, TeamMemberCard, TenancyError};

/// Use cases on the places in teams.
#[derive(Clone)]
pub struct TeamMembers {
    bench: Workbench,
}

impl TeamMembers {
    /// How many places one request can fill or empty.
    pub const MOST_AT_ONCE: usize = 100;

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

    /// Puts a living member of the organization into a team.
    pub async fn add(
        &self,
        member: &Member,
        team: TeamId,
        membership: Checked<MembershipId>,
        once: &Once<'_, TeamMemberCard>,
    ) -> Result<Done<TeamMemberCard>, TenancyError> {
        let at = self.bench.now();
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        find_living(unit.as_ref(), team).await?;
        let placements = self
            .place(unit.as_ref(), member, team, &[membership?], at)
            .await?;
        let id = match placements.as_slice() {
            [Placement::Added(id)] => *id,
            [Placement::AlreadyIn] => return Err(TenancyError::AlreadyInTeam),
            _ => return Err(TenancyError::NotFound("member")),
        };
        let card = find(unit.as_ref(), team, id).await?;
        once.record(unit.idempotency(), &card).await?;
        unit.commit().await?;
        Ok(Done::Fresh(card))
    }

    /// Puts up to [`TeamMembers::MOST_AT_ONCE`] living members of the organization into a team; tells of
    /// each in the same order what became of it.
    pub async fn add_all(
        &self,
        member: &Member,
        team: TeamId,
        memberships: Checked<Vec<MembershipId>>,
        once: &Once<'_, Vec<(MembershipId, Placement)>>,
    ) -> Result<Done<Vec<(MembershipId, Placement)>>, TenancyError> {
        let at = self.bench.now();
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        find_living(unit.as_ref(), team).await?;
        let memberships = memberships?;
        let placements = self
            .place(unit.as_ref(), member, team, &memberships, at)
            .await?;
        let outcomes = memberships.into_iter().zip(placements).collect::<Vec<_>>();
        once.record(unit.idempotency(), &outcomes).await?;
        unit.commit().await?;
        Ok(Done::Fresh(outcomes))
    }

    async fn place(
        &self,
        unit: &dyn TenancyUnit,
        member: &Member,
        team: TeamId,
        memberships: &[MembershipId],
        at: Timestamp,
    ) -> Result<Vec<Placement>, StorageError> {
        let places = memberships
            .iter()
            .map(|membership| {
                TeamMember::join(
                    self.bench.id(TeamMemberId::from_uuid),
                    member.scope().organization(),
                    team,
                    *membership,
                    at,
                    Some(member.user()),
                )
            })
            .collect::<Vec<_>>();
        let placements = unit.team_members().insert(&places).await?;

        let batch = self.bench.id(std::convert::identity);
        let added = places
            .iter()
            .filter(|place| placements.contains(&Placement::Added(place.id())))
            .map(|place| {
                let draft = AuditDraft::new(
                    "team_member",
                    place.id().as_uuid(),
                    AuditAction::Create,
                    place.as_changes(),
                );
                if memberships.len() > 1 {
                    draft.in_batch(batch)
                } else {
                    draft
                }
            })
            .collect::<Vec<_>>();
        self.bench.note(unit, member.scope(), added).await?;
        Ok(placements)
    }

    /// Who is in a living team, in the order in which they came.
    pub async fn list(
        &self,
        member: &Member,
        team: TeamId,
        page: &PageRequest,
    ) -> Result<Page<TeamMemberCard>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        find_living(unit.as_ref(), team).await?;
        let cards = unit.team_members().list(team, page).await?;
        unit.commit().await?;
        Ok(cards)
    }

    /// A place in a living team.
    pub async fn read(
        &self,
        member: &Member,
        team: TeamId,
        id: TeamMemberId,
    ) -> Result<TeamMemberCard, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        find_living(unit.as_ref(), team).await?;
        let card = find(unit.as_ref(), team, id).await?;
        unit.commit().await?;
        Ok(card)
    }

    /// Takes somebody out of a team.
    pub async fn remove(
        &self,
        member: &Member,
        team: TeamId,
        id: TeamMemberId,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        find_living(unit.as_ref(), team).await?;
        let place = find(unit.as_ref(), team, id).await?.member;
        if !expected.accepts(place.state().stamps.version) {
            return Err(TenancyError::Stale);
        }
        let at = self.bench.now();
        let scope = member.scope();
        let ended = end(&self.bench, unit.as_ref(), scope, &[place], None, at).await?;
        if ended.is_empty() {
            return Err(TenancyError::NotFound("team member"));
        }
        unit.commit().await?;
        Ok(())
    }

    /// Takes up to [`TeamMembers::MOST_AT_ONCE`] people out of a team; tells of each in the same order
    /// what became of it.
    pub async fn remove_all(
        &self,
        member: &Member,
        team: TeamId,
        ids: Checked<Vec<TeamMemberId>>,
    ) -> Result<Vec<(TeamMemberId, Departure)>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        find_living(unit.as_ref(), team).await?;
        let ids = ids?;
        let places = unit.team_members().find_all(team, &ids).await?;
        let batch = Some(self.bench.id(std::convert::identity));
        let at = self.bench.now();
        let scope = member.scope();
        let mut ended = end(&self.bench, unit.as_ref(), scope, &places, batch, at).await?;
        unit.commit().await?;

        let outcomes = ids.into_iter().map(|id| {
            // An id that is named twice is removed once.
            let index = ended.iter().position(|other| *other == id);
            let departure = index.map_or(Departure::NoSuchPlace, |index| {
                ended.swap_remove(index);
                Departure::Removed
            });
            (id, departure)
        });
        Ok(outcomes.collect())
    }
}

/// Takes a member out of all teams, deleted ones included, in the unit in which their membership ends.
///
/// Call it after the ended membership was written: a team that somebody else puts them into at the
/// same time is then either refused or among those found here.
pub(crate) async fn remove_from_all(
    bench: &Workbench,
    unit: &dyn TenancyUnit,
    scope: &TenantScope,
    membership: MembershipId,
    batch: uuid::Uuid,
    at: Timestamp,
) -> Result<(), StorageError> {
    let places = unit.team_members().find_of_membership(membership).await?;
    end(bench, unit, scope, &places, Some(batch), at)
        .await
        .map(drop)
}

async fn find(
    unit: &dyn TenancyUnit,
    team: TeamId,
    id: TeamMemberId,
) -> Result<TeamMemberCard, TenancyError> {
    unit.team_members()
        .find(team, id)
        .await?
        .ok_or(TenancyError::NotFound("team member"))
}

/// Gives these places up and tells which of them were still there.
async fn end(
    bench: &Workbench,
    unit: &dyn TenancyUnit,
    scope: &TenantScope,
    places: &[TeamMember],
    batch: Option<uuid::Uuid>,
    at: Timestamp,
) -> Result<Vec<TeamMemberId>, StorageError> {
    let mut left = places.to_vec();
    for place in &mut left {
        place.leave(at, scope.actor().user());
    }
    let ended = unit.team_members().end(&left).await?;

    let drafts = places
        .iter()
        .zip(&left)
        .filter(|(_, after)| ended.contains(&after.id()))
        .map(|(before, after)| {
            let changes = deletion(&before.state().stamps, &after.state().stamps);
            let id = after.id().as_uuid();
            let draft = AuditDraft::new("team_member", id, AuditAction::Delete, changes);
            match batch {
                Some(batch) => draft.in_batch(batch),
                None => draft,
            }
        })
        .collect::<Vec<_>>();
    bench.note(unit, scope, drafts).await?;
    Ok(ended)
}
