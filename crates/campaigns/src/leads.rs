//! Use cases: taking leads in, working on them, and finding them.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, CampaignId, Changes, Checked, Clock, ContactId, Description, Done,
    EmailAddress, Expected, FieldErrors, FieldFault, FormId, FormResponseId, FormVersionId,
    IdGenerator, LeadId, LeadStatusChangeId, Once, Page, PageRequest, Patch, StorageError,
    TenantScope, Timestamp, begin_once,
};
use serde_json::{Map, Value, json};

use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::{Workbench, deletion};
use crate::{
    Answer, AskedCondition, AskedConsent, CampaignError, ConsentRecord, ConsentSource,
    ConsentSubject, ConsentType, EventClient, FieldKey, FieldProfile, FieldType, FormResponse,
    FormVersion, Lead, LeadChange, LeadExport, LeadFilter, LeadOwner, LeadQuery, LeadSort,
    LeadSource, LeadStage, LeadValue, NewLead, Person, Response, ResponseOrigin, StatusChange,
    UnknownAnswers,
};

/// Use cases on leads. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct Leads {
    pub(crate) bench: Workbench,
}

/// Answers to a form, as a program sends them.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The form, whose last version is answered.
    pub form: FormId,
    /// The answers by the keys of its fields.
    pub answers: Map<String, Value>,
}

/// What a lead is made from by hand or by a program.
#[derive(Clone, Debug)]
pub struct CreateLead {
    /// The campaign that brought it.
    pub campaign: Option<CampaignId>,
    /// The contact that it is.
    pub contact: Option<ContactId>,
    /// What it answered.
    pub answers: Option<Answers>,
    /// Who works on it.
    pub owner: Option<LeadOwner>,
    /// What is noted.
    pub notes: Description,
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

/// Where the search of a lead's person ends up.
struct Identity {
    contact: Option<ContactId>,
    people: Vec<Person>,
}

impl Leads {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Makes a lead of a contact, of answers to a form, or of both. Where the person has a living lead of the campaign, or
    /// one without a campaign, already, it is refused and names that.
    pub async fn create(
        &self,
        scope: &TenantScope,
        new: Checked<CreateLead>,
        once: &Once<'_, Lead>,
    ) -> Result<Done<Lead>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let new = new?;
        let mut errors = FieldErrors::default();
        if new.contact.is_none() && new.answers.is_none() {
            let detail = "a lead is made of a contact, of answers to a form, or of both";
            errors.push("#/contact_id", FieldFault::new("required", detail));
        }
        if let Some(contact) = new.contact
            && !unit.people().is_contact(contact).await?
        {
            errors.push("#/contact_id", unknown("there is no such contact"));
        }
        if let Some(campaign) = new.campaign {
            let found = unit.campaigns().find(campaign).await?;
            if found.is_none_or(|it| it.state().stamps.is_deleted()) {
                errors.push("#/campaign_id", unknown("there is no such campaign"));
            }
        }
        check_owner(unit.as_ref(), new.owner, &mut errors).await?;
        let answered = match &new.answers {
            Some(answers) => read_answers(unit.as_ref(), answers, &mut errors).await?,
            None => None,
        };
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let email = answered
            .as_ref()
            .and_then(|(version, response)| address_of(version, response));
        let identity = identify(unit.as_ref(), new.contact, email).await?;
        let known = unit.leads().find_person(new.campaign, &identity.people);
        if let Some(lead) = known.await? {
            return Err(CampaignError::LeadExists(lead.id()));
        }
        let new = NewLead {
            campaign: new.campaign,
            contact: identity.contact,
            person: identity.people.first().cloned(),
            source: LeadSource::Api,
            owner: new.owner,
            notes: new.notes,
        };
        let (mut lead, step) = self.open(scope, new, at);
        let answered = answered.map(|(version, response)| {
            let given = Given::over_the_api(&version, &response);
            let values = LeadValue::all_of(&response);
            let taken = self.take(scope, &mut lead, &given, None, at);
            (taken, values, self.consents(&lead, &given, at))
        });
        unit.leads().insert(&lead, &step).await?;
        let mut drafts = vec![noted(&lead, AuditAction::Create, lead.changes_since(None))];
        if let Some((response, values, consents)) = &answered {
            unit.leads().insert_response(response, values).await?;
            append_all(unit.as_ref(), consents).await?;
            drafts.push(response_creation(response));
        }
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        once.record(unit.idempotency(), &lead).await?;
        unit.commit().await?;
        Ok(Done::Fresh(lead))
    }

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
        let response = version
            .definition
            .validate(&submission.answers, UnknownAnswers::Ignored)
            .map_err(|errors| errors.into_field_errors("#/answers"))?;
        let email = address_of(&version, &response);
        let identity = identify(unit, submission.contact, email).await?;
        let known = unit
            .leads()
            .find_person(submission.campaign, &identity.people)
            .await?;
        let given = Given {
            version: &version,
            response: &response,
            origin: submission.origin,
            source: ConsentSource::Form,
        };
        let (lead, response, is_new) = if let Some(before) = known {
            let (lead, response) = self
                .add_response(unit, scope, &before, &given, identity.contact, at)
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
            };
            let (mut lead, step) = self.open(scope, new, at);
            let values = LeadValue::all_of(&response);
            let response = self.take(scope, &mut lead, &given, None, at);
            unit.leads().insert(&lead, &step).await.map_err(raced)?;
            unit.leads().insert_response(&response, &values).await?;
            append_all(unit, &self.consents(&lead, &given, at)).await?;
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

