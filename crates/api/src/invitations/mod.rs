//! Inviting people into an organization, and accepting.

mod dto;

use kernel::InvitationId;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::ports::InvitationFilter;
use tenancy::{
    Invitation, InvitationAcceptance, InvitationStatus, Invitations, Membership, Outcomes,
    Permission,
};

use self::dto::{
    AcceptedAnswer, InvitationAnswer, InvitationOutcomesAnswer, InvitationPreviewAnswer,
    InvitationTokenRequest, InvitationsRequest, InviteRequest, RevokeInvitationsRequest, Stage,
    invitation_ids, new_invitation, new_invitations, token,
};
use crate::answer::{Answer, Created, Finished, Found, NoContent};
use crate::edge::RequestContext;
use crate::input::{Body, OrganizationKey, Path, Query, parameters, text};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::EmailText;
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on invitations.
pub struct InvitationsApi {
    invitations: Invitations,
    acceptance: InvitationAcceptance,
}

impl InvitationsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(invitations: Invitations, acceptance: InvitationAcceptance) -> Self {
        Self {
            invitations,
            acceptance,
        }
    }
}

fn path_of(invitation: &Invitation) -> String {
    let state = invitation.state();
    format!(
        "/v1/organizations/{}/invitations/{}",
        state.organization, state.id
    )
}

#[OpenApi(tag = "Tag::Invitations")]
impl InvitationsApi {
    /// Invite somebody
    ///
    /// Mails a token to the address; whoever has it, and an account with that address, can join with the role. Nobody can
    /// give away a right that they do not hold. Needs the permission `member.invite`.
    #[oai(
        path = "/v1/organizations/:organization/invitations",
        method = "post",
        operation_id = "createInvitation"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<InviteRequest>,
    ) -> Result<Created<InvitationAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberInvite)
            .await?;
        let command = body.decode(new_invitation)?;
        let rendering = Created::rendering(|invitation: &Invitation| Answer {
            location: Some(path_of(invitation)),
            version: Some(invitation.state().version),
            body: InvitationAnswer::from(invitation),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .invitations
            .invite(&member, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Invite several people
    ///
    /// Invites up to 100 people; the answer tells of each, in the same order, what became of it. What is refused to one
    /// does not stop the others. Needs the permission `member.invite`.
    #[oai(
        path = "/v1/organizations/:organization/invitations/bulk-create",
        method = "post",
        operation_id = "createInvitations"
    )]
    async fn create_several(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<InvitationsRequest>,
    ) -> Result<Finished<InvitationOutcomesAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberInvite)
            .await?;
        let command = body.decode(new_invitations)?;
        let rendering = Finished::rendering(|outcomes: &Outcomes<Invitation>| Answer {
            location: None,
            version: None,
            body: InvitationOutcomesAnswer::from(outcomes),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .invitations
            .invite_all(&member, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Revoke several invitations
    ///
    /// Takes up to 100 invitations back; the answer tells of each, in the same order, what became of it. Needs the
    /// permission `member.invite`.
    #[oai(
        path = "/v1/organizations/:organization/invitations/bulk-revoke",
        method = "post",
        operation_id = "revokeInvitations"
    )]
    async fn revoke_several(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<RevokeInvitationsRequest>,
    ) -> Result<Finished<InvitationOutcomesAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberInvite)
            .await?;
        let ids = body.decode(invitation_ids)?;
        let rendering = Finished::rendering(|outcomes: &Outcomes<Invitation>| Answer {
            location: None,
            version: None,
            body: InvitationOutcomesAnswer::from(outcomes),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .invitations
            .revoke_all(&member, ids, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List invitations
    ///
    /// Lists invitations in the order in which they were made. Needs the permission `member.invite`.
    #[oai(
        path = "/v1/organizations/:organization/invitations",
        method = "get",
        operation_id = "listInvitations"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
        /// Only those that are this far.
        status: Query<Option<Stage>>,
        /// Only those for this address.
        email: Query<Option<EmailText>>,
    ) -> Result<Listed<InvitationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberInvite)
            .await?;
        let filter = parameters(|query| {
            let status = query.optional(&status, text::<InvitationStatus>);
            let email = query.optional(&email, text);
            Some(InvitationFilter {
                status: status?,
                email: email?,
            })
        })?;
        let page = self
            .invitations
            .list(&member, &filter, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |invitation| InvitationAnswer::from(&invitation)))
    }

    /// Read an invitation
    ///
    /// Needs the permission `member.invite`.
    #[oai(
        path = "/v1/organizations/:organization/invitations/:invitation",
        method = "get",
        operation_id = "readInvitation"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        invitation: Path<InvitationId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<InvitationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberInvite)
            .await?;
        let invitation = self.invitations.read(&member, invitation.0).await?;
        Ok(Found::new(
            InvitationAnswer::from(&invitation),
            invitation.state().version,
            &if_none_match,
        )?)
    }

    /// Send an invitation again
    ///
    /// Mails a new token; the one that was sent before works no more. Needs the permission `member.invite`.
    #[oai(
        path = "/v1/organizations/:organization/invitations/:invitation/resend",
        method = "post",
        operation_id = "resendInvitation"
    )]
    async fn resend(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        invitation: Path<InvitationId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<InvitationAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberInvite)
            .await?;
        let rendering = Finished::rendering(|invitation: &Invitation| Answer {
            location: None,
            version: Some(invitation.state().version),
            body: InvitationAnswer::from(invitation),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .invitations
            .resend(&member, invitation.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Revoke an invitation
    ///
    /// Its token works no more. Needs the permission `member.invite`.
    #[oai(
        path = "/v1/organizations/:organization/invitations/:invitation",
        method = "delete",
        operation_id = "revokeInvitation"
    )]
    async fn revoke(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        invitation: Path<InvitationId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberInvite)
            .await?;
        self.invitations
            .revoke(&member, invitation.0, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Look at an invitation
    ///
    /// Tells the holder of a token what it invites to. Needs no credentials but the token; every token that opens
    /// nothing is refused alike.
    #[oai(
        path = "/v1/invitations/preview",
        method = "post",
        operation_id = "previewInvitation"
    )]
    async fn preview(
        &self,
        request: &Request,
        body: Body<InvitationTokenRequest>,
    ) -> Result<Json<InvitationPreviewAnswer>, Failed<St<409>>> {
        let origin = RequestContext::of(request)?.origin();
        let token = body.decode(token)?;
        let preview = self.acceptance.preview(origin, token).await?;
        Ok(Json(InvitationPreviewAnswer::from(&preview)))
    }

    /// Accept an invitation
    ///
    /// Makes you a member of the organization. Your account must have the address that was invited, in any case. Needs
    /// a session.
    #[oai(
        path = "/v1/invitations/accept",
        method = "post",
        operation_id = "acceptInvitation"
    )]
    async fn accept(
        &self,
        caller: Caller,
        idempotency_key: IdempotencyKey,
        body: Body<InvitationTokenRequest>,
    ) -> Result<Created<AcceptedAnswer>, Failed<(St<403>, St<409>)>> {
        let token = body.decode(token)?;
        let rendering = Created::rendering(|membership: &Membership| Answer {
            location: Some(format!(
                "/v1/organizations/{}/members/{}",
                membership.state().organization,
                membership.state().id
            )),
            version: None,
            body: AcceptedAnswer::from(membership),
        });
        let request = idempotency_key.request_outside(caller.principal().actor(), &body)?;
        let done = self
            .acceptance
            .accept(caller.principal(), token, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }
}
