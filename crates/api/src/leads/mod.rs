//! Leads: people who showed interest, and the work on that.

mod bulk;
mod dto;
mod filter;
mod funnel;
mod responses;

use campaigns::{CampaignError, Lead, Leads};
use kernel::LeadId;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) use self::responses::LeadResponsesApi;

use self::bulk::{
    AssignLeadsRequest, ChangedLeadsAnswer, DeleteLeadsRequest, SetLeadStatusRequest,
    leads_to_assign, leads_to_delete, leads_to_move,
};
use self::dto::{CreateLeadRequest, LeadAnswer, UpdateLeadRequest, lead_change, new_lead};
use self::filter::Filter;
use self::funnel::LeadFunnelAnswer;
use crate::answer::{
    Answer, Changed, Created, CsvDownload, Finished, Found, NoContent, csv_download,
};
use crate::input::{Body, OrganizationKey, Path, Query, id, parameters};
use crate::paging::{After, Limit, Listed};
use crate::problem::{ApiError, Failed, Refusal, St};
use crate::schema::{LeadConditionText, LeadSortText, LeadSourceText, LeadStatusText};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The most bytes of a body with answers to a form.
pub(crate) const ANSWERS: usize = 1 << 20;

/// The operations on leads.
pub struct LeadsApi {
    leads: Leads,
}

impl LeadsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(leads: Leads) -> Self {
        Self { leads }
    }
}

/// A cursor that belongs to another order is refused as one of another listing is.
fn misplaced(error: CampaignError) -> ApiError {
    match error {
        CampaignError::InvalidCursor => Refusal::InvalidCursor.into(),
        other => other.into(),
    }
}

