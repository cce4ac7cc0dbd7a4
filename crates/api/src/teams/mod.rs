//! Teams: groups of members that work can be given to.

mod dto;

use kernel::TeamId;
use poem_openapi::OpenApi;
use tenancy::{Permission, Team, Teams};

use self::dto::{CreateTeamRequest, TeamAnswer, UpdateTeamRequest, new_team, team_change};
use crate::answer::{Answer, Changed, Created, Finished, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path, Query, flag, parameters};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on teams.
pub struct TeamsApi {
    teams: Teams,
}

impl TeamsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(teams: Teams) -> Self {
        Self { teams }
    }
}

#[OpenApi(tag = "Tag::Teams")]
impl TeamsApi {
    /// Create a team
    ///
    /// Makes a team with nobody in it. Where a living team has the name, the answer is 409 with that team's id. Needs
    /// the permission `team.create`.
    #[oai(
        path = "/v1/organizations/:organization/teams",
        method = "post",
        operation_id = "createTeam"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateTeamRequest>,
    ) -> Result<Created<TeamAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamCreate)
            .await?;
        let command = body.decode(new_team)?;
        let rendering = Created::rendering(|team: &Team| Answer {
            location: Some(format!(
                "/v1/organizations/{}/teams/{}",
                team.state().organization,
                team.id()
            )),
            version: Some(team.state().stamps.version),
            body: TeamAnswer::from(team),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .teams
            .create(&member, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the teams
    ///
    /// Lists the teams of an organization in the order in which they were made. Needs the permission `team.view`.
    #[oai(
        path = "/v1/organizations/:organization/teams",
        method = "get",
        operation_id = "listTeams"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
        /// List the deleted teams instead of the living ones.
        deleted: Query<Option<bool>>,
    ) -> Result<Listed<TeamAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamView)
            .await?;
        let deleted = parameters(|query| query.optional(&deleted, flag))?.unwrap_or_default();
        let page = self
            .teams
            .list(&member, deleted, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |team| TeamAnswer::from(&team)))
    }

    /// Read a team
    ///
    /// Needs the permission `team.view`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team",
        method = "get",
        operation_id = "readTeam"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<TeamAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamView)
            .await?;
        let team = self.teams.read(&member, team.0).await?;
        let version = team.state().stamps.version;
        Ok(Found::new(
            TeamAnswer::from(&team),
            version,
            &if_none_match,
        )?)
    }

    /// Change a team
    ///
    /// Changes the fields that are mentioned. Needs the permission `team.update`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team",
        method = "patch",
        operation_id = "updateTeam"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        if_match: IfMatch,
        body: Body<UpdateTeamRequest>,
    ) -> Result<Changed<TeamAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamUpdate)
            .await?;
        let change = body.decode(team_change)?;
        let team = self
            .teams
            .update(&member, team.0, &if_match.expected()?, change)
            .await?;
        Ok(Changed::new(
            TeamAnswer::from(&team),
            team.state().stamps.version,
        ))
    }

    /// Delete a team
    ///
    /// Its name is free for others. It can be restored for 90 days, or as many as the organization says in
    /// `retention.deleted_rows_days`, and has then the people in it that it has now; without leads it goes for good after
    /// that. Needs the permission `team.delete`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team",
        method = "delete",
        operation_id = "deleteTeam"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamDelete)
            .await?;
        self.teams
            .delete(&member, team.0, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Restore a deleted team
    ///
    /// Takes the deletion back. Where another team has the name by now, the answer is 409 with that team's id. Needs
    /// the permission `team.delete`.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team/restore",
        method = "post",
        operation_id = "restoreTeam"
    )]
    async fn restore(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<TeamAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::TeamDelete)
            .await?;
        let rendering = Finished::rendering(|team: &Team| Answer {
            location: None,
            version: Some(team.state().stamps.version),
            body: TeamAnswer::from(team),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .teams
            .restore(&member, team.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }
}
