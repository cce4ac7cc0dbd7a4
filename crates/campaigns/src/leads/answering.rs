//! Use cases: taking in what people answer to forms.

use kernel::{
    AuditAction, AuditDraft, CampaignId, Changes, Checked, ContactId, Description, Done,
    FieldErrors, FieldFault, FormId, FormResponseId, FormVersionId, LeadId, Once, StorageError,
    TenantScope, Timestamp, begin_once,
};
use serde_json::{Map, Value, json};

use super::identity::{address_of, identify, may_be};
use super::{Leads, find_living, noted, unknown};
use crate::ports::CampaignUnit;
use crate::{
    AnswerErrors, AskedConsent, CampaignError, ConsentRecord, ConsentSource, ConsentSubject,
    ConsentType, EventClient, FormDefinition, FormResponse, FormVersion, Lead, LeadSource,
    LeadValue, NewLead, ReadAddress, Response, ResponseOrigin, UnknownAnswers,
};

/// Answers to a form, as a program sends them.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The form, whose last version is answered.
    pub form: FormId,
    /// The answers by the keys of its fields.
    pub answers: Map<String, Value>,
}

/// What somebody submitted on a page.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The campaign that the page belongs to.
    pub campaign: Option<CampaignId>,
    /// The contact whose link led to the page.
    pub contact: Option<ContactId>,
    /// The form and the version of it that was shown.
    pub form: (FormId, FormVersionId),
    /// What was sent; fields that the form does not have are ignored.
    pub answers: Map<String, Value>,
    /// Through which door.
    pub source: LeadSource,
    /// From where.
    pub origin: ResponseOrigin,
    /// When, where that is not now.
    pub submitted_at: Option<Timestamp>,
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// The lead, new or not.
    pub lead: Lead,
    /// Its new response.
    pub response: FormResponse,
    /// Whether the lead is new.
    pub is_new: bool,
}

impl Leads {
    /// Takes in what somebody submitted on a page: a response of the person's lead in the campaign, which is made if
    /// there is none. What is wrong with the answers is told by pointers below `#/answers`.
    pub async fn submit(
        &self,
        scope: &TenantScope,
        submission: Submission,
    ) -> Result<Submitted, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let submitted = self.take_in(unit.as_ref(), scope, submission, at).await?;
        unit.commit().await?;
        Ok(submitted)
    }

    /// What a form makes of answers from a page, which sends more than it asks.
    pub(crate) fn accept(
        &self,
        form: &FormDefinition,
        answers: &Map<String, Value>,
    ) -> Result<Response, AnswerErrors> {
        form.validate(answers, UnknownAnswers::Ignored, self.read_address)
    }

    /// Takes in a submission within a unit of work of which it is a part: the response, its lead, what was agreed to and
    /// the audit entries.
    pub(crate) async fn take_in(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        submission: Submission,
        at: Timestamp,
    ) -> Result<Submitted, CampaignError> {
        let (form, version) = submission.form;
        let version = unit.forms().find_version(form, version).await?;
        let version = version.ok_or(CampaignError::NotFound("form version"))?;
        let response = self
            .accept(&version.definition, &submission.answers)
            .map_err(|errors| errors.into_field_errors("#/answers"))?;
        let address = address_of(&version, &response, self.read_address);
        let identity = identify(unit, submission.contact, address, self.read_address).await?;
        let known = identity.find_lead(unit, submission.campaign).await?;
        let given = Given {
            version: &version,
            response: &response,
            origin: submission.origin,
            source: ConsentSource::Form,
            submitted_at: submission.submitted_at,
        };
        let (lead, response, is_new) = if let Some(before) = known {
            let (lead, response) = self
                .add_response(unit, scope, before.id(), &given, identity.contact, at)
                .await?;
            (lead, response, false)
        } else {
            let new = NewLead {
                campaign: submission.campaign,
                contact: identity.contact,
                person: identity.people.first().cloned(),
                source: submission.source,
                owner: None,
                notes: Description::empty(),
                came_at: submission.submitted_at.unwrap_or(at),
            };
            let (mut lead, step) = self.open(scope, new, at);
            let values = LeadValue::all_of(&response);
            let response = self.take(scope, &mut lead, &given, None, at);
            let inserted = unit.leads().insert(&lead, &step);
            inserted.await.map_err(CampaignError::contended)?;
            unit.leads().insert_response(&response, &values).await?;
            let consents = self.consents(&lead, &given, at);
            unit.consents().append(&consents).await?;
            let drafts = vec![
                noted(&lead, AuditAction::Create, lead.changes_since(None)),
                response_creation(&response),
            ];
            self.bench.note(unit, scope, at, drafts).await?;
            (lead, response, true)
        };
        Ok(Submitted {
            lead,
            response,
            is_new,
        })
    }

    /// Adds a response to a living lead. One that is no contact yet is the contact with the address that was answered,
    /// unless it gave another one before or the contact has a lead in the campaign.
    pub async fn respond(
        &self,
        scope: &TenantScope,
        id: LeadId,
        answers: Checked<Answers>,
        once: &Once<'_, FormResponse>,
    ) -> Result<Done<FormResponse>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = find_living(unit.as_ref(), id).await?;
        let mut errors = FieldErrors::default();
        let answered =
            read_answers(unit.as_ref(), &answers?, self.read_address, &mut errors).await?;
        let Some((version, response)) = answered.filter(|_| errors.is_empty()) else {
            return Err(errors.into());
        };
        let address = address_of(&version, &response, self.read_address);
        let contact = match address {
            Some(address) if may_be(before.state(), &address) => {
                unit.people().find_contact(&address).await?
            }
            _ => None,
        };
        // A contact has one lead in a campaign: beside it, this one stays nobody's.
        let contact = match contact {
            Some(contact) => {
                let campaign = before.state().campaign;
                let leads = unit.leads();
                let theirs = leads.find_person(campaign, Some(contact), &[]).await?;
                theirs.is_none().then_some(contact)
            }
            None => None,
        };
        let given = Given::over_the_api(&version, &response);
        let (_, response) = self
            .add_response(unit.as_ref(), scope, id, &given, contact, at)
            .await?;
        once.record(unit.idempotency(), &response).await?;
        unit.commit().await?;
        Ok(Done::Fresh(response))
    }

    /// Makes a response of what was given, and has the lead know it.
    pub(super) fn take(
        &self,
        scope: &TenantScope,
        lead: &mut Lead,
        given: &Given<'_>,
        contact: Option<ContactId>,
        at: Timestamp,
    ) -> FormResponse {
        let id = self.bench.id(FormResponseId::from_uuid);
        let submitted_at = given.submitted_at.unwrap_or(at);
        lead.answer((id, submitted_at), contact, at, scope.actor().user());
        FormResponse {
            id,
            organization: scope.organization(),
            lead: lead.id(),
            form_version: given.version.id,
            answers: given.response.to_json(),
            submitted_at,
            created_at: at,
            origin: given.origin.clone(),
        }
    }

    /// What a lead agreed to, or did not, in what was given.
    pub(super) fn consents(
        &self,
        lead: &Lead,
        given: &Given<'_>,
        at: Timestamp,
    ) -> Vec<ConsentRecord> {
        let state = lead.state();
        let contact = state.contact;
        let subject = contact.map_or(ConsentSubject::Lead(state.id), |contact| {
            ConsentSubject::Both(contact, state.id)
        });
        let asked = given.response.consents();
        let record = |asked: AskedConsent<'_>| ConsentRecord {
            id: self.bench.id(std::convert::identity),
            at,
            subject,
            consent_type: ConsentType::asked_by(asked.key),
            granted: asked.given,
            text: asked.text.to_owned(),
            text_version: Some(given.version.id),
            source: given.source,
            campaign: state.campaign,
            client: EventClient {
                user_agent: given.origin.user_agent.clone(),
                ip: given.origin.ip,
                session: None,
            },
        };
        asked.map(record).collect()
    }

    async fn add_response(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        lead: LeadId,
        given: &Given<'_>,
        contact: Option<ContactId>,
        at: Timestamp,
    ) -> Result<(Lead, FormResponse), CampaignError> {
        // Answers to one lead wait for each other: who came later answers what the earlier ones left.
        let mut found = unit.leads().find_for_change(&[lead]).await?;
        found.retain(|lead| !lead.state().stamps.is_deleted());
        let before = found.pop().ok_or(StorageError::Contended(None))?;
        let values = unit.leads().values_of(lead).await?;
        let values = LeadValue::after(&values, &given.version.definition, given.response);
        let mut after = before.clone();
        let response = self.take(scope, &mut after, given, contact, at);
        let version = before.state().stamps.version;
        let written = unit.leads().update(&after, version, None);
        written.await.map_err(CampaignError::contended)?;
        unit.leads().insert_response(&response, &values).await?;
        let consents = self.consents(&after, given, at);
        unit.consents().append(&consents).await?;
        let drafts = vec![
            noted(
                &after,
                AuditAction::Update,
                after.changes_since(Some(&before)),
            ),
            response_creation(&response),
        ];
        self.bench.note(unit, scope, at, drafts).await?;
        Ok((after, response))
    }
}

