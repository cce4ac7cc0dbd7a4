//! A small API with one of everything: teams in two organizations, kept in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::answer::{Answer, Changed, Created, Found, NoContent};
use api::edge::RequestContext;
use api::input::{
    Body, Fields, OrganizationKey, Path, Query, instant, integer, list, parameters, secret, text,
};
use api::paging::{After, Limit, Listed};
use api::problem::{ApiError, Failed, Refusal, St};
use api::schema::{DescriptionText, NameText, SecretText};
use api::{IdempotencyKey, IfMatch, IfNoneMatch, Tag};
use kernel::{
    Actor, Checked, Classify, Credential, Cursor, Description, Done, ErrorKind, FieldError,
    FieldErrors, Name, Once, OrganizationId, Page, Patch, Secret, SessionId, StorageError,
    StoredAnswer, TeamId, TenantScope, Timestamp, UserId, Version,
};
use poem::Request;
use poem_openapi::auth::Bearer;
use poem_openapi::payload::{Binary, Json};
use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object, OpenApi, SecurityScheme};
use uuid::Uuid;

pub(crate) fn organization() -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_aaaa))
}

/// Who asks; the tokens are `member`, `reader` and `stranger`.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "bearer", checker = "authenticate")]
pub(crate) struct Caller(Principal);

pub(crate) struct Principal {
    name: String,
    origin: kernel::Origin,
    context: Arc<RequestContext>,
}

async fn authenticate(request: &Request, bearer: Bearer) -> poem::Result<Principal> {
    let context = RequestContext::of(request)?;
    if !["member", "reader", "stranger"].contains(&bearer.token.as_str()) {
        return Err(ApiError::from(Refusal::Unauthenticated).into());
    }
    context.identify(user());
    Ok(Principal {
        name: bearer.token,
        origin: context.origin().clone(),
        context: Arc::clone(context),
    })
}

pub(crate) fn user() -> UserId {
    UserId::from_uuid(Uuid::from_u128(7))
}

impl Caller {
    fn authorize(&self, key: &OrganizationKey, write: bool) -> Result<TenantScope, DemoError> {
        let known = key.as_str() == "acme" || key.as_str() == organization().to_string();
        if !known || self.0.name == "stranger" {
            return Err(DemoError::NotAMember);
        }
        if write && self.0.name == "reader" {
            return Err(DemoError::Denied("team.create"));
        }
        self.0.context.enter(organization());
        Ok(TenantScope::for_principal(
            organization(),
            Actor::User(
                user(),
                Credential::Session(SessionId::from_uuid(Uuid::nil())),
            ),
            self.0.origin.clone(),
        ))
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("you are not a member of this organization")]
    NotAMember,
    #[error("the permission `{0}` is missing")]
    Denied(&'static str),
    #[error("there is no such team")]
    NotFound,
    #[error("a team of this name exists already")]
    NameTaken,
    #[error("the team has changed since it was read")]
    Stale,
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Idempotency(#[from] kernel::IdempotencyError),
}

impl Classify for DemoError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotAMember | Self::Denied(_) => ErrorKind::Forbidden,
            Self::NotFound => ErrorKind::NotFound,
            Self::NameTaken => ErrorKind::Conflict,
            Self::Stale => ErrorKind::Stale,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Storage(error) => error.kind(),
            Self::Idempotency(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotAMember => "not-a-member",
            Self::Denied(_) => "permission-missing",
            Self::NotFound => "team-not-found",
            Self::NameTaken => "team-name-taken",
            Self::Stale => "stale",
            Self::Invalid(_) => "invalid",
            Self::Storage(error) => error.code(),
            Self::Idempotency(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors.as_slice(),
            _ => &[],
        }
    }
}

#[derive(Clone)]
pub(crate) struct Team {
    id: TeamId,
    name: Name,
    description: Option<Description>,
    version: Version,
}

/// How a team is coloured.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
enum Colour {
    Red,
    Green,
}

/// What a team is made from.
#[derive(Object)]
#[oai(example)]
struct CreateTeam {
    /// Unique among the living teams.
    name: NameText,
    /// What the team is for.
    description: Option<DescriptionText>,
    /// When it starts.
    starts_at: Option<String>,
    /// How it is coloured.
    colour: Option<Colour>,
    /// Its limits.
    limits: Option<LimitsInput>,
    /// Other names that it goes by.
    aliases: Option<Vec<NameText>>,
}

impl Example for CreateTeam {
    fn example() -> Self {
        Self {
            name: NameText::new("North"),
            description: Some(DescriptionText::new("Everything above the river.")),
            starts_at: Some("2026-01-31T12:00:00Z".to_owned()),
            colour: Some(Colour::Green),
            limits: Some(LimitsInput { members: Some(5) }),
            aliases: Some(vec![NameText::new("Nord")]),
        }
    }
}

/// The limits of a team.
#[derive(Object)]
struct LimitsInput {
    /// How many members it can have.
    members: Option<i64>,
}

/// What changes about a team.
#[derive(Object)]
#[oai(example, skip_serializing_if_is_none)]
struct UpdateTeam {
    /// Its name.
    name: Option<NameText>,
    /// What it is for; null for nothing.
    #[oai(nullable)]
    description: MaybeUndefined<DescriptionText>,
}

impl Example for UpdateTeam {
    fn example() -> Self {
        Self {
            name: Some(NameText::new("South")),
            description: MaybeUndefined::Null,
        }
    }
}

/// A team.
#[derive(Clone, Object)]
#[oai(example)]
pub(crate) struct TeamAnswer {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// What it is for.
    description: Option<DescriptionText>,
    /// How it is coloured.
    colour: Option<Colour>,
}

impl Example for TeamAnswer {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(1),
            name: NameText::new("North"),
            description: None,
            colour: Some(Colour::Red),
        }
    }
}

