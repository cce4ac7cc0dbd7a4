//! The shapes of leads on the wire.

use std::collections::HashMap;

use campaigns::{Answers, CreateLead, Lead, LeadChange, LeadOwner, LeadStatus, OwnerChange};
use kernel::{Description, FieldFault, FormId, Patch, TeamId, UserId};
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, id, json_object, text, text_by};
use crate::schema::{DescriptionText, LeadSourceText, LeadStatusText};

/// What a lead is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateLeadRequest {
    /// The campaign that brought it.
    #[oai(nullable)]
    campaign_id: Option<Uuid>,
    /// The contact that it is; where nothing is said, the one with the address that was answered.
    #[oai(nullable)]
    contact_id: Option<Uuid>,
    /// The form that was answered, in its last version.
    #[oai(nullable)]
    form_id: Option<Uuid>,
    /// The answers by the keys of the form's fields.
    #[oai(nullable)]
    answers: Option<HashMap<String, Value>>,
    /// The member who works on it.
    #[oai(nullable)]
    assigned_user_id: Option<Uuid>,
    /// The team that works on it, where no member does.
    #[oai(nullable)]
    assigned_team_id: Option<Uuid>,
    /// What is noted.
    #[oai(nullable)]
    notes: Option<DescriptionText>,
}

/// What changes about a lead; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateLeadRequest {
    /// How far it has come.
    status: MaybeUndefined<LeadStatusText>,
    /// Why its status changes; only with `status`.
    #[oai(nullable)]
    status_reason: Option<DescriptionText>,
    /// The member who works on it; a team does not work on it any more. With null, no member does, but a team goes on.
    #[oai(nullable)]
    assigned_user_id: MaybeUndefined<Uuid>,
    /// The team that works on it; a member does not work on it any more. With null, no team does, but a member goes on.
    #[oai(nullable)]
    assigned_team_id: MaybeUndefined<Uuid>,
    /// What is noted; it may be empty.
    notes: MaybeUndefined<DescriptionText>,
}

/// A lead.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct LeadAnswer {
    /// Its id.
    id: Uuid,
    /// The campaign that brought it.
    campaign_id: Option<Uuid>,
    /// The contact that it is.
    contact_id: Option<Uuid>,
    /// How far it has come.
    status: LeadStatusText,
    /// Where it came from.
    source: LeadSourceText,
    /// The member who works on it.
    assigned_user_id: Option<Uuid>,
    /// The team that works on it.
    assigned_team_id: Option<Uuid>,
    /// Its last response.
    latest_response_id: Option<Uuid>,
    /// How many responses it has.
    responses: i32,
    /// What is noted.
    notes: DescriptionText,
    /// When the person showed interest.
    came_at: OffsetDateTime,
    /// When it came in.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
    /// When it was deleted.
    deleted_at: Option<OffsetDateTime>,
}

/// Reads what a lead is made from.
pub(crate) fn new_lead(fields: &mut Fields<'_>) -> Option<CreateLead> {
    let campaign = fields.optional("campaign_id", id);
    let contact = fields.optional("contact_id", id);
    let form = fields.optional("form_id", id::<FormId>);
    // What they are is the form's affair.
    let answers = fields.optional("answers", json_object);
    let user = fields.optional("assigned_user_id", id);
    let team = fields.optional("assigned_team_id", id);
    let notes = fields.optional("notes", text);
    let (form, answers, user, team) = (form?, answers?, user?, team?);
    if form.is_none() && answers.is_some() {
        let fault = FieldFault::new("required", "the form that was answered has to be named");
        return fields.refuse("form_id", fault);
    }
    if user.is_some() && team.is_some() {
        return fields.refuse("assigned_team_id", one_owner());
    }
    Some(CreateLead {
        campaign: campaign?,
        contact: contact?,
        answers: form.map(|form| Answers {
            form,
            answers: answers.unwrap_or_default(),
        }),
        owner: user
            .map(LeadOwner::Person)
            .or_else(|| team.map(LeadOwner::Team)),
        notes: notes?.unwrap_or_else(Description::empty),
    })
}

