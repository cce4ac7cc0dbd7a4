//! A small API with one of everything: teams in two organizations, kept in memory.

mod bodies;
mod callers;
mod errors;
mod teams;

use std::time::Duration;

use api::answer::{Answer, Changed, Created, Found, NoContent};
use api::input::{Body, OrganizationKey, Path, Query, instant, parameters, secret, text};
use api::paging::{After, Limit, Listed};
use api::problem::{Failed, Refusal, St};
use api::schema::{NameText, SecretText};
use api::{IdempotencyKey, IfMatch, IfNoneMatch, Tag};
use kernel::{
    Checked, Cursor, Description, Name, Page, Patch, Secret, StorageError, TeamId, Timestamp,
};
use poem_openapi::OpenApi;
use poem_openapi::payload::{Binary, Json};
use uuid::Uuid;

use self::bodies::{CreateTeam, KeyAnswer, SignUp, TeamAnswer, UpdateTeam, new_team};
use self::callers::Caller;
use self::errors::DemoError;
use self::teams::Team;

pub(crate) use self::callers::{organization, user};
pub(crate) use self::teams::Teams;

#[derive(Default)]
pub(crate) struct DemoApi {
    pub(crate) teams: Teams,
}

type TeamPatch = (Patch<Name>, Patch<Option<Description>>);

