//! The places in the teams of the unit's organization.

use async_trait::async_trait;
use kernel::{MembershipId, Page, PageRequest, StorageError, TeamId, TeamMemberId};
use tenancy::ports::TeamMemberRepository;
use tenancy::{Placement, TeamMember, TeamMemberCard};

use crate::state::{GlobalState, TenantState};
use crate::unit::MemoryUnit;

fn is_living(tenant: &TenantState, member: &TeamMember) -> bool {
    !member.state().stamps.is_deleted() && has_member(tenant, member.state().membership)
}

fn has_member(tenant: &TenantState, membership: MembershipId) -> bool {
    tenant
        .memberships
        .get(&membership)
        .is_some_and(|membership| !membership.state().stamps.is_deleted())
}

fn place(tenant: &mut TenantState, member: &TeamMember) -> Placement {
    let wanted = member.state();
    if !has_member(tenant, wanted.membership) {
        return Placement::NoSuchMember;
    }
    let is_in = tenant.team_members.values().any(|other| {
        let other = other.state();
        (other.team, other.membership) == (wanted.team, wanted.membership)
            && !other.stamps.is_deleted()
    });
    if is_in {
        return Placement::AlreadyIn;
    }
    tenant.team_members.insert(wanted.id, member.clone());
    Placement::Added(wanted.id)
}

impl MemoryUnit {
    /// The living places in a team, with who has them.
    fn cards(&self, team: TeamId) -> Vec<TeamMemberCard> {
        let living = self.read(|tenant| {
            tenant
                .team_members
                .values()
                .filter(|member| member.state().team == team && is_living(tenant, member))
                .filter_map(|member| {
                    let membership = tenant.memberships.get(&member.state().membership)?;
                    Some((member.clone(), membership.state().user))
                })
                .collect::<Vec<_>>()
        });
        self.read_global(|global: &GlobalState| {
            living
                .into_iter()
                .filter_map(|(member, user)| {
                    let account = global.users.get(&user)?.state();
                    Some(TeamMemberCard {
                        member,
                        user,
                        display_name: account.display_name.clone(),
                        email: account.email.clone(),
                    })
                })
                .collect()
        })
    }
}

#[async_trait]
impl TeamMemberRepository for MemoryUnit {
    async fn insert(&self, members: &[TeamMember]) -> Result<Vec<Placement>, StorageError> {
        Ok(self.write(|tenant| members.iter().map(|member| place(tenant, member)).collect()))
    }

    async fn find(
        &self,
        team: TeamId,
        id: TeamMemberId,
    ) -> Result<Option<TeamMemberCard>, StorageError> {
        Ok(self
            .cards(team)
            .into_iter()
            .find(|card| card.member.id() == id))
    }

    async fn list(
        &self,
        team: TeamId,
        page: &PageRequest,
    ) -> Result<Page<TeamMemberCard>, StorageError> {
        let cards = self.cards(team).into_iter();
        Ok(self.page(cards, page, |card| card.member.id().as_uuid()))
    }

    async fn find_all(
        &self,
        team: TeamId,
        ids: &[TeamMemberId],
    ) -> Result<Vec<TeamMember>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .team_members
                .values()
                .filter(|member| ids.contains(&member.id()) && member.state().team == team)
                .filter(|member| is_living(tenant, member))
                .cloned()
                .collect()
        }))
    }

    async fn find_of_membership(
        &self,
        membership: MembershipId,
    ) -> Result<Vec<TeamMember>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .team_members
                .values()
                .filter(|member| member.state().membership == membership)
                .filter(|member| !member.state().stamps.is_deleted())
                .cloned()
                .collect()
        }))
    }

    async fn end(&self, members: &[TeamMember]) -> Result<Vec<TeamMemberId>, StorageError> {
        Ok(self.write(|tenant| {
            let mut ended = Vec::new();
            for member in members {
                let stored = tenant.team_members.get_mut(&member.id());
                if let Some(stored) = stored
                    && stored.state().stamps.version.next() == member.state().stamps.version
                {
                    *stored = member.clone();
                    ended.push(member.id());
                }
            }
            ended
        }))
    }
}