/// Reads what changes about a lead.
pub(crate) fn lead_change(fields: &mut Fields<'_>) -> Option<LeadChange> {
    let status = fields.patch("status", text_by(status));
    let reason = fields.optional("status_reason", text);
    let user = fields.clearable("assigned_user_id", id::<UserId>);
    let team = fields.clearable("assigned_team_id", id::<TeamId>);
    let notes = fields.patch("notes", text);
    let owner = match (user?, team?) {
        (Patch::Set(Some(_)), Patch::Set(Some(_))) => {
            return fields.refuse("assigned_team_id", one_owner());
        }
        (Patch::Set(Some(user)), _) => OwnerChange::Assign(LeadOwner::Person(user)),
        (_, Patch::Set(Some(team))) => OwnerChange::Assign(LeadOwner::Team(team)),
        (Patch::Set(None), Patch::Set(None)) => OwnerChange::Release,
        (Patch::Set(None), Patch::Keep) => OwnerChange::ReleasePerson,
        (Patch::Keep, Patch::Set(None)) => OwnerChange::ReleaseTeam,
        (Patch::Keep, Patch::Keep) => OwnerChange::Keep,
    };
    let (status, reason) = (status?, reason?);
    if reason.is_some() && status == Patch::Keep {
        let detail = "the reason belongs to a change of the status, which is not mentioned";
        let fault = FieldFault::new("not-applicable", detail);
        return fields.refuse("status_reason", fault);
    }
    Some(LeadChange {
        status,
        reason,
        owner,
        notes: notes?,
    })
}

/// Reads a status.
pub(crate) fn status(text: &str) -> Result<LeadStatus, FieldFault> {
    text.parse()
        .ok()
        .ok_or_else(|| FieldFault::new("unknown-value", "this is not a status of leads"))
}

pub(crate) fn one_owner() -> FieldFault {
    FieldFault::new(
        "not-applicable",
        "a lead is assigned to a member or to a team, not to both",
    )
}

impl From<&Lead> for LeadAnswer {
    fn from(lead: &Lead) -> Self {
        let state = lead.state();
        Self {
            id: state.id.as_uuid(),
            campaign_id: state.campaign.map(kernel::CampaignId::as_uuid),
            contact_id: state.contact.map(kernel::ContactId::as_uuid),
            status: LeadStatusText::new(state.status.as_str()),
            source: LeadSourceText::new(state.source.as_str()),
            assigned_user_id: state.owner.and_then(LeadOwner::person).map(UserId::as_uuid),
            assigned_team_id: state.owner.and_then(LeadOwner::team).map(TeamId::as_uuid),
            latest_response_id: state.latest_response.map(kernel::FormResponseId::as_uuid),
            responses: state.responses,
            notes: DescriptionText::new(&state.notes),
            came_at: state.came_at,
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
            deleted_at: state.stamps.deleted_at,
        }
    }
}

/// Answers as an example shows them.
pub(crate) fn an_answer() -> HashMap<String, Value> {
    HashMap::from([("email".to_owned(), "ada@example.com".into())])
}

pub(crate) const FORM: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0031);

impl Example for CreateLeadRequest {
    fn example() -> Self {
        Self {
            campaign_id: None,
            contact_id: None,
            form_id: Some(FORM),
            answers: Some(an_answer()),
            assigned_user_id: None,
            assigned_team_id: None,
            notes: Some(DescriptionText::new("Called us.")),
        }
    }
}

impl Example for UpdateLeadRequest {
    fn example() -> Self {
        Self {
            status: MaybeUndefined::Value(LeadStatusText::new("qualified")),
            status_reason: Some(DescriptionText::new("Has a budget.")),
            assigned_user_id: MaybeUndefined::Undefined,
            assigned_team_id: MaybeUndefined::Undefined,
            notes: MaybeUndefined::Undefined,
        }
    }
}

impl Example for LeadAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0041),
            campaign_id: None,
            contact_id: None,
            status: LeadStatusText::new("new"),
            source: LeadSourceText::new("api"),
            assigned_user_id: None,
            assigned_team_id: None,
            latest_response_id: Some(Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0042)),
            responses: 1,
            notes: DescriptionText::new("Called us."),
            came_at: at,
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}
