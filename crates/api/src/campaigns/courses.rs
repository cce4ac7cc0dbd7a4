//! The course of campaigns: having them begin, pause, go on and end, and how their recipients stand.

use campaigns::{
    CampaignAction, CampaignCourses, CountedCampaign, RecipientFilter, RecipientMails, TestMails,
};
use kernel::{CampaignId, ContactId};
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;

use super::dto::{
    CampaignAnswer, RecipientAnswer, ScheduleCampaignRequest, reason as recipient_reason, schedule,
};
use super::made;
use super::mail::{RecipientMailAnswer, SendTestMailRequest, TestMailSentAnswer, test_send};
use crate::answer::{Answer, Finished};
use crate::input::{Body, OrganizationKey, Path, Query, parameters, text, text_by};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::{RecipientReasonText, RecipientStatusText};
use crate::{Caller, IdempotencyKey, Tag};

/// The operations on the course of campaigns.
pub struct CampaignCoursesApi {
    courses: CampaignCourses,
    mails: RecipientMails,
    tests: TestMails,
}

impl CampaignCoursesApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(courses: CampaignCourses, mails: RecipientMails, tests: TestMails) -> Self {
        Self {
            courses,
            mails,
            tests,
        }
    }
}

/// Who asks for something to be done with which campaign.
type Scene = (
    Caller,
    Path<OrganizationKey>,
    Path<CampaignId>,
    IdempotencyKey,
);

impl CampaignCoursesApi {
    async fn act(
        &self,
        (caller, organization, campaign, idempotency_key): Scene,
        action: CampaignAction,
    ) -> Result<Finished<CampaignAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignLaunch)
            .await?;
        let rendering = Finished::rendering(|counted: &CountedCampaign| done(counted, &self.mails));
        let request = idempotency_key.request(member.scope(), b"")?;
        let once = rendering.once(request);
        let outcome = self
            .courses
            .act(member.scope(), campaign.0, action, &once)
            .await?;
        Ok(rendering.answer(outcome)?)
    }
}

/// A campaign after something was done with it.
fn done(counted: &CountedCampaign, mails: &RecipientMails) -> Answer<CampaignAnswer> {
    Answer {
        location: None,
        ..made(counted, mails)
    }
}

