//! Organizations: the tenants.

mod dto;

use poem_openapi::OpenApi;
use tenancy::{Organization, Organizations, Permission};

use self::dto::{
    CreateOrganizationRequest, OrganizationAnswer, UpdateOrganizationRequest, new_organization,
    organization_change,
};
use crate::answer::{Answer, Changed, Created, Finished, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path, Query, flag, parameters};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on organizations.
pub struct OrganizationsApi {
    organizations: Organizations,
}

impl OrganizationsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(organizations: Organizations) -> Self {
        Self { organizations }
    }
}

#[OpenApi(tag = "Tag::Organizations")]
impl OrganizationsApi {
    /// Create an organization
    ///
    /// Makes a tenant with copies of all role templates, and you its owner. Needs a session: an API key belongs
    /// to one organization and cannot make another.
    #[oai(
        path = "/v1/organizations",
        method = "post",
        operation_id = "createOrganization"
    )]
    async fn create(
        &self,
        caller: Caller,
        idempotency_key: IdempotencyKey,
        body: Body<CreateOrganizationRequest>,
    ) -> Result<Created<OrganizationAnswer>, Failed<(St<403>, St<409>)>> {
        let command = body.decode(new_organization)?;
        let rendering = Created::rendering(|organization: &Organization| Answer {
            location: Some(format!("/v1/organizations/{}", organization.id())),
            version: Some(organization.state().stamps.version),
            body: OrganizationAnswer::from(organization),
        });
        let request = idempotency_key.request_outside(caller.principal().actor(), &body)?;
        let done = self
            .organizations
            .create(caller.principal(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List your organizations
    ///
    /// Lists the organizations of which you are a member, in the order in which they were made. With an API key,
    /// that is the key's organization.
    #[oai(
        path = "/v1/organizations",
        method = "get",
        operation_id = "listOrganizations"
    )]
    async fn list(
        &self,
        caller: Caller,
        limit: Limit,
        cursor: After,
        /// List the deleted organizations instead of the living ones.
        deleted: Query<Option<bool>>,
    ) -> Result<Listed<OrganizationAnswer>, Failed<()>> {
        let deleted = parameters(|query| query.optional(&deleted, flag))?.unwrap_or_default();
        let page = self
            .organizations
            .list(caller.principal(), deleted, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |organization| OrganizationAnswer::from(&organization)))
    }

    /// Read an organization
    ///
    /// Needs the permission `organization.view`.
    #[oai(
        path = "/v1/organizations/:organization",
        method = "get",
        operation_id = "readOrganization"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<OrganizationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::OrganizationView)
            .await?;
        let organization = self.organizations.read(&member).await?;
        let version = organization.state().stamps.version;
        Ok(Found::new(
            OrganizationAnswer::from(&organization),
            version,
            &if_none_match,
        )?)
    }

    /// Change an organization
    ///
    /// Changes the fields that are mentioned. Needs the permission `organization.update`; naming another owner needs
    /// the owner role, and the new owner must have it too.
    #[oai(
        path = "/v1/organizations/:organization",
        method = "patch",
        operation_id = "updateOrganization"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_match: IfMatch,
        body: Body<UpdateOrganizationRequest>,
    ) -> Result<Changed<OrganizationAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::OrganizationUpdate)
            .await?;
        let change = body.decode(organization_change)?;
        let organization = self
            .organizations
            .update(&member, &if_match.expected()?, change)
            .await?;
        Ok(Changed::new(
            OrganizationAnswer::from(&organization),
            organization.state().stamps.version,
        ))
    }

    /// Delete an organization
    ///
    /// Nobody can work in it any more, and its slug and domain are free for others. It can be restored. Needs the
    /// permission `organization.delete`.
    #[oai(
        path = "/v1/organizations/:organization",
        method = "delete",
        operation_id = "deleteOrganization"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::OrganizationDelete)
            .await?;
        self.organizations
            .delete(&member, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Restore a deleted organization
    ///
    /// Takes the deletion back. It is named by its id, since its slug may be another's by now; then the answer is 409.
    /// Needs the permission `organization.delete`.
    #[oai(
        path = "/v1/organizations/:organization/restore",
        method = "post",
        operation_id = "restoreOrganization"
    )]
    async fn restore(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<OrganizationAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize_in_deleted(&organization.0, Permission::OrganizationDelete)
            .await?;
        let rendering = Finished::rendering(|organization: &Organization| Answer {
            location: None,
            version: Some(organization.state().stamps.version),
            body: OrganizationAnswer::from(organization),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .organizations
            .restore(&member, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }
}