    /// Adds a response to a living lead. One that is no contact yet is the contact with the address that was answered.
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
        let answered = read_answers(unit.as_ref(), &answers?, &mut errors).await?;
        let Some((version, response)) = answered.filter(|_| errors.is_empty()) else {
            return Err(errors.into());
        };
        let email = address_of(&version, &response);
        let identity = identify(unit.as_ref(), before.state().contact, email).await?;
        let given = Given::over_the_api(&version, &response);
        let contact = identity.contact;
        let (_, response) = self
            .add_response(unit.as_ref(), scope, &before, &given, contact, at)
            .await?;
        once.record(unit.idempotency(), &response).await?;
        unit.commit().await?;
        Ok(Done::Fresh(response))
    }

    /// The leads that are asked for, in the order that is asked for. What is asked of fields that no form has or that
    /// are not indexed is an error of the parameter `field` or `sort`. Pages by the values of a field go on as they began,
    /// whatever forms ask by now.
    pub async fn list(
        &self,
        scope: &TenantScope,
        query: LeadQuery,
        page: &PageRequest,
    ) -> Result<Page<Lead>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let (filter, sort) = resolve(unit.as_ref(), query).await?;
        let sort = match &page.after {
            Some(after) => sort.behind(after).ok_or(CampaignError::InvalidCursor)?,
            None => sort,
        };
        let leads = unit.leads().list(&filter, &sort, page).await?;
        unit.commit().await?;
        Ok(leads)
    }

    /// Begins a download of the leads that are asked for, and writes into the audit log who takes them away.
    pub async fn export(
        &self,
        scope: &TenantScope,
        query: LeadQuery,
    ) -> Result<LeadExport, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let (filter, sort) = resolve(unit.as_ref(), query).await?;
        let draft = AuditDraft {
            entity_type: "lead",
            entity: None,
            action: AuditAction::Export,
            changes: Changes::none(),
            reason: Some(filter.describe()),
            batch: None,
        };
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(LeadExport::new(
            self.bench.store(),
            scope.clone(),
            filter,
            sort,
        ))
    }

    /// How many living leads, of a campaign or of all, each stage of the pipeline has, in its order.
    pub async fn funnel(
        &self,
        scope: &TenantScope,
        campaign: Option<CampaignId>,
    ) -> Result<Vec<LeadStage>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let stages = unit.leads().stages(campaign).await?;
        unit.commit().await?;
        Ok(stages)
    }

    /// A living lead.
    pub async fn read(&self, scope: &TenantScope, id: LeadId) -> Result<Lead, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let lead = find_living(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(lead)
    }

    /// Changes a lead. A step that the pipeline does not have is refused.
    pub async fn update(
        &self,
        scope: &TenantScope,
        id: LeadId,
        expected: &Expected,
        change: Checked<LeadChange>,
    ) -> Result<Lead, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let change = change?;
        let mut errors = FieldErrors::default();
        if let Patch::Set(owner) = change.owner {
            check_owner(unit.as_ref(), owner, &mut errors).await?;
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let mut after = before.clone();
        let step = self.bench.id(LeadStatusChangeId::from_uuid);
        let step = after.change(&change, step, at, scope.actor().user())?;
        let changes = after.changes_since(Some(&before));
        if changes.is_empty() {
            return Ok(before);
        }
        self.write(unit.as_ref(), scope, &before, &after, step.as_ref(), at)
            .await?;
        unit.commit().await?;
        Ok(after)
    }

    /// Deletes a lead, restorably.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        id: LeadId,
        expected: &Expected,
    ) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let mut after = before.clone();
        after.delete(at, scope.actor().user());
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        unit.leads().update(&after, old.version, None).await?;
        let draft = noted(&after, AuditAction::Delete, deletion(old, new));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Takes the deletion back; refused where the person has another living lead by now, which is named.
    pub async fn restore(
        &self,
        scope: &TenantScope,
        id: LeadId,
        once: &Once<'_, Lead>,
    ) -> Result<Done<Lead>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let found = unit.leads().find(id).await?;
        let before = found.ok_or(CampaignError::NotFound("lead"))?;
        if !before.state().stamps.is_deleted() {
            return Err(CampaignError::NotDeleted);
        }
        if let Some(person) = &before.state().person {
            let campaign = before.state().campaign;
            let people = std::slice::from_ref(person);
            if let Some(other) = unit.leads().find_person(campaign, people).await? {
                return Err(CampaignError::LeadExists(other.id()));
            }
        }
        let mut after = before.clone();
        after.undelete(at, scope.actor().user());
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        unit.leads().update(&after, old.version, None).await?;
        let draft = noted(&after, AuditAction::Restore, deletion(old, new));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        once.record(unit.idempotency(), &after).await?;
        unit.commit().await?;
        Ok(Done::Fresh(after))
    }

    /// The responses of a living lead, in the order in which they came.
    pub async fn responses(
        &self,
        scope: &TenantScope,
        id: LeadId,
        page: &PageRequest,
    ) -> Result<Page<FormResponse>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        find_living(unit.as_ref(), id).await?;
        let responses = unit.leads().list_responses(id, page).await?;
        unit.commit().await?;
        Ok(responses)
    }

    /// The way of a living lead through the pipeline, from its first step.
    pub async fn status_changes(
        &self,
        scope: &TenantScope,
        id: LeadId,
        page: &PageRequest,
    ) -> Result<Page<StatusChange>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        find_living(unit.as_ref(), id).await?;
        let steps = unit.leads().list_status_changes(id, page).await?;
        unit.commit().await?;
        Ok(steps)
    }

    fn open(&self, scope: &TenantScope, new: NewLead, at: Timestamp) -> (Lead, StatusChange) {
        let ids = (
            self.bench.id(LeadId::from_uuid),
            self.bench.id(LeadStatusChangeId::from_uuid),
        );
        Lead::open(ids, scope.organization(), new, at, scope.actor().user())
    }

    /// Makes a response of what was given, and has the lead know it.
    fn take(
        &self,
        scope: &TenantScope,
        lead: &mut Lead,
        given: &Given<'_>,
        contact: Option<ContactId>,
        at: Timestamp,
    ) -> FormResponse {
        let id = self.bench.id(FormResponseId::from_uuid);
        lead.answer(id, contact, at, scope.actor().user());
        FormResponse {
            id,
            organization: scope.organization(),
            lead: lead.id(),
            form_version: given.version.id,
            answers: given.response.to_json(),
            submitted_at: at,
            origin: given.origin.clone(),
        }
    }

    /// What a lead agreed to, or did not, in what was given.
    fn consents(&self, lead: &Lead, given: &Given<'_>, at: Timestamp) -> Vec<ConsentRecord> {
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
        before: &Lead,
        given: &Given<'_>,
        contact: Option<ContactId>,
        at: Timestamp,
    ) -> Result<(Lead, FormResponse), CampaignError> {
        let values = unit.leads().values_of(before.id()).await?;
        let values = LeadValue::after(&values, &given.version.definition, given.response);
        let mut after = before.clone();
        let response = self.take(scope, &mut after, given, contact, at);
        let version = before.state().stamps.version;
        let written = unit.leads().update(&after, version, None);
        written.await.map_err(raced)?;
        unit.leads().insert_response(&response, &values).await?;
        append_all(unit, &self.consents(&after, given, at)).await?;
        let drafts = vec![
            noted(
                &after,
                AuditAction::Update,
                after.changes_since(Some(before)),
            ),
            response_creation(&response),
        ];
        self.bench.note(unit, scope, at, drafts).await?;
        Ok((after, response))
    }

    async fn write(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        before: &Lead,
        after: &Lead,
        step: Option<&StatusChange>,
        at: Timestamp,
    ) -> Result<(), CampaignError> {
        let version = before.state().stamps.version;
        unit.leads().update(after, version, step).await?;
        let draft = moved(after, after.changes_since(Some(before)), step);
        self.bench.note(unit, scope, at, vec![draft]).await?;
        Ok(())
    }
}

