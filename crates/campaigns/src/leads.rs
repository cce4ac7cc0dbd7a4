//! Use cases: taking leads in, working on them, and finding them.

mod answering;
mod export;
mod identity;
mod searching;
mod several;

pub use self::answering::{Answers, Submission, Submitted};
pub use self::export::LeadExport;
pub use self::several::{LeadDeed, LeadOutcome};

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, CampaignId, Changes, Checked, Clock, ContactId, Description, Done,
    Expected, FieldErrors, FieldFault, IdGenerator, LeadId, LeadStatusChangeId, Once, Page,
    PageRequest, StorageError, TenantScope, Timestamp, begin_once,
};

use self::answering::{Given, read_answers, response_creation};
use self::identity::{Identity, address_of, identify};
use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::{Kept as _, Workbench, deletion};
use crate::{
    CampaignError, FormResponse, Lead, LeadChange, LeadOwner, LeadSource, LeadValue, NewLead,
    ReadAddress, StatusChange,
};

/// Use cases on leads. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct Leads {
    bench: Workbench,
    read_address: ReadAddress,
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

impl Leads {
    /// Use cases on what is in `store`; `read_address` knows what an address is.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        read_address: ReadAddress,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            read_address,
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
            Some(answers) => {
                read_answers(unit.as_ref(), answers, self.read_address, &mut errors).await?
            }
            None => None,
        };
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let address = answered
            .as_ref()
            .and_then(|(version, response)| address_of(version, response, self.read_address));
        let identity = identify(unit.as_ref(), new.contact, address, self.read_address).await?;
        let known = identity.find_lead(unit.as_ref(), new.campaign);
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
            came_at: at,
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
            unit.consents().append(consents).await?;
            drafts.push(response_creation(response));
        }
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        once.record(unit.idempotency(), &lead).await?;
        unit.commit().await?;
        Ok(Done::Fresh(lead))
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
        check_owner(unit.as_ref(), change.owner.assignee(), &mut errors).await?;
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
        let version = before.state().stamps.version;
        let written = unit.leads().update(&after, version, step.as_ref());
        written
            .await
            .map_err(|error| error.contended_unless(expected))?;
        let draft = moved(&after, changes, step.as_ref());
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
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
        let written = unit.leads().update(&after, old.version, None);
        written
            .await
            .map_err(|error| error.contended_unless(expected))?;
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
        let before = Lead::deleted(unit.leads().find(id).await?)?;
        let identity = Identity::of(unit.as_ref(), &before, self.read_address).await?;
        let campaign = before.state().campaign;
        if let Some(other) = identity.find_lead(unit.as_ref(), campaign).await? {
            return Err(CampaignError::LeadExists(other.id()));
        }
        let mut after = before.clone();
        after.undelete(at, scope.actor().user());
        let (old, new) = (&before.state().stamps, &after.state().stamps);
        let written = unit.leads().update(&after, old.version, None);
        written.await.map_err(CampaignError::contended)?;
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
}

fn unknown(detail: &str) -> FieldFault {
    FieldFault::new("unknown-value", detail)
}

fn noted(lead: &Lead, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("lead", lead.id().as_uuid(), action, changes)
}

/// A change of a lead, with the reason of its step if it made one for a reason.
fn moved(lead: &Lead, changes: Changes, step: Option<&StatusChange>) -> AuditDraft {
    let draft = noted(lead, AuditAction::Update, changes);
    match step {
        Some(step) if !step.reason.as_str().is_empty() => draft.because(step.reason.as_str()),
        _ => draft,
    }
}

async fn check_owner(
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

async fn find_living(unit: &dyn CampaignUnit, id: LeadId) -> Result<Lead, CampaignError> {
    Lead::living(unit.leads().find(id).await?)
}

async fn find_expected(
    unit: &dyn CampaignUnit,
    id: LeadId,
    expected: &Expected,
) -> Result<Lead, CampaignError> {
    find_living(unit, id).await?.expected(expected)
}
