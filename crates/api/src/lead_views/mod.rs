//! Saved searches of leads.

mod dto;

use campaigns::{LeadView, LeadViews};
use kernel::LeadViewId;
use poem_openapi::OpenApi;
use tenancy::Permission;

use self::dto::{
    CreateLeadViewRequest, LeadViewAnswer, UpdateLeadViewRequest, new_view, view_change,
};
use crate::answer::{Answer, Changed, Created, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on saved searches of leads.
pub struct LeadViewsApi {
    views: LeadViews,
}

impl LeadViewsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(views: LeadViews) -> Self {
        Self { views }
    }
}

#[OpenApi(tag = "Tag::Leads")]
impl LeadViewsApi {
    /// Save a search of leads
    ///
    /// For oneself, or for the organization too. Where one has a living view of the name, the answer is 409 with that
    /// view's id. Needs the permission `lead.update`.
    #[oai(
        path = "/v1/organizations/:organization/lead-views",
        method = "post",
        operation_id = "createLeadView"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateLeadViewRequest>,
    ) -> Result<Created<LeadViewAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadUpdate)
            .await?;
        let command = body.decode(new_view)?;
        let rendering = Created::rendering(|view: &LeadView| {
            let state = view.state();
            Answer {
                location: Some(format!(
                    "/v1/organizations/{}/lead-views/{}",
                    state.organization, state.id
                )),
                version: Some(state.stamps.version),
                body: LeadViewAnswer::from(view),
            }
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .views
            .create(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the saved searches of leads
    ///
    /// One's own and those that the organization has, in the order in which they were saved. Needs the permission
    /// `lead.view`.
    #[oai(
        path = "/v1/organizations/:organization/lead-views",
        method = "get",
        operation_id = "listLeadViews"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<LeadViewAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadView)
            .await?;
        let page = self
            .views
            .list(member.scope(), &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |view| LeadViewAnswer::from(&view)))
    }

    /// Read a saved search of leads
    ///
    /// One's own, or one that the organization has. Needs the permission `lead.view`.
    #[oai(
        path = "/v1/organizations/:organization/lead-views/:view",
        method = "get",
        operation_id = "readLeadView"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        view: Path<LeadViewId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<LeadViewAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadView)
            .await?;
        let view = self.views.read(member.scope(), view.0).await?;
        let version = view.state().stamps.version;
        Ok(Found::new(
            LeadViewAnswer::from(&view),
            version,
            &if_none_match,
        )?)
    }

    /// Change a saved search of leads
    ///
    /// Changes the fields that are mentioned, of one's own or one that the organization has; it stays its owner's. Needs
    /// the permission `lead.update`.
    #[oai(
        path = "/v1/organizations/:organization/lead-views/:view",
        method = "patch",
        operation_id = "updateLeadView"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        view: Path<LeadViewId>,
        if_match: IfMatch,
        body: Body<UpdateLeadViewRequest>,
    ) -> Result<Changed<LeadViewAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadUpdate)
            .await?;
        let change = body.decode(view_change)?;
        let expected = if_match.expected()?;
        let view = self
            .views
            .update(member.scope(), view.0, &expected, change)
            .await?;
        Ok(Changed::new(
            LeadViewAnswer::from(&view),
            view.state().stamps.version,
        ))
    }

    /// Delete a saved search of leads
    ///
    /// One's own, or one that the organization has. Needs the permission `lead.update`.
    #[oai(
        path = "/v1/organizations/:organization/lead-views/:view",
        method = "delete",
        operation_id = "deleteLeadView"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        view: Path<LeadViewId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadUpdate)
            .await?;
        let expected = if_match.expected()?;
        self.views.delete(member.scope(), view.0, &expected).await?;
        Ok(NoContent::Done)
    }
}