impl From<Team> for TeamAnswer {
    fn from(team: Team) -> Self {
        Self {
            id: team.id.as_uuid(),
            name: NameText::new(team.name),
            description: team.description.map(DescriptionText::new),
            colour: None,
        }
    }
}

/// A key of a team, shown once.
#[derive(Object)]
#[oai(example)]
struct KeyAnswer {
    /// The key.
    secret: SecretText,
}

impl Example for KeyAnswer {
    fn example() -> Self {
        Self {
            secret: SecretText::new("k-1"),
        }
    }
}

/// What an account is made from.
#[derive(Object)]
#[oai(example)]
struct SignUp {
    /// The password.
    password: SecretText,
}

impl Example for SignUp {
    fn example() -> Self {
        Self {
            password: SecretText::new("correct horse battery staple"),
        }
    }
}

struct NewTeam {
    name: Name,
    description: Option<Description>,
}

fn new_team(fields: &mut Fields<'_>) -> Option<NewTeam> {
    let name = fields.required("name", text);
    let description = fields.optional("description", text);
    let _starts_at = fields.optional("starts_at", instant);
    let _colour = fields.optional("colour", text::<Name>);
    let _limits = fields.nested("limits", |fields| {
        fields.optional("members", integer(1..=50))
    });
    let _aliases = fields.optional("aliases", list(0..=3, text::<Name>));
    Some(NewTeam {
        name: name?,
        description: description?,
    })
}

/// The use cases, as a service would have them.
#[derive(Clone, Default)]
pub(crate) struct Teams(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    teams: BTreeMap<TeamId, Team>,
    answers: HashMap<[u8; 32], ([u8; 32], StoredAnswer)>,
    next: u128,
}

impl Teams {
    fn once<D>(
        kept: &mut Kept,
        once: &Once<'_, D>,
        act: impl FnOnce(&mut Kept) -> Result<D, DemoError>,
    ) -> Result<Done<D>, DemoError> {
        if let Some(request) = &once.request
            && let Some((fingerprint, answer)) = kept.answers.get(&request.key)
        {
            if *fingerprint != request.fingerprint {
                return Err(kernel::IdempotencyError::Reused.into());
            }
            return Ok(Done::Replayed(answer.clone()));
        }
        let outcome = act(kept)?;
        if let Some(request) = &once.request {
            let answer = (once.render)(&outcome);
            kept.answers
                .insert(request.key, (request.fingerprint, answer));
        }
        Ok(Done::Fresh(outcome))
    }

    fn create(
        &self,
        command: Checked<NewTeam>,
        once: &Once<'_, Team>,
    ) -> Result<Done<Team>, DemoError> {
        let mut kept = self.0.lock().unwrap();
        Self::once(&mut kept, once, |kept| {
            let NewTeam { name, description } = command?;
            if kept.teams.values().any(|team| team.name == name) {
                return Err(DemoError::NameTaken);
            }
            kept.next += 1;
            let id = Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 + kept.next);
            let team = Team {
                id: TeamId::from_uuid(id),
                name,
                description,
                version: Version::FIRST,
            };
            kept.teams.insert(team.id, team.clone());
            Ok(team)
        })
    }

    fn find(&self, id: TeamId) -> Result<Team, DemoError> {
        let kept = self.0.lock().unwrap();
        kept.teams.get(&id).cloned().ok_or(DemoError::NotFound)
    }
}

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
