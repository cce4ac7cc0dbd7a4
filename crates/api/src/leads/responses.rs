//! What leads answered, and their way through the pipeline.

use std::collections::HashMap;

use campaigns::{Answers, FormResponse, Leads, StatusChange};
use kernel::{LeadId, UserId};
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;
use tenancy::Permission;
use time::OffsetDateTime;
use uuid::Uuid;

use super::ANSWERS;
use super::dto::{FORM, an_answer};
use crate::answer::{Answer, Created};
use crate::input::{Body, Fields, OrganizationKey, Path, id, json_object};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::{DescriptionText, LeadStatusText};
use crate::{Caller, IdempotencyKey, Tag};

/// Answers to a form.
#[derive(Object)]
#[oai(example)]
pub(crate) struct AddLeadResponseRequest {
    /// The form that was answered, in its last version.
    form_id: Uuid,
    /// The answers by the keys of the form's fields.
    #[oai(nullable)]
    answers: Option<HashMap<String, Value>>,
}

/// Answers as they were accepted.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct LeadResponseAnswer {
    /// Their id.
    id: Uuid,
    /// Whose they are.
    lead_id: Uuid,
    /// The version of a form that they answer.
    form_version_id: Uuid,
    /// The answers by the keys of the form's fields.
    answers: HashMap<String, Value>,
    /// When they were sent.
    submitted_at: OffsetDateTime,
}

/// A step of a lead through the pipeline.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct LeadStatusChangeAnswer {
    /// Its id.
    id: Uuid,
    /// Where the lead was; null when it came in.
    from_status: Option<LeadStatusText>,
    /// Where it is since.
    to_status: LeadStatusText,
    /// Why.
    reason: DescriptionText,
    /// When.
    changed_at: OffsetDateTime,
    /// The user who moved it.
    changed_by: Option<Uuid>,
}

/// The operations on what leads answered, and on their way through the pipeline.
pub struct LeadResponsesApi {
    leads: Leads,
}

impl LeadResponsesApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(leads: Leads) -> Self {
        Self { leads }
    }
}

#[OpenApi(tag = "Tag::Leads")]
impl LeadResponsesApi {
    /// Add a response to a lead
    ///
    /// Answers to the last version of a form. From now on the lead is found by these answers to the fields of that form.
    /// Needs the permission `lead.update`.
    #[oai(
        path = "/v1/organizations/:organization/leads/:lead/responses",
        method = "post",
        operation_id = "addLeadResponse"
    )]
    async fn add(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        lead: Path<LeadId>,
        idempotency_key: IdempotencyKey,
        body: Body<AddLeadResponseRequest, ANSWERS>,
    ) -> Result<Created<LeadResponseAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadUpdate)
            .await?;
        let command = body.decode(new_response)?;
        let rendering = Created::rendering(|response: &FormResponse| Answer {
            location: None,
            version: None,
            body: LeadResponseAnswer::from(response),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let once = rendering.once(request);
        let done = self
            .leads
            .respond(member.scope(), lead.0, command, &once)
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the responses of a lead
    ///
    /// In the order in which they came. Needs the permission `lead.view`.
    #[oai(
        path = "/v1/organizations/:organization/leads/:lead/responses",
        method = "get",
        operation_id = "listLeadResponses"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        lead: Path<LeadId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<LeadResponseAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadView)
            .await?;
        let page = self
            .leads
            .responses(member.scope(), lead.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |response| LeadResponseAnswer::from(&response)))
    }

    /// List the steps of a lead through the pipeline
    ///
    /// From its coming in to now. Needs the permission `lead.view`.
    #[oai(
        path = "/v1/organizations/:organization/leads/:lead/status-changes",
        method = "get",
        operation_id = "listLeadStatusChanges"
    )]
    async fn steps(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        lead: Path<LeadId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<LeadStatusChangeAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::LeadView)
            .await?;
        let page = self
            .leads
            .status_changes(member.scope(), lead.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |step| LeadStatusChangeAnswer::from(&step)))
    }
}

fn new_response(fields: &mut Fields<'_>) -> Option<Answers> {
    let form = fields.required("form_id", id);
    let answers = fields.optional("answers", json_object);
    Some(Answers {
        form: form?,
        answers: answers?.unwrap_or_default(),
    })
}

impl From<&FormResponse> for LeadResponseAnswer {
    fn from(response: &FormResponse) -> Self {
        Self {
            id: response.id.as_uuid(),
            lead_id: response.lead.as_uuid(),
            form_version_id: response.form_version.as_uuid(),
            answers: response.answers.clone().into_iter().collect(),
            submitted_at: response.submitted_at,
        }
    }
}

impl From<&StatusChange> for LeadStatusChangeAnswer {
    fn from(step: &StatusChange) -> Self {
        Self {
            id: step.id.as_uuid(),
            from_status: step.from.map(|status| LeadStatusText::new(status.as_str())),
            to_status: LeadStatusText::new(step.to.as_str()),
            reason: DescriptionText::new(&step.reason),
            changed_at: step.at,
            changed_by: step.by.map(UserId::as_uuid),
        }
    }
}

const LEAD: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0041);

fn at() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454)
}

impl Example for AddLeadResponseRequest {
    fn example() -> Self {
        Self {
            form_id: FORM,
            answers: Some(an_answer()),
        }
    }
}

impl Example for LeadResponseAnswer {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0042),
            lead_id: LEAD,
            form_version_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0032),
            answers: an_answer(),
            submitted_at: at(),
        }
    }
}

impl Example for LeadStatusChangeAnswer {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0043),
            from_status: Some(LeadStatusText::new("new")),
            to_status: LeadStatusText::new("qualified"),
            reason: DescriptionText::new("Has a budget."),
            changed_at: at(),
            changed_by: None,
        }
    }
}