#[OpenApi(tag = "Tag::Campaigns")]
impl CampaignCoursesApi {
    /// Schedule a campaign
    ///
    /// Has a draft begin at a later time; one that is scheduled already, at another. What it lacks is told all at once
    /// (422, `campaign-not-ready`). Where its status forbids it, the answer is 409. Needs the permission
    /// `campaign.launch`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/schedule",
        method = "post",
        operation_id = "scheduleCampaign"
    )]
    async fn schedule(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
        body: Body<ScheduleCampaignRequest>,
    ) -> Result<Finished<CampaignAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignLaunch)
            .await?;
        let at = body.decode(schedule)?;
        let rendering = Finished::rendering(|counted: &CountedCampaign| done(counted, &self.mails));
        let request = idempotency_key.request(member.scope(), &body)?;
        let once = rendering.once(request);
        let outcome = self
            .courses
            .schedule(member.scope(), campaign.0, at, &once)
            .await?;
        Ok(rendering.answer(outcome)?)
    }

    /// Take a campaign off the schedule
    ///
    /// Makes a scheduled campaign a draft again. Needs the permission `campaign.launch`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/unschedule",
        method = "post",
        operation_id = "unscheduleCampaign"
    )]
    async fn unschedule(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<CampaignAnswer>, Failed<St<409>>> {
        let scene = (caller, organization, campaign, idempotency_key);
        self.act(scene, CampaignAction::Unschedule).await
    }

    /// Launch a campaign
    ///
    /// Has a campaign begin now: a job decides of everybody on its lists whether they are mailed and when, and sends
    /// the mails. What it lacks is told all at once (422, `campaign-not-ready`). Where its status forbids it, the
    /// answer is 409. Needs the permission `campaign.launch`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/launch",
        method = "post",
        operation_id = "launchCampaign"
    )]
    async fn launch(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<CampaignAnswer>, Failed<St<409>>> {
        let scene = (caller, organization, campaign, idempotency_key);
        self.act(scene, CampaignAction::Launch).await
    }

    /// Pause a campaign
    ///
    /// Lets its mails wait, but for those that are just being handed over, 1,000 at most. Needs the permission
    /// `campaign.launch`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/pause",
        method = "post",
        operation_id = "pauseCampaign"
    )]
    async fn pause(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<CampaignAnswer>, Failed<St<409>>> {
        let scene = (caller, organization, campaign, idempotency_key);
        self.act(scene, CampaignAction::Pause).await
    }

    /// Resume a campaign
    ///
    /// Goes on where it was paused; what is yet to be sent is sent later by the time it was paused. Needs the
    /// permission `campaign.launch`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/resume",
        method = "post",
        operation_id = "resumeCampaign"
    )]
    async fn resume(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<CampaignAnswer>, Failed<St<409>>> {
        let scene = (caller, organization, campaign, idempotency_key);
        self.act(scene, CampaignAction::Resume).await
    }

    /// Complete a campaign
    ///
    /// Ends it. Whoever was yet to be mailed is left out, with the reason `ended`. Needs the permission
    /// `campaign.launch`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/complete",
        method = "post",
        operation_id = "completeCampaign"
    )]
    async fn complete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<CampaignAnswer>, Failed<St<409>>> {
        let scene = (caller, organization, campaign, idempotency_key);
        self.act(scene, CampaignAction::Complete).await
    }

    /// List the recipients of a campaign
    ///
    /// Everybody of whom it was decided whether they are mailed, in the order of the ids of the contacts: who got the
    /// mail, who did not, and why. Needs the permission `campaign.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/recipients",
        method = "get",
        operation_id = "listCampaignRecipients"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each parameter of the address"
    )]
    async fn recipients(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        /// List those who stand like this.
        status: Query<Option<RecipientStatusText>>,
        /// List those who do so for this reason.
        reason: Query<Option<RecipientReasonText>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<RecipientAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignView)
            .await?;
        let filter = parameters(|query| {
            let status = query.optional(&status, text);
            let reason = query.optional(&reason, text_by(recipient_reason));
            Some(RecipientFilter {
                status: status?,
                reason: reason?,
            })
        })?;
        let page = self
            .courses
            .recipients(member.scope(), campaign.0, &filter, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, RecipientAnswer::from))
    }

    /// Preview the mail of a campaign for a contact
    ///
    /// Gives the mail as this contact gets it, with the contact's own links: whoever follows them is taken for the contact,
    /// and what they do is recorded. Nothing is sent. A campaign without a template or an address for its landing page has
    /// no mail (404). Where a variable needs a value and has none, the answer is 422. Needs the permission
    /// `email_template.preview`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/recipients/:contact/mail",
        method = "get",
        operation_id = "previewCampaignMailForContact"
    )]
    async fn mail(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        contact: Path<ContactId>,
    ) -> Result<Json<RecipientMailAnswer>, Failed<St<422>>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplatePreview)
            .await?;
        let mail = self
            .mails
            .preview(member.scope(), campaign.0, contact.0)
            .await?;
        Ok(Json(RecipientMailAnswer::from(mail)))
    }

    /// Send a test mail
    ///
    /// Mails what the campaign says to up to ten mailboxes, at once, whatever its status: as a contact gets it, or with
    /// sample values. What is done with its links is not recorded, nobody can leave by them, and the mail counts nowhere.
    /// It comes from the installation's own address. Where one of the addresses is suppressed, nothing is sent (422). A
    /// campaign without a template or an address for its landing page has no mail (404). An organization has 50 tries, and
    /// another one every 30 seconds (429). Needs the permission `campaign.launch`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/test-mails",
        method = "post",
        operation_id = "sendTestMail"
    )]
    async fn send_test(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
        body: Body<SendTestMailRequest>,
    ) -> Result<Finished<TestMailSentAnswer>, Failed<(St<409>, St<429>)>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignLaunch)
            .await?;
        let test = body.decode(test_send)?;
        let rendering = Finished::rendering(|sent: &usize| Answer {
            location: None,
            version: None,
            body: TestMailSentAnswer::from(*sent),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let once = rendering.once(request);
        let outcome = self
            .tests
            .send(member.scope(), campaign.0, test, &once)
            .await?;
        Ok(rendering.answer(outcome)?)
    }
}
