//! Roles, and the catalogue of rights that they grant.

mod dto;

use kernel::RoleId;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::{Permission, Role, Roles};

use self::dto::{
    CreateRoleRequest, PermissionsAnswer, RoleAnswer, UpdateRoleRequest, new_role, role_change,
};
use crate::answer::{Answer, Changed, Created, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on roles.
pub struct RolesApi {
    roles: Roles,
}

impl RolesApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(roles: Roles) -> Self {
        Self { roles }
    }
}

#[expect(
    clippy::unused_async,
    reason = "an operation is asynchronous, also where it has nothing to wait for"
)]
#[OpenApi(tag = "Tag::Roles")]
impl RolesApi {
    /// List all permissions
    ///
    /// The catalogue of rights that a role can grant and an API key can be limited to. It is the same for everybody.
    #[oai(
        path = "/v1/permissions",
        method = "get",
        operation_id = "listPermissions"
    )]
    async fn permissions(&self, _caller: Caller) -> Result<Json<PermissionsAnswer>, Failed<()>> {
        Ok(Json(PermissionsAnswer::catalogue()))
    }

    /// Create a role
    ///
    /// Makes a role of the organization's own. Its name must be unique among the living roles, and nobody can put a right
    /// into it that they do not hold. Needs the permission `role.create`.
    #[oai(
        path = "/v1/organizations/:organization/roles",
        method = "post",
        operation_id = "createRole"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateRoleRequest>,
    ) -> Result<Created<RoleAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::RoleCreate)
            .await?;
        let command = body.decode(new_role)?;
        let rendering = Created::rendering(|role: &Role| Answer {
            location: Some(format!(
                "/v1/organizations/{}/roles/{}",
                role.state().organization,
                role.state().id
            )),
            version: Some(role.state().stamps.version),
            body: RoleAnswer::from(role),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .roles
            .create(&member, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List roles
    ///
    /// Lists the living roles in the order in which they were made. Needs the permission `role.view`.
    #[oai(
        path = "/v1/organizations/:organization/roles",
        method = "get",
        operation_id = "listRoles"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<RoleAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::RoleView)
            .await?;
        let page = self.roles.list(&member, &cursor.page(&limit)?).await?;
        Ok(cursor.listed(page, |role| RoleAnswer::from(&role)))
    }

    /// Read a role
    ///
    /// Needs the permission `role.view`.
    #[oai(
        path = "/v1/organizations/:organization/roles/:role",
        method = "get",
        operation_id = "readRole"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        role: Path<RoleId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<RoleAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::RoleView)
            .await?;
        let role = self.roles.read(&member, role.0).await?;
        Ok(Found::new(
            RoleAnswer::from(&role),
            role.state().stamps.version,
            &if_none_match,
        )?)
    }

    /// Change a role
    ///
    /// Changes the fields that are mentioned; `permissions` replaces all rights of the role. Whoever has the role has
    /// its new rights at once. A right can be added or taken away only by somebody who holds it, and the owner role is
    /// fixed. Needs the permission `role.update`.
    #[oai(
        path = "/v1/organizations/:organization/roles/:role",
        method = "patch",
        operation_id = "updateRole"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        role: Path<RoleId>,
        if_match: IfMatch,
        body: Body<UpdateRoleRequest>,
    ) -> Result<Changed<RoleAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::RoleUpdate)
            .await?;
        let change = body.decode(role_change)?;
        let role = self
            .roles
            .update(&member, role.0, &if_match.expected()?, change)
            .await?;
        Ok(Changed::new(
            RoleAnswer::from(&role),
            role.state().stamps.version,
        ))
    }

    /// Delete a role
    ///
    /// Deletes a role of the organization's own that neither a member nor an open invitation has; a role that every
    /// organization starts with stays. Needs the permission `role.delete`.
    #[oai(
        path = "/v1/organizations/:organization/roles/:role",
        method = "delete",
        operation_id = "deleteRole"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        role: Path<RoleId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::RoleDelete)
            .await?;
        self.roles
            .delete(&member, role.0, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }
}
