//! Members: who belongs to an organization, and in which role.

mod dto;

use kernel::MembershipId;
use poem_openapi::OpenApi;
use tenancy::ports::MemberFilter;
use tenancy::{MemberOutcome, Members, Permission};
use uuid::Uuid;

pub(crate) use self::dto::MemberRoleTemplate;
use self::dto::{
    MemberAnswer, MemberOutcomesAnswer, RemoveMembersRequest, UpdateMemberRequest,
    UpdateMembersRequest, member_change, member_ids, members_change,
};
use crate::answer::{Answer, Changed, Finished, Found, NoContent, Rendering};
use crate::input::{Body, OrganizationKey, Path, Query, id, parameters};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on members.
pub struct MembersApi {
    members: Members,
}

impl MembersApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(members: Members) -> Self {
        Self { members }
    }
}

#[OpenApi(tag = "Tag::Members")]
impl MembersApi {
    /// List the members
    ///
    /// Lists who belongs to the organization, in the order in which they joined. Needs the permission `member.view`.
    #[oai(
        path = "/v1/organizations/:organization/members",
        method = "get",
        operation_id = "listMembers"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
        /// List only the members with this role.
        role_id: Query<Option<Uuid>>,
    ) -> Result<Listed<MemberAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberView)
            .await?;
        let role = parameters(|query| query.optional(&role_id, id))?;
        let page = self
            .members
            .list(&member, &MemberFilter { role }, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |card| MemberAnswer::from(&card)))
    }

    /// Read a member
    ///
    /// Needs the permission `member.view`.
    #[oai(
        path = "/v1/organizations/:organization/members/:member",
        method = "get",
        operation_id = "readMember"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        member: Path<MembershipId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<MemberAnswer>, Failed<()>> {
        let reader = caller
            .authorize(&organization.0, Permission::MemberView)
            .await?;
        let card = self.members.read(&reader, member.0).await?;
        let version = card.membership.state().stamps.version;
        Ok(Found::new(
            MemberAnswer::from(&card),
            version,
            &if_none_match,
        )?)
    }

    /// Change a member's role
    ///
    /// Needs the permission `member.update`, and every permission that the member has and gets. The last owner, and
    /// the user who answers for the organization, keep the owner role.
    #[oai(
        path = "/v1/organizations/:organization/members/:member",
        method = "patch",
        operation_id = "updateMember"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        member: Path<MembershipId>,
        if_match: IfMatch,
        body: Body<UpdateMemberRequest>,
    ) -> Result<Changed<MemberAnswer>, Failed<St<409>>> {
        let changer = caller
            .authorize(&organization.0, Permission::MemberUpdate)
            .await?;
        let change = body.decode(member_change)?;
        let card = self
            .members
            .update(&changer, member.0, &if_match.expected()?, change)
            .await?;
        Ok(Changed::new(
            MemberAnswer::from(&card),
            card.membership.state().stamps.version,
        ))
    }

    /// Remove a member
    ///
    /// Ends the membership and the member's places in teams. Needs the permission `member.remove`, and every permission
    /// that the member has. The last owner, and the user who answers for the organization, cannot be removed.
    #[oai(
        path = "/v1/organizations/:organization/members/:member",
        method = "delete",
        operation_id = "removeMember"
    )]
    async fn remove(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        member: Path<MembershipId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<St<409>>> {
        let remover = caller
            .authorize(&organization.0, Permission::MemberRemove)
            .await?;
        self.members
            .remove(&remover, member.0, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Change the role of many members
    ///
    /// Gives up to 100 members the same role, and tells of each what became of it: what is refused to one does not keep
    /// the others from it. Needs the permission `member.update`.
    #[oai(
        path = "/v1/organizations/:organization/members/bulk-update",
        method = "post",
        operation_id = "updateMembers"
    )]
    async fn update_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<UpdateMembersRequest>,
    ) -> Result<Finished<MemberOutcomesAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberUpdate)
            .await?;
        let change = body.decode(members_change)?;
        let rendering = outcomes();
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .members
            .update_all(&member, change, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Remove many members
    ///
    /// Ends up to 100 memberships, and tells of each what became of it: what is refused of one does not keep the others.
    /// Needs the permission `member.remove`.
    #[oai(
        path = "/v1/organizations/:organization/members/bulk-remove",
        method = "post",
        operation_id = "removeMembers"
    )]
    async fn remove_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<RemoveMembersRequest>,
    ) -> Result<Finished<MemberOutcomesAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::MemberRemove)
            .await?;
        let ids = body.decode(member_ids)?;
        let rendering = outcomes();
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .members
            .remove_all(&member, ids, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Leave the organization
    ///
    /// Ends your own membership and your places in teams; it takes no permission, but a session. The last owner, and the
    /// user who answers for the organization, cannot leave.
    #[oai(
        path = "/v1/organizations/:organization/leave",
        method = "post",
        operation_id = "leaveOrganization"
    )]
    async fn leave(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
    ) -> Result<NoContent, Failed<St<409>>> {
        let member = caller.authorize_member(&organization.0).await?;
        self.members.leave(&member).await?;
        Ok(NoContent::Done)
    }
}

/// How outcomes look as an answer.
fn outcomes() -> Rendering<'static, Vec<MemberOutcome>, MemberOutcomesAnswer, 200> {
    Finished::rendering(|outcomes: &Vec<MemberOutcome>| Answer {
        location: None,
        version: None,
        body: MemberOutcomesAnswer::from(outcomes.as_slice()),
    })
}
