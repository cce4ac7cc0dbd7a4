//! Who may do what: the only place that makes a [`TenantScope`] for a person.

use std::sync::Arc;

use kernel::{
    Actor, Clock, Credential, IdGenerator, MembershipId, OrganizationId, Origin, SessionId, Slug,
    TenantScope, UserId,
};

use crate::ports::TenancyStore;
use crate::refusal::{Refusal, Target};
use crate::workbench::Workbench;
use crate::{
    Authorization, Permission, PermissionSet, PlatformRole, RoleTemplate, TenancyError, UserStatus,
};

/// Somebody who proved who they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// The user.
    pub user: UserId,
    /// What they proved it with.
    pub credential: Credential,
    /// Where the request came from.
    pub origin: Origin,
    /// To which organization and rights an API key limits them; `None` for a session.
    pub limits: Option<KeyLimits>,
}

/// What an API key limits its bearer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLimits {
    /// The only organization in which the key can be used.
    pub organization: OrganizationId,
    /// The most rights that the key gives.
    pub scopes: PermissionSet,
}

impl Principal {
    /// The principal as an actor.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        Actor::User(self.user, self.credential)
    }

    /// The scope in which the principal acts on their own account.
    #[must_use]
    pub fn platform_scope(&self) -> TenantScope {
        TenantScope::platform(self.actor(), self.origin.clone())
    }

    /// The session they act with; an API key has none, and is refused with [`TenancyError::SessionRequired`].
    pub const fn session(&self) -> Result<SessionId, TenancyError> {
        match self.credential {
            Credential::Session(id) => Ok(id),
            Credential::ApiKey(_) => Err(TenancyError::SessionRequired),
        }
    }
}

/// Somebody who may act inside an organization, with the rights they hold there.
#[derive(Clone, Debug)]
pub struct Member {
    scope: TenantScope,
    user: UserId,
    membership: MembershipId,
    template: Option<RoleTemplate>,
    rights: PermissionSet,
}

impl Member {
    /// The scope in which they act.
    #[must_use]
    pub const fn scope(&self) -> &TenantScope {
        &self.scope
    }

    /// Who they are.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Their membership.
    #[must_use]
    pub const fn membership(&self) -> MembershipId {
        self.membership
    }

    /// Whether they have the owner role, unlimited by an API key.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.template == Some(RoleTemplate::Owner)
            && matches!(self.scope.actor(), Actor::User(_, Credential::Session(_)))
    }

    /// The rights they hold: their role's, limited by their API key's scopes.
    #[must_use]
    pub const fn rights(&self) -> &PermissionSet {
        &self.rights
    }

    /// Their organization, as what they want to do something to.
    pub(crate) const fn organization(&self) -> Target {
        ("organization", self.scope.organization().as_uuid())
    }
}

/// Somebody who may administer the platform.
#[derive(Clone, Debug)]
pub struct PlatformAdmin(Principal);

impl PlatformAdmin {
    /// Who they are.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user
    }

    /// The scope in which they act: the platform's.
    #[must_use]
    pub fn scope(&self) -> TenantScope {
        self.0.platform_scope()
    }
}

/// Authorizes principals.
#[derive(Clone)]
pub struct Access {
    bench: Workbench,
}

impl Access {
    /// Access decided by what is stored.
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

    /// Lets the principal act inside the organization with this id or slug, if they hold `permission` there.
    ///
    /// Not a member, no such organization and a deleted one are refused alike. A refusal for want of the
    /// permission is written to the audit log.
    pub async fn authorize(
        &self,
        principal: &Principal,
        organization: &str,
        permission: Permission,
    ) -> Result<Member, TenancyError> {
        self.admit(principal, organization, &[permission], false)
            .await
    }

    /// As [`Access::authorize`], where one of several rights is enough; a refusal names the first of them.
    pub async fn authorize_any(
        &self,
        principal: &Principal,
        organization: &str,
        permissions: &[Permission; 2],
    ) -> Result<Member, TenancyError> {
        self.admit(principal, organization, permissions, false)
            .await
    }

