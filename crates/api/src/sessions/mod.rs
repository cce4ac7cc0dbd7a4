//! Sessions: logging in, staying logged in, and logging out.

mod dto;

use kernel::{Actor, SessionId};
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::{Opened, Sessions};

use self::dto::{LoginRequest, RefreshRequest, SessionAnswer, TokensAnswer, login, refresh};
use crate::answer::{Answer, Created, Found, NoContent};
use crate::edge::RequestContext;
use crate::input::{Body, Path};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on sessions.
pub struct SessionsApi {
    sessions: Sessions,
}

impl SessionsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

#[OpenApi(tag = "Tag::Sessions")]
impl SessionsApi {
    /// Log in
    ///
    /// Opens a session. Every refusal is the same 401, whatever is wrong. Tries are limited per address and per
    /// network, for all processes together. Needs no credentials.
    #[oai(path = "/v1/sessions", method = "post", operation_id = "login")]
    async fn login(
        &self,
        request: &Request,
        idempotency_key: IdempotencyKey,
        body: Body<LoginRequest>,
    ) -> Result<Created<TokensAnswer>, Failed<St<401>>> {
        let origin = RequestContext::of(request)?.origin();
        let command = body.decode(login)?;
        let rendering = Created::rendering_secret(
            |opened: &Opened| opened.session.id().as_uuid(),
            |opened: &Opened| Answer {
                location: Some(format!("/v1/sessions/{}", opened.session.id())),
                version: None,
                body: TokensAnswer::from(opened),
            },
        );
        let request = idempotency_key.request_outside(Actor::Anonymous, &body)?;
        let done = self
            .sessions
            .login(origin, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Refresh a session
    ///
    /// Gives the next tokens for the present refresh token. Sent again within 10 seconds, it gets the same tokens again;
    /// an older refresh token ends the session. Needs no credentials but the refresh token.
    #[oai(
        path = "/v1/sessions/refresh",
        method = "post",
        operation_id = "refreshSession"
    )]
    async fn refresh(
        &self,
        request: &Request,
        body: Body<RefreshRequest>,
    ) -> Result<Json<TokensAnswer>, Failed<St<401>>> {
        let origin = RequestContext::of(request)?.origin();
        let token = body.decode(refresh)?;
        let opened = self.sessions.refresh(origin, token).await?;
        Ok(Json(TokensAnswer::from(&opened)))
    }

    /// Log out
    ///
    /// Ends the session that you act with, at once. Needs a session.
    #[oai(
        path = "/v1/sessions/current",
        method = "delete",
        operation_id = "logout"
    )]
    async fn logout(&self, caller: Caller) -> Result<NoContent, Failed<St<403>>> {
        self.sessions.logout(caller.principal()).await?;
        Ok(NoContent::Done)
    }

    /// List your sessions
    ///
    /// Lists those that are not over, in the order of the logins. Needs a session.
    #[oai(path = "/v1/sessions", method = "get", operation_id = "listSessions")]
    async fn list(
        &self,
        caller: Caller,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<SessionAnswer>, Failed<St<403>>> {
        let current = caller.principal().session()?;
        let page = self
            .sessions
            .list(caller.principal(), &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |session| SessionAnswer::new(&session, current)))
    }

    /// Read one of your sessions
    ///
    /// Needs a session.
    #[oai(
        path = "/v1/sessions/:session",
        method = "get",
        operation_id = "readSession"
    )]
    async fn read(
        &self,
        caller: Caller,
        session: Path<SessionId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<SessionAnswer>, Failed<St<403>>> {
        let current = caller.principal().session()?;
        let session = self.sessions.read(caller.principal(), session.0).await?;
        let version = session.version_for(current);
        let answer = SessionAnswer::new(&session, current);
        Ok(Found::new(answer, version, &if_none_match)?)
    }

    /// End one of your sessions
    ///
    /// Takes effect at once. Needs a session.
    #[oai(
        path = "/v1/sessions/:session",
        method = "delete",
        operation_id = "endSession"
    )]
    async fn end(
        &self,
        caller: Caller,
        session: Path<SessionId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<St<403>>> {
        caller.principal().session()?;
        let expected = if_match.expected()?;
        self.sessions
            .revoke(caller.principal(), session.0, &expected)
            .await?;
        Ok(NoContent::Done)
    }

    /// End your other sessions
    ///
    /// Ends all of them but the one that you act with, at once. Needs a session.
    #[oai(
        path = "/v1/sessions",
        method = "delete",
        operation_id = "endOtherSessions"
    )]
    async fn end_others(&self, caller: Caller) -> Result<NoContent, Failed<St<403>>> {
        self.sessions.revoke_others(caller.principal()).await?;
        Ok(NoContent::Done)
    }
}
