//! Campaigns.

mod courses;
mod dto;
mod mail;

use campaigns::{CampaignFilter, Campaigns, CountedCampaign, RecipientMails};
use kernel::CampaignId;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;

pub(crate) use self::courses::CampaignCoursesApi;

use self::dto::{
    AudienceAnswer, CampaignAnswer, CreateCampaignRequest, DuplicateCampaignRequest,
    UpdateCampaignRequest, campaign_change, name_of_copy, new_campaign,
};
use crate::answer::{Answer, Changed, Created, Finished, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path, Query, flag, parameters, text};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::{CampaignStatusText, NameText};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on campaigns.
pub struct CampaignsApi {
    campaigns: Campaigns,
    mails: RecipientMails,
}

impl CampaignsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(campaigns: Campaigns, mails: RecipientMails) -> Self {
        Self { campaigns, mails }
    }
}

/// A campaign that was made, with its address.
fn made(counted: &CountedCampaign, mails: &RecipientMails) -> Answer<CampaignAnswer> {
    let state = counted.campaign.state();
    Answer {
        location: Some(format!(
            "/v1/organizations/{}/campaigns/{}",
            state.organization, state.id
        )),
        version: Some(state.stamps.version),
        body: CampaignAnswer::of(counted, mails),
    }
}

#[OpenApi(tag = "Tag::Campaigns")]
impl CampaignsApi {
    /// Create a campaign
    ///
    /// Makes a draft; what it lacks can be added until it begins. Where another campaign of the installation has the
    /// address of the landing page, the answer is 409. Needs the permission `campaign.create`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns",
        method = "post",
        operation_id = "createCampaign"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateCampaignRequest>,
    ) -> Result<Created<CampaignAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignCreate)
            .await?;
        let command = body.decode(new_campaign)?;
        let rendering = Created::rendering(|counted: &CountedCampaign| made(counted, &self.mails));
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .campaigns
            .create(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the campaigns
    ///
    /// In the order in which they were made, with how many recipients were assigned, sent to and failed. Needs the
    /// permission `campaign.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns",
        method = "get",
        operation_id = "listCampaigns"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each parameter of the address"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// List the campaigns with this status.
        status: Query<Option<CampaignStatusText>>,
        /// List the campaigns in whose names this stands, in any case.
        name: Query<Option<NameText>>,
        /// List the deleted campaigns instead of the living ones.
        deleted: Query<Option<bool>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<CampaignAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignView)
            .await?;
        let filter = parameters(|query| {
            let status = query.optional(&status, text);
            let name = query.optional(&name, text);
            let deleted = query.optional(&deleted, flag);
            Some(CampaignFilter {
                status: status?,
                name: name?,
                deleted: deleted?.unwrap_or_default(),
            })
        })?;
        let page = self
            .campaigns
            .list(member.scope(), &filter, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |counted| CampaignAnswer::of(&counted, &self.mails)))
    }

    /// Read a campaign
    ///
    /// With how its recipients stand, which changes without a new version. Needs the permission `campaign.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign",
        method = "get",
        operation_id = "readCampaign"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<CampaignAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignView)
            .await?;
        let counted = self.campaigns.read(member.scope(), campaign.0).await?;
        Ok(Found::new(
            CampaignAnswer::of(&counted, &self.mails),
            counted.campaign.state().stamps.version,
            &if_none_match,
        )?)
    }

    /// Change a campaign
    ///
    /// Changes the fields that are mentioned. Once the campaign has begun, only name and description can be changed; the
    /// answer to others is 409 then. Needs the permission `campaign.update`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign",
        method = "patch",
        operation_id = "updateCampaign"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        if_match: IfMatch,
        body: Body<UpdateCampaignRequest>,
    ) -> Result<Changed<CampaignAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignUpdate)
            .await?;
        let change = body.decode(campaign_change)?;
        let expected = if_match.expected()?;
        let counted = self
            .campaigns
            .update(member.scope(), campaign.0, &expected, change)
            .await?;
        Ok(Changed::new(
            CampaignAnswer::of(&counted, &self.mails),
            counted.campaign.state().stamps.version,
        ))
    }

    /// Delete a campaign
    ///
    /// One that is active or paused has to be completed first: the answer is 409 until then. It can be restored for
    /// 90 days, or as many as the organization says in `retention.deleted_rows_days`; without leads and simulation it goes
    /// for good after that. Needs the permission `campaign.delete`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign",
        method = "delete",
        operation_id = "deleteCampaign"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignDelete)
            .await?;
        let expected = if_match.expected()?;
        self.campaigns
            .delete(member.scope(), campaign.0, &expected)
            .await?;
        Ok(NoContent::Done)
    }

    /// Restore a deleted campaign
    ///
    /// Takes the deletion back. Where another campaign has the address of its landing page since, the answer is 409. Needs
    /// the permission `campaign.delete`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/restore",
        method = "post",
        operation_id = "restoreCampaign"
    )]
    async fn restore(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<CampaignAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignDelete)
            .await?;
        let rendering = Finished::rendering(|counted: &CountedCampaign| Answer {
            location: None,
            ..made(counted, &self.mails)
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .campaigns
            .restore(member.scope(), campaign.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Copy a campaign
    ///
    /// Makes a draft that mails the same to the same people at the same pace, without a schedule and without an address for
    /// its landing page. Needs the permission `campaign.create`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/duplicate",
        method = "post",
        operation_id = "duplicateCampaign"
    )]
    async fn duplicate(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
        body: Body<DuplicateCampaignRequest>,
    ) -> Result<Created<CampaignAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignCreate)
            .await?;
        let name = body.decode(name_of_copy)?;
        let rendering = Created::rendering(|counted: &CountedCampaign| made(counted, &self.mails));
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .campaigns
            .duplicate(member.scope(), campaign.0, name, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Preview the audience of a campaign
    ///
    /// Tells how many people would get its mail if it began now, and everybody who would not, by reason. Needs the
    /// permission `campaign.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/audience",
        method = "get",
        operation_id = "previewCampaignAudience"
    )]
    async fn audience(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
    ) -> Result<Json<AudienceAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignView)
            .await?;
        let preview = self.campaigns.audience(member.scope(), campaign.0).await?;
        Ok(Json(AudienceAnswer::from(preview)))
    }
}