/// Answers that a form accepted.
pub(super) struct Given<'a> {
    version: &'a FormVersion,
    response: &'a Response,
    origin: ResponseOrigin,
    /// How what is agreed to in it became known.
    source: ConsentSource,
    /// When they were given, where that is not now.
    submitted_at: Option<Timestamp>,
}

impl<'a> Given<'a> {
    pub(super) fn over_the_api(version: &'a FormVersion, response: &'a Response) -> Self {
        Self {
            version,
            response,
            origin: ResponseOrigin::default(),
            source: ConsentSource::Api,
            submitted_at: None,
        }
    }
}

/// What the audit log says of a response: the answers stay out, since the response itself keeps them for good.
pub(super) fn response_creation(response: &FormResponse) -> AuditDraft {
    let changes = Changes::none()
        .field("lead_id", Value::Null, json!(response.lead))
        .field("form_version_id", Value::Null, json!(response.form_version));
    let id = response.id.as_uuid();
    AuditDraft::new("form_response", id, AuditAction::Create, changes)
}

/// What the last version of the form makes of the answers; nothing where something is wrong with them.
pub(super) async fn read_answers(
    unit: &dyn CampaignUnit,
    answers: &Answers,
    read_address: ReadAddress,
    errors: &mut FieldErrors,
) -> Result<Option<(FormVersion, Response)>, CampaignError> {
    let form = unit.forms().find(answers.form).await?;
    let Some(form) = form.filter(|form| !form.state().stamps.is_deleted()) else {
        errors.push("#/form_id", unknown("there is no such form"));
        return Ok(None);
    };
    let version = form.state().current_version;
    let version = unit.forms().find_version(form.id(), version).await?;
    let version = version
        .ok_or_else(|| StorageError::Corrupt("a form is without its current version".to_owned()))?;
    let validated =
        version
            .definition
            .validate(&answers.answers, UnknownAnswers::Refused, read_address);
    match validated {
        Ok(response) => Ok(Some((version, response))),
        Err(faults) => {
            for error in faults.into_field_errors("#/answers").as_slice() {
                let fault = FieldFault::new(error.code, error.detail.clone());
                errors.push(error.pointer.clone(), fault);
            }
            Ok(None)
        }
    }
}