/// Answers that a form accepted.
struct Given<'a> {
    version: &'a FormVersion,
    response: &'a Response,
    origin: ResponseOrigin,
    /// How what is agreed to in it became known.
    source: ConsentSource,
}

impl<'a> Given<'a> {
    fn over_the_api(version: &'a FormVersion, response: &'a Response) -> Self {
        Self {
            version,
            response,
            origin: ResponseOrigin::default(),
            source: ConsentSource::Api,
        }
    }
}

async fn append_all(
    unit: &dyn CampaignUnit,
    consents: &[ConsentRecord],
) -> Result<(), StorageError> {
    for consent in consents {
        unit.consents().append(consent).await?;
    }
    Ok(())
}

/// Somebody else was faster with the same lead: another try finds what they left.
pub(crate) fn raced(error: CampaignError) -> CampaignError {
    match error {
        CampaignError::Stale | CampaignError::LeadExists(_) => StorageError::Contended(None).into(),
        other => other,
    }
}

fn unknown(detail: &str) -> FieldFault {
    FieldFault::new("unknown-value", detail)
}

pub(crate) fn noted(lead: &Lead, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("lead", lead.id().as_uuid(), action, changes)
}

/// A change of a lead, with the reason of its step if it made one for a reason.
pub(crate) fn moved(lead: &Lead, changes: Changes, step: Option<&StatusChange>) -> AuditDraft {
    let draft = noted(lead, AuditAction::Update, changes);
    match step {
        Some(step) if !step.reason.as_str().is_empty() => draft.because(step.reason.as_str()),
        _ => draft,
    }
}