#[OpenApi(tag = "Tag::Leads")]
impl LeadsApi {
    /// Create a lead
    ///
    /// Makes a lead of a contact, of answers to the last version of a form, or of both. Where the person has a living
    /// lead of the campaign, or one without a campaign where none is named, the answer is 409 with that lead's id. Needs the permission `lead.create`.
    #[oai(
        path = "/v1/organizations/:organization/leads",
        method = "post",
        operation_id = "createLead"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateLeadRequest, ANSWERS>,
    ) -> Result<Created<LeadAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadCreate)
            .await?;
        let command = body.decode(new_lead)?;
        let rendering = Created::rendering(|lead: &Lead| {
            let state = lead.state();
            Answer {
                location: Some(format!(
                    "/v1/organizations/{}/leads/{}",
                    state.organization, state.id
                )),
                version: Some(state.stamps.version),
                body: LeadAnswer::from(lead),
            }
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .leads
            .create(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the leads
    ///
    /// With several filters, what fits all of them; a `status` that is repeated fits where one of its values does, and
    /// of `field` every one has to fit. A field that no form has or that is not indexed is told with 422. Sorted by a
    /// field, leads that have no value of it are left out. What few leads meet is looked for in parts: a page may have fewer
    /// leads than `limit`, or none, and still a `next_cursor`. Needs the permission `lead.view`.
    #[oai(
        path = "/v1/organizations/:organization/leads",
        method = "get",
        operation_id = "listLeads"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// List the deleted leads instead of the living ones.
        deleted: Query<Option<bool>>,
        /// How far they have come.
        status: Query<Vec<LeadStatusText>>,
        /// Where they came from.
        source: Query<Option<LeadSourceText>>,
        /// The campaign that brought them.
        campaign_id: Query<Option<Uuid>>,
        /// The contact that they are.
        contact_id: Query<Option<Uuid>>,
        /// Assigned to this person.
        assigned_user_id: Query<Option<Uuid>>,
        /// Assigned to this team.
        assigned_team_id: Query<Option<Uuid>>,
        /// Assigned to nobody.
        unassigned: Query<Option<bool>>,
        /// Made from when on, included.
        created_since: Query<Option<OffsetDateTime>>,
        /// Made until when, excluded.
        created_until: Query<Option<OffsetDateTime>>,
        /// What a field was answered: its key, an operator and a value with colons between them, such as
        /// `team_size:gte:10`. The operators are `eq`, `ne` (answered, but something else), `in` (values with commas
        /// between them), `contains`, `gt`, `gte`, `lt`, `lte`, `between` (two values with a comma between them) and
        /// `exists` (`true` or `false`). Texts are compared in any case.
        field: Query<Vec<LeadConditionText>>,
        /// The order: `created_at` or the key of a field, backwards with a minus.
        sort: Query<Option<LeadSortText>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<LeadAnswer>, Failed<St<422>>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadView)
            .await?;
        let filter = Filter {
            deleted,
            status,
            source,
            campaign_id,
            contact_id,
            assigned_user_id,
            assigned_team_id,
            unassigned,
            created_since,
            created_until,
            field,
            sort,
        };
        let page = self
            .leads
            .list(member.scope(), filter.read()?, &cursor.page(&limit)?)
            .await
            .map_err(misplaced)?;
        Ok(cursor.listed(page, |lead| LeadAnswer::from(&lead)))
    }

    /// Download leads
    ///
    /// Gives the leads that fit the filters as CSV (RFC 4180, UTF-8, with a header), with what they answered last. Every
    /// cell is quoted; one that begins like a formula has an apostrophe in front. The download is itself written into the
    /// audit log. Needs the permission `lead.export`.
    #[oai(
        path = "/v1/organizations/:organization/leads/export",
        method = "get",
        operation_id = "exportLeads"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn export(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// Download the deleted leads instead of the living ones.
        deleted: Query<Option<bool>>,
        /// How far they have come.
        status: Query<Vec<LeadStatusText>>,
        /// Where they came from.
        source: Query<Option<LeadSourceText>>,
        /// The campaign that brought them.
        campaign_id: Query<Option<Uuid>>,
        /// The contact that they are.
        contact_id: Query<Option<Uuid>>,
        /// Assigned to this person.
        assigned_user_id: Query<Option<Uuid>>,
        /// Assigned to this team.
        assigned_team_id: Query<Option<Uuid>>,
        /// Assigned to nobody.
        unassigned: Query<Option<bool>>,
        /// Made from when on, included.
        created_since: Query<Option<OffsetDateTime>>,
        /// Made until when, excluded.
        created_until: Query<Option<OffsetDateTime>>,
        /// What a field was answered, as in the listing.
        field: Query<Vec<LeadConditionText>>,
        /// The order, as in the listing.
        sort: Query<Option<LeadSortText>>,
    ) -> Result<CsvDownload, Failed<St<422>>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadExport)
            .await?;
        let filter = Filter {
            deleted,
            status,
            source,
            campaign_id,
            contact_id,
            assigned_user_id,
            assigned_team_id,
            unassigned,
            created_since,
            created_until,
            field,
            sort,
        };
        let export = self.leads.export(member.scope(), filter.read()?).await?;
        Ok(csv_download("leads.csv", export).await?)
    }

    /// Read the funnel of leads
    ///
    /// How many living leads each stage of the pipeline has now, and how many have been there: those of a campaign, or all.
    /// Needs the permission `lead.view`.
    #[oai(
        path = "/v1/organizations/:organization/leads/funnel",
        method = "get",
        operation_id = "readLeadFunnel"
    )]
    async fn funnel(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// The campaign whose leads are counted.
        campaign_id: Query<Option<Uuid>>,
    ) -> Result<Json<LeadFunnelAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadView)
            .await?;
        let campaign = parameters(|query| query.optional(&campaign_id, id))?;
        let stages = self.leads.funnel(member.scope(), campaign).await?;
        Ok(Json(LeadFunnelAnswer::from(stages)))
    }

    /// Read a lead
    ///
    /// What it answered is in its responses. Needs the permission `lead.view`.
    #[oai(
        path = "/v1/organizations/:organization/leads/:lead",
        method = "get",
        operation_id = "readLead"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        lead: Path<LeadId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<LeadAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadView)
            .await?;
        let lead = self.leads.read(member.scope(), lead.0).await?;
        let version = lead.state().stamps.version;
        Ok(Found::new(
            LeadAnswer::from(&lead),
            version,
            &if_none_match,
        )?)
    }

    /// Change a lead
    ///
    /// Changes the fields that are mentioned. A step that the pipeline does not have is refused with 409. Needs the
    /// permission `lead.update`.
    #[oai(
        path = "/v1/organizations/:organization/leads/:lead",
        method = "patch",
        operation_id = "updateLead"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        lead: Path<LeadId>,
        if_match: IfMatch,
        body: Body<UpdateLeadRequest>,
    ) -> Result<Changed<LeadAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadUpdate)
            .await?;
        let change = body.decode(lead_change)?;
        let expected = if_match.expected()?;
        let lead = self
            .leads
            .update(member.scope(), lead.0, &expected, change)
            .await?;
        Ok(Changed::new(
            LeadAnswer::from(&lead),
            lead.state().stamps.version,
        ))
    }

    /// Move several leads through the pipeline
    ///
    /// Gives all of them the same status. Tells of each, in the order in which they were named, what became of it; those
    /// that cannot become so stay as they are. The entries of the audit log have a batch in common. Needs the permission
    /// `lead.update`.
    #[oai(
        path = "/v1/organizations/:organization/leads/bulk-status",
        method = "post",
        operation_id = "setStatusOfLeads"
    )]
    async fn set_status(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<SetLeadStatusRequest>,
    ) -> Result<Json<ChangedLeadsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadUpdate)
            .await?;
        let command = body.decode(leads_to_move)?;
        let outcomes = self.leads.change_many(member.scope(), command).await?;
        Ok(Json(ChangedLeadsAnswer::from(outcomes)))
    }

    /// Assign several leads
    ///
    /// To a member, to a team, or to nobody where neither is named. Tells of each, in the order in which they were named,
    /// what became of it. The entries of the audit log have a batch in common. Needs the permission `lead.update`.
    #[oai(
        path = "/v1/organizations/:organization/leads/bulk-assign",
        method = "post",
        operation_id = "assignLeads"
    )]
    async fn assign(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<AssignLeadsRequest>,
    ) -> Result<Json<ChangedLeadsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadUpdate)
            .await?;
        let command = body.decode(leads_to_assign)?;
        let outcomes = self.leads.change_many(member.scope(), command).await?;
        Ok(Json(ChangedLeadsAnswer::from(outcomes)))
    }

    /// Delete several leads
    ///
    /// They can be restored one by one for 90 days, or as many as the organization says in `retention.deleted_rows_days`,
    /// and go for good after that. Tells of each, in the order in which they were named, what became of it. The entries of
    /// the audit log have a batch in common. Needs the permission `lead.delete`.
    #[oai(
        path = "/v1/organizations/:organization/leads/bulk-delete",
        method = "post",
        operation_id = "deleteLeads"
    )]
    async fn delete_many(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<DeleteLeadsRequest>,
    ) -> Result<Json<ChangedLeadsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadDelete)
            .await?;
        let command = body.decode(leads_to_delete)?;
        let outcomes = self.leads.change_many(member.scope(), command).await?;
        Ok(Json(ChangedLeadsAnswer::from(outcomes)))
    }

    /// Delete a lead
    ///
    /// It can be restored for 90 days, or as many as the organization says in `retention.deleted_rows_days`, and goes for
    /// good after that. Needs the permission `lead.delete`.
    #[oai(
        path = "/v1/organizations/:organization/leads/:lead",
        method = "delete",
        operation_id = "deleteLead"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        lead: Path<LeadId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadDelete)
            .await?;
        let expected = if_match.expected()?;
        self.leads.delete(member.scope(), lead.0, &expected).await?;
        Ok(NoContent::Done)
    }

    /// Restore a deleted lead
    ///
    /// Takes the deletion back. Where the person has another living lead by now, the answer is 409 with that lead's id.
    /// Needs the permission `lead.delete`.
    #[oai(
        path = "/v1/organizations/:organization/leads/:lead/restore",
        method = "post",
        operation_id = "restoreLead"
    )]
    async fn restore(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        lead: Path<LeadId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<LeadAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadDelete)
            .await?;
        let rendering = Finished::rendering(|lead: &Lead| Answer {
            location: None,
            version: Some(lead.state().stamps.version),
            body: LeadAnswer::from(lead),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .leads
            .restore(member.scope(), lead.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }
}