#[OpenApi(tag = "Tag::Teams")]
impl DemoApi {
    /// Create a team
    ///
    /// Makes a team with a name of its own.
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
        body: Body<CreateTeam, 1_024>,
    ) -> Result<Created<TeamAnswer>, Failed<St<409>>> {
        let scope = caller.authorize(&organization.0, true)?;
        let command = body.decode(new_team)?;
        let rendering = Created::rendering(|team: &Team| Answer {
            location: Some(format!("/v1/organizations/acme/teams/{}", team.id)),
            version: Some(team.version),
            body: TeamAnswer::from(team.clone()),
        });
        let once = rendering.once(idempotency_key.request(&scope, &body)?);
        let done = self.teams.create(command, &once)?;
        Ok(rendering.answer(done)?)
    }

    /// List teams
    ///
    /// All teams by name, or those whose name begins like `name`.
    #[oai(
        path = "/v1/organizations/:organization/teams",
        method = "get",
        operation_id = "listTeams"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        name: Query<Option<NameText>>,
        since: Query<Option<String>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<TeamAnswer>, Failed> {
        caller.authorize(&organization.0, false)?;
        let (prefix, _since) = parameters(|query| {
            let prefix = query.optional(&name, text::<Name>);
            let since: Option<Option<Timestamp>> = query.optional(&since, instant);
            Some((prefix?, since?))
        })?;
        let page = cursor.page(&limit)?;

        let after = match page.after {
            Some(Cursor::Text(name, _)) => Some(name),
            _ => None,
        };
        let mut teams: Vec<_> = self
            .teams
            .0
            .lock()
            .unwrap()
            .teams
            .values()
            .cloned()
            .collect();
        teams.sort_by(|a, b| a.name.cmp(&b.name));
        teams.retain(|team| {
            let name = team.name.as_str();
            prefix
                .as_ref()
                .is_none_or(|prefix| name.starts_with(prefix.as_str()))
                && after.as_deref().is_none_or(|after| name > after)
        });
        teams.truncate(usize::from(page.limit.get()) + 1);
        let page = Page::from_overfull(teams, page.limit, |team| {
            Cursor::Text(team.name.to_string(), team.id.as_uuid())
        });
        Ok(cursor.listed(page, TeamAnswer::from))
    }

    /// Show a team
    ///
    /// Shows one team.
    #[oai(
        path = "/v1/organizations/:organization/teams/:team",
        method = "get",
        operation_id = "getTeam"
    )]
    async fn show(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        team: Path<TeamId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<TeamAnswer>, Failed> {
        caller.authorize(&organization.0, false)?;
        let team = self.teams.find(team.0)?;
        let version = team.version;
        Ok(Found::new(team.into(), version, &if_none_match)?)
    }

    /// Change a team
    ///
    /// Changes what is mentioned.
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
        body: Body<UpdateTeam>,
    ) -> Result<Changed<TeamAnswer>, Failed> {
        caller.authorize(&organization.0, true)?;
        let expected = if_match.expected()?;
        let command: Checked<TeamPatch> = body.decode(|fields| {
            let name = fields.patch("name", text);
            let description = fields.clearable("description", text);
            Some((name?, description?))
        })?;

        let mut found = self.teams.find(team.0)?;
        if !expected.accepts(found.version) {
            return Err(DemoError::Stale.into());
        }
        let (name, description) = command.map_err(DemoError::from)?;
        found.name = name.apply(&found.name);
        found.description = description.apply(&found.description);
        found.version = found.version.next();
        let kept = found.clone();
        self.teams.0.lock().unwrap().teams.insert(found.id, kept);
        let version = found.version;
        Ok(Changed::new(found.into(), version))
    }

    /// Delete a team
    ///
    /// Deletes one team.
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
    ) -> Result<NoContent, Failed> {
        caller.authorize(&organization.0, true)?;
        let team = self.teams.find(team.0)?;
        self.teams.0.lock().unwrap().teams.remove(&team.id);
        Ok(NoContent::Done)
    }

    /// Make a key
    ///
    /// Makes a key that is shown once.
    #[oai(
        path = "/v1/organizations/:organization/keys",
        method = "post",
        operation_id = "createKey"
    )]
    async fn key(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Created<KeyAnswer>, Failed> {
        let scope = caller.authorize(&organization.0, true)?;
        let rendering = Created::rendering_secret(
            |key: &(Uuid, Secret)| key.0,
            |key| Answer {
                body: KeyAnswer {
                    secret: SecretText::new(key.1.expose()),
                },
                version: None,
                location: None,
            },
        );
        let once = rendering.once(idempotency_key.request(&scope, b"")?);
        let mut kept = self.teams.0.lock().unwrap();
        let done = Teams::once(&mut kept, &once, |_| {
            Ok((Uuid::from_u128(5), Secret::new("k-1".to_owned())))
        })?;
        Ok(rendering.answer(done)?)
    }

    /// Sign up
    ///
    /// Needs no credentials.
    #[oai(path = "/v1/sign-up", method = "post", operation_id = "signUp")]
    async fn sign_up(&self, body: Body<SignUp>) -> Result<NoContent, Failed> {
        let password = body.decode(|fields| fields.required("password", secret))?;
        password.map_err(DemoError::from)?;
        Ok(NoContent::Done)
    }

    /// Fail
    ///
    /// Fails in the way that is asked for.
    #[oai(path = "/v1/failures/:way", method = "get", operation_id = "fail")]
    async fn fail(&self, _caller: Caller, way: Path<String>) -> Result<Json<String>, Failed> {
        match way.0.as_str() {
            "storage" => {
                let source = std::io::Error::other("connection reset");
                Err(StorageError::Unexpected(Box::new(source)).into())
            }
            "unavailable" => Err(StorageError::Unavailable(None).into()),
            "panic" => panic!("out of luck"),
            "panic-with-data" => panic!("out of luck with {}", way.0),
            "slow" => {
                tokio::time::sleep(Duration::from_hours(1)).await;
                Ok(Json("late".to_owned()))
            }
            "undocumented" => Err(DemoError::NameTaken.into()),
            _ => Ok(Json("well".to_owned())),
        }
    }

    /// Upload
    ///
    /// Counts the bytes of a body of any length.
    #[oai(path = "/v1/uploads", method = "put", operation_id = "upload")]
    async fn upload(&self, _caller: Caller, body: Binary<poem::Body>) -> Result<Json<u64>, Failed> {
        let bytes = body
            .0
            .into_bytes()
            .await
            .map_err(|_io| Refusal::IncompleteBody)?;
        Ok(Json(bytes.len() as u64))
    }
}