/// What the audit log says of a response: the answers stay out, since the response itself keeps them for good.
fn response_creation(response: &FormResponse) -> AuditDraft {
    let changes = Changes::none()
        .field("lead_id", Value::Null, json!(response.lead))
        .field("form_version_id", Value::Null, json!(response.form_version));
    let id = response.id.as_uuid();
    AuditDraft::new("form_response", id, AuditAction::Create, changes)
}

pub(crate) async fn check_owner(
    unit: &dyn CampaignUnit,
    owner: Option<LeadOwner>,
    errors: &mut FieldErrors,
) -> Result<(), StorageError> {
    match owner {
        Some(LeadOwner::Person(user)) if !unit.people().is_member(user).await? => {
            let fault = unknown("this is no member of the organization");
            errors.push("#/assigned_user_id", fault);
        }
        Some(LeadOwner::Team(team)) if !unit.people().is_team(team).await? => {
            errors.push("#/assigned_team_id", unknown("there is no such team"));
        }
        _ => {}
    }
    Ok(())
}

/// What the last version of the form makes of the answers; nothing where something is wrong with them.
async fn read_answers(
    unit: &dyn CampaignUnit,
    answers: &Answers,
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
    let validated = version
        .definition
        .validate(&answers.answers, UnknownAnswers::Refused);
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

/// Who somebody is: the contact that is named or has the address that was answered, or else that address.
async fn identify(
    unit: &dyn CampaignUnit,
    contact: Option<ContactId>,
    email: Option<EmailAddress>,
) -> Result<Identity, StorageError> {
    let contact = match (contact, &email) {
        (None, Some(email)) => unit.people().find_contact(email).await?,
        (contact, _) => contact,
    };
    let people = contact.map(Person::contact);
    let people = people
        .into_iter()
        .chain(email.as_ref().map(Person::address));
    Ok(Identity {
        contact,
        people: people.collect(),
    })
}

/// The answer to the form's first question for an address.
fn address_of(version: &FormVersion, response: &Response) -> Option<EmailAddress> {
    let fields = version.definition.fields().iter();
    let mut answers = fields
        .filter(|field| field.field_type() == FieldType::Email)
        .filter_map(|field| response.find(field.key()));
    answers.find_map(|answer| match answer {
        Answer::Text(text) => text.parse().ok(),
        _ => None,
    })
}

/// What a query asks for, now that it is known which types the fields have.
async fn resolve(
    unit: &dyn CampaignUnit,
    query: LeadQuery,
) -> Result<(LeadFilter, LeadSort), CampaignError> {
    let keys: Vec<FieldKey> = query
        .conditions
        .iter()
        .map(AskedCondition::key)
        .chain(query.sort_field.iter().map(|(key, _)| key))
        .cloned()
        .collect();
    if keys.is_empty() {
        return Ok((query.filter, query.sort));
    }
    let profiles = unit.forms().field_profiles(&keys).await?;
    let nowhere = FieldProfile::default();
    let kinds = |key: &FieldKey| profiles.get(key).unwrap_or(&nowhere).kinds();
    let mut errors = FieldErrors::default();
    let mut filter = query.filter;
    for asked in &query.conditions {
        match kinds(asked.key()).and_then(|kinds| asked.resolve(&kinds)) {
            Ok(condition) => filter.conditions.push(condition),
            Err(fault) => errors.push("field", fault),
        }
    }
    let mut sort = query.sort;
    if let Some((key, descending)) = query.sort_field {
        match kinds(&key) {
            // The newest version of a form says of which kind its values are.
            Ok(kinds) => {
                sort = LeadSort::Field {
                    key,
                    kind: kinds[0],
                    descending,
                };
            }
            Err(fault) => errors.push("sort", fault),
        }
    }
    if errors.is_empty() {
        Ok((filter, sort))
    } else {
        Err(errors.into())
    }
}

async fn find_living(unit: &dyn CampaignUnit, id: LeadId) -> Result<Lead, CampaignError> {
    let found = unit.leads().find(id).await?;
    found
        .filter(|lead| !lead.state().stamps.is_deleted())
        .ok_or(CampaignError::NotFound("lead"))
}

async fn find_expected(
    unit: &dyn CampaignUnit,
    id: LeadId,
    expected: &Expected,
) -> Result<Lead, CampaignError> {
    let lead = find_living(unit, id).await?;
    if expected.accepts(lead.state().stamps.version) {
        Ok(lead)
    } else {
        Err(CampaignError::Stale)
    }
}
