//! Who asks, and what they may do: the only way from a request to a scope.

use std::sync::Arc;

use kernel::Secret;
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use tenancy::{Access, Authentication, Member, Permission, PlatformAdmin, Principal, TenancyError};
use tokio_util::sync::CancellationToken;

use crate::edge::RequestContext;
use crate::input::OrganizationKey;
use crate::problem::{ApiError, Cause};

/// Finds out who asks and what they may do.
#[derive(Clone)]
pub struct Gate {
    authentication: Authentication,
    access: Access,
}

impl Gate {
    /// A gate that these decide at.
    #[must_use]
    pub const fn new(authentication: Authentication, access: Access) -> Self {
        Self {
            authentication,
            access,
        }
    }
}

/// An access token of a session, or an API key, in the header `Authorization`.
///
/// Holding one is proof that somebody was authenticated; it is the first argument of every operation
/// that is not open to everybody.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "bearer", checker = "authenticate")]
pub struct Caller(Admitted);

struct Admitted {
    principal: Principal,
    access: Access,
    context: Arc<RequestContext>,
}

async fn authenticate(request: &Request, bearer: Bearer) -> poem::Result<Admitted> {
    let context = RequestContext::of(request)?;
    let gate = request
        .data::<Gate>()
        .ok_or_else(|| ApiError::internal(Cause::new("the application has no gate")))?;
    let principal = gate
        .authentication
        .authenticate(&Secret::new(bearer.token), context.origin().clone())
        .await
        .map_err(ApiError::from)?;

    context.identify(principal.user);
    Ok(Admitted {
        principal,
        access: gate.access.clone(),
        context: Arc::clone(context),
    })
}

impl Caller {
    /// Who they are.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.0.principal
    }

    /// Who they are, if they logged in: what concerns one's own account cannot be done with an API key.
    pub fn with_session(&self) -> Result<&Principal, TenancyError> {
        self.principal().session()?;
        Ok(self.principal())
    }

    /// Cancelled when the program stops: an answer that goes on by itself has to end.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        self.0.context.stopping()
    }

    /// Lets them act inside the organization, if they hold `permission` there; see [`Access::authorize`].
    pub async fn authorize(
        &self,
        organization: &OrganizationKey,
        permission: Permission,
    ) -> Result<Member, TenancyError> {
        let member = self
            .0
            .access
            .authorize(self.principal(), organization.as_str(), permission)
            .await?;
        self.0.context.enter(member.scope().organization());
        Ok(member)
    }

    /// As [`Caller::authorize`], where being a member is enough.
    pub async fn authorize_member(
        &self,
        organization: &OrganizationKey,
    ) -> Result<Member, TenancyError> {
        let member = self
            .0
            .access
            .authorize_member(self.principal(), organization.as_str())
            .await?;
        self.0.context.enter(member.scope().organization());
        Ok(member)
    }

    /// As [`Caller::authorize`], where one of several rights is enough; see [`Access::authorize_any`].
    pub async fn authorize_any(
        &self,
        organization: &OrganizationKey,
        permissions: &[Permission; 2],
    ) -> Result<Member, TenancyError> {
        let member = self
            .0
            .access
            .authorize_any(self.principal(), organization.as_str(), permissions)
            .await?;
        self.0.context.enter(member.scope().organization());
        Ok(member)
    }

    /// As [`Caller::authorize`], but also inside an organization that is deleted.
    pub async fn authorize_in_deleted(
        &self,
        organization: &OrganizationKey,
        permission: Permission,
    ) -> Result<Member, TenancyError> {
        let member = self
            .0
            .access
            .authorize_in_deleted(self.principal(), organization.as_str(), permission)
            .await?;
        self.0.context.enter(member.scope().organization());
        Ok(member)
    }

    /// Lets them administer the platform, if they have the role for it.
    pub async fn authorize_platform_admin(&self) -> Result<PlatformAdmin, TenancyError> {
        self.0
            .access
            .authorize_platform_admin(self.principal())
            .await
    }
}
