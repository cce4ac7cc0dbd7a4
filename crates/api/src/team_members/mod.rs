//! Who is in which team.

mod dto;

use kernel::{MembershipId, TeamId, TeamMemberId};
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::{Permission, Placement, TeamMemberCard, TeamMembers};

use self::dto::{
    AddTeamMemberRequest, AddTeamMembersRequest, DeparturesAnswer, PlacementsAnswer,
    RemoveTeamMembersRequest, TeamMemberAnswer, membership, memberships, places,
};
use crate::answer::{Answer, Created, Finished, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on places in teams.
pub struct TeamMembersApi {
    team_members: TeamMembers,
}

impl TeamMembersApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(team_members: TeamMembers) -> Self {
        Self { team_members }
    }
}

#[OpenApi(tag = "Tag::Teams")]
impl TeamMembersApi {
    /// Add somebody to a team
    ///
    /// Only who belongs to the organization can be in its teams, in as many as they like. Needs the permission
    /// `team.update`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team/members",
        method = "post",
        operation_id = "addTeamMember"
    )]
    async fn add(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        idempotency_key: IdempotencyKey,
        body: Body<AddTeamMemberRequest>,
    ) -> Result<Created<TeamMemberAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamUpdate)
            .await?;
        let command = body.decode(membership)?;
        let rendering = Created::rendering(|card: &TeamMemberCard| {
            let state = card.member.state();
            Answer {
                location: Some(format!(
                    "/v1/organizations/{}/teams/{}/members/{}",
                    state.organization, state.team, state.id
                )),
                version: Some(state.stamps.version),
                body: TeamMemberAnswer::from(card),
            }
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .team_members
            .add(&member, team.0, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Add several people to a team
    ///
    /// Tells of each, in the order in which they were named, what became of it. Needs the permission `team.update`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team/members/bulk-add",
        method = "post",
        operation_id = "addTeamMembers"
    )]
    async fn add_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        idempotency_key: IdempotencyKey,
        body: Body<AddTeamMembersRequest>,
    ) -> Result<Finished<PlacementsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamUpdate)
            .await?;
        let command = body.decode(memberships)?;
        let rendering = Finished::rendering(|outcomes: &Vec<(MembershipId, Placement)>| Answer {
            location: None,
            version: None,
            body: PlacementsAnswer::from(outcomes.as_slice()),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .team_members
            .add_all(&member, team.0, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List who is in a team
    ///
    /// In the order in which they came. Needs the permission `team.view`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team/members",
        method = "get",
        operation_id = "listTeamMembers"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<TeamMemberAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamView)
            .await?;
        let page = self
            .team_members
            .list(&member, team.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |card| TeamMemberAnswer::from(&card)))
    }

    /// Read somebody's place in a team
    ///
    /// Needs the permission `team.view`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team/members/:team_member",
        method = "get",
        operation_id = "readTeamMember"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        team_member: Path<TeamMemberId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<TeamMemberAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamView)
            .await?;
        let card = self
            .team_members
            .read(&member, team.0, team_member.0)
            .await?;
        let version = card.member.state().stamps.version;
        Ok(Found::new(
            TeamMemberAnswer::from(&card),
            version,
            &if_none_match,
        )?)
    }

    /// Remove somebody from a team
    ///
    /// They stay in the organization and in other teams. Needs the permission `team.update`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team/members/:team_member",
        method = "delete",
        operation_id = "removeTeamMember"
    )]
    async fn remove(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        team_member: Path<TeamMemberId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamUpdate)
            .await?;
        self.team_members
            .remove(&member, team.0, team_member.0, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Remove several people from a team
    ///
    /// Tells of each, in the order in which they were named, what became of it. Needs the permission `team.update`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team/members/bulk-remove",
        method = "post",
        operation_id = "removeTeamMembers"
    )]
    async fn remove_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        body: Body<RemoveTeamMembersRequest>,
    ) -> Result<Json<DeparturesAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamUpdate)
            .await?;
        let command = body.decode(places)?;
        let outcomes = self
            .team_members
            .remove_all(&member, team.0, command)
            .await?;
        Ok(Json(DeparturesAnswer::from(outcomes)))
    }
}