    /// As [`Access::authorize`], where being a member is enough.
    pub async fn authorize_member(
        &self,
        principal: &Principal,
        organization: &str,
    ) -> Result<Member, TenancyError> {
        self.admit(principal, organization, &[], false).await
    }

    /// As [`Access::authorize`], but also inside an organization that is deleted; for restoring it.
    pub async fn authorize_in_deleted(
        &self,
        principal: &Principal,
        organization: &str,
        permission: Permission,
    ) -> Result<Member, TenancyError> {
        self.admit(principal, organization, &[permission], true)
            .await
    }

    /// Lets the principal administer the platform, if they logged in and have the role `platform_admin`.
    /// A refusal is written to the audit log.
    pub async fn authorize_platform_admin(
        &self,
        principal: &Principal,
    ) -> Result<PlatformAdmin, TenancyError> {
        let scope = principal.platform_scope();
        let unit = self.bench.begin(&scope).await?;
        let roles = unit.platform_roles().list_of(principal.user).await?;
        let is_admin = roles
            .iter()
            .any(|grant| grant.role == PlatformRole::PlatformAdmin);
        if is_admin && principal.session().is_ok() {
            unit.commit().await?;
            return Ok(PlatformAdmin(principal.clone()));
        }
        let target = ("user", principal.user.as_uuid());
        let (draft, error) = Refusal::PlatformAdminRequired.told(target);
        self.bench.note(unit.as_ref(), &scope, [draft]).await?;
        unit.commit().await?;
        Err(error)
    }

    async fn admit(
        &self,
        principal: &Principal,
        organization: &str,
        permissions: &[Permission],
        even_deleted: bool,
    ) -> Result<Member, TenancyError> {
        let organization = self
            .resolve(principal, organization)
            .await?
            .ok_or(TenancyError::NotAMember)?;
        if principal
            .limits
            .as_ref()
            .is_some_and(|limits| limits.organization != organization)
        {
            return Err(TenancyError::NotAMember);
        }

        let scope =
            TenantScope::for_principal(organization, principal.actor(), principal.origin.clone());
        let unit = self.bench.begin(&scope).await?;
        let found = unit
            .memberships()
            .find_authorization(principal.user)
            .await?;
        let Some(authorization) = found.filter(|found| is_admissible(found, even_deleted)) else {
            return Err(TenancyError::NotAMember);
        };

        let rights = match &principal.limits {
            Some(limits) => authorization.permissions.intersection(&limits.scopes),
            None => authorization.permissions,
        };
        let holds_none = !permissions.iter().any(|one| rights.contains(*one));
        if let Some(permission) = permissions.first().copied().filter(|_| holds_none) {
            let target = ("organization", organization.as_uuid());
            let (draft, error) = Refusal::PermissionMissing(permission).told(target);
            self.bench.note(unit.as_ref(), &scope, [draft]).await?;
            unit.commit().await?;
            return Err(error);
        }
        unit.commit().await?;

        Ok(Member {
            scope,
            user: principal.user,
            membership: authorization.membership,
            template: authorization.template,
            rights,
        })
    }

    /// The id of the organization that a path segment names.
    async fn resolve(
        &self,
        principal: &Principal,
        text: &str,
    ) -> Result<Option<OrganizationId>, TenancyError> {
        if let Ok(id) = text.parse::<OrganizationId>() {
            return Ok((id != OrganizationId::PLATFORM).then_some(id));
        }
        let Ok(slug) = text.parse::<Slug>() else {
            return Ok(None);
        };
        let scope = TenantScope::platform(principal.actor(), principal.origin.clone());
        let unit = self.bench.begin(&scope).await?;
        let found = unit.directory().find_organization_by_slug(&slug).await?;
        unit.commit().await?;
        Ok(found)
    }
}

pub(crate) fn is_admissible(authorization: &Authorization, even_deleted: bool) -> bool {
    authorization.user_status == UserStatus::Active
        && (even_deleted || !authorization.organization_deleted)
}
