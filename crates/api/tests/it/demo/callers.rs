//! Who asks, and what they may.

use std::sync::Arc;

use api::edge::RequestContext;
use api::input::OrganizationKey;
use api::problem::{ApiError, Refusal};
use kernel::{Actor, Credential, OrganizationId, SessionId, TenantScope, UserId};
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use uuid::Uuid;

use super::errors::DemoError;

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
    pub(super) fn authorize(
        &self,
        key: &OrganizationKey,
        write: bool,
    ) -> Result<TenantScope, DemoError> {
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
