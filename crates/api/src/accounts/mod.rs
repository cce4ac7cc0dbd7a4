//! Accounts: signing up, and one's own account.

mod dto;

use kernel::Actor;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::{AccountDeletion, Accounts, User};

use self::dto::{
    ChangePasswordRequest, PreferencesAnswer, SignUpRequest, UpdateAccountRequest,
    UpdatePreferencesRequest, account_change, password_change, preferences_change, sign_up,
};
use crate::answer::{Answer, Changed, Created, Found, NoContent};
use crate::edge::RequestContext;
use crate::input::Body;
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

pub(crate) use self::dto::{PlatformRolesAnswer, Status, UserAnswer};

/// The operations on one's own account.
pub struct AccountsApi {
    accounts: Accounts,
    deletion: AccountDeletion,
}

impl AccountsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(accounts: Accounts, deletion: AccountDeletion) -> Self {
        Self { accounts, deletion }
    }
}

#[OpenApi(tag = "Tag::Accounts")]
impl AccountsApi {
    /// Sign up
    ///
    /// Makes an account that can be used at once. Needs no credentials.
    #[oai(path = "/v1/users", method = "post", operation_id = "signUp")]
    async fn sign_up(
        &self,
        request: &Request,
        idempotency_key: IdempotencyKey,
        body: Body<SignUpRequest>,
    ) -> Result<Created<UserAnswer>, Failed<St<409>>> {
        let origin = RequestContext::of(request)?.origin();
        let command = body.decode(sign_up)?;
        let rendering = Created::rendering(|user: &User| Answer {
            location: Some("/v1/me".to_owned()),
            version: Some(user.state().stamps.version),
            body: UserAnswer::from(user),
        });
        let request = idempotency_key.request_outside(Actor::Anonymous, &body)?;
        let done = self
            .accounts
            .sign_up(origin, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Read your account
    ///
    /// With an API key, that is the account of the key's owner.
    #[oai(path = "/v1/me", method = "get", operation_id = "readMe")]
    async fn read(
        &self,
        caller: Caller,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<UserAnswer>, Failed<()>> {
        let user = self.accounts.read(caller.principal()).await?;
        let version = user.state().stamps.version;
        Ok(Found::new(
            UserAnswer::from(&user),
            version,
            &if_none_match,
        )?)
    }

    /// Change your account
    ///
    /// Changes the fields that are mentioned. Needs a session.
    #[oai(path = "/v1/me", method = "patch", operation_id = "updateMe")]
    async fn update(
        &self,
        caller: Caller,
        if_match: IfMatch,
        body: Body<UpdateAccountRequest>,
    ) -> Result<Changed<UserAnswer>, Failed<St<403>>> {
        let principal = caller.with_session()?;
        let change = body.decode(account_change)?;
        let user = self
            .accounts
            .update(principal, &if_match.expected()?, change)
            .await?;
        let version = user.state().stamps.version;
        Ok(Changed::new(UserAnswer::from(&user), version))
    }

    /// Delete your account
    ///
    /// Takes you out of all organizations, ends all of your sessions, and erases what tells who you are; it cannot be
    /// taken back. Refused with 409, and nothing is changed, while an organization has no other owner. Needs a session.
    #[oai(path = "/v1/me", method = "delete", operation_id = "deleteMe")]
    async fn delete(
        &self,
        caller: Caller,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<(St<403>, St<409>)>> {
        let principal = caller.with_session()?;
        self.deletion
            .delete(principal, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Change your password
    ///
    /// Ends all of your sessions but the one you act with. Needs a session. Guesses of the password until now are
    /// limited, and answered 429 when there are too many.
    #[oai(
        path = "/v1/me/password",
        method = "put",
        operation_id = "changePassword"
    )]
    async fn change_password(
        &self,
        caller: Caller,
        if_match: IfMatch,
        body: Body<ChangePasswordRequest>,
    ) -> Result<NoContent, Failed<(St<403>, St<429>)>> {
        let principal = caller.with_session()?;
        let change = body.decode(password_change)?;
        self.accounts
            .change_password(principal, &if_match.expected()?, change)
            .await?;
        Ok(NoContent::Done)
    }

    /// List your platform roles
    ///
    /// What you may do on the whole installation; nothing, for most people.
    #[oai(
        path = "/v1/me/platform-roles",
        method = "get",
        operation_id = "listMyPlatformRoles"
    )]
    async fn platform_roles(
        &self,
        caller: Caller,
    ) -> Result<Json<PlatformRolesAnswer>, Failed<()>> {
        let roles = self.accounts.platform_roles(caller.principal()).await?;
        Ok(Json(roles.into()))
    }

    /// Read your preferences
    ///
    /// Needs a session.
    #[oai(
        path = "/v1/me/preferences",
        method = "get",
        operation_id = "readPreferences"
    )]
    async fn preferences(
        &self,
        caller: Caller,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<PreferencesAnswer>, Failed<St<403>>> {
        let preferences = self.accounts.preferences(caller.principal()).await?;
        let version = preferences.state().stamps.version;
        Ok(Found::new(
            PreferencesAnswer::from(&preferences),
            version,
            &if_none_match,
        )?)
    }

    /// Change your preferences
    ///
    /// Changes the fields that are mentioned. Needs a session.
    #[oai(
        path = "/v1/me/preferences",
        method = "patch",
        operation_id = "updatePreferences"
    )]
    async fn update_preferences(
        &self,
        caller: Caller,
        if_match: IfMatch,
        body: Body<UpdatePreferencesRequest>,
    ) -> Result<Changed<PreferencesAnswer>, Failed<St<403>>> {
        let principal = caller.with_session()?;
        let change = body.decode(preferences_change)?;
        let preferences = self
            .accounts
            .change_preferences(principal, &if_match.expected()?, change)
            .await?;
        Ok(Changed::new(
            PreferencesAnswer::from(&preferences),
            preferences.state().stamps.version,
        ))
    }
}
