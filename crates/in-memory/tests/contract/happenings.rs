//! Campaigns, events and leads for the contract of analytics, over the ports of campaigns.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking")]

use analytics::contract::{Happening, NewLead};
use analytics::{Actor, EventType, Segment};
use campaigns::ports::CampaignStore;
use campaigns::{
    ActorVerdict, AddressStatus, Assignment, Campaign, CampaignPlan, Event, FieldRules, FieldType,
    Form, FormDefinition, FormResponse, Lead, LeadStatus, NewCampaign, NewField, NewForm,
    ResponseOrigin,
};
use kernel::{
    Actor as Doer, CampaignId, ContactId, Description, FormId, FormResponseId, FormVersionId,
    LeadId, LeadStatusChangeId, OrganizationId, Origin, RequestId, TenantScope, Timestamp,
};
use serde_json::Map;
use uuid::Uuid;

const NOW: Timestamp = time::macros::datetime!(2026-03-01 12:00 UTC);

#[expect(
    clippy::disallowed_methods,
    reason = "cases share a database and need ids of their own"
)]
fn id<T>(wrap: impl Fn(Uuid) -> T) -> T {
    wrap(Uuid::now_v7())
}

fn scope(organization: OrganizationId) -> TenantScope {
    let origin = Origin::internal(id(RequestId::from_uuid));
    TenantScope::for_principal(organization, Doer::Operator, origin)
}

/// Makes a campaign of this name.
pub(crate) async fn add_campaign(
    store: &dyn CampaignStore,
    organization: OrganizationId,
    name: &str,
) -> CampaignId {
    let new = NewCampaign {
        name: name.parse().unwrap(),
        description: Description::empty(),
        landing_page: None,
        landing_title: None,
        landing_text: Description::empty(),
        plan: CampaignPlan::default(),
    };
    let campaign = Campaign::draft(id(CampaignId::from_uuid), organization, new, NOW, None);
    let unit = store.begin(&scope(organization)).await.unwrap();
    unit.campaigns().insert(&campaign).await.unwrap();
    unit.commit().await.unwrap();
    campaign.id()
}

/// Deletes a campaign that nobody changed yet.
pub(crate) async fn delete_campaign(
    store: &dyn CampaignStore,
    organization: OrganizationId,
    campaign: CampaignId,
) {
    let unit = store.begin(&scope(organization)).await.unwrap();
    let mut campaign = unit.campaigns().find(campaign).await.unwrap().unwrap();
    let version = campaign.state().stamps.version;
    campaign.delete(NOW, None);
    unit.campaigns().update(&campaign, version).await.unwrap();
    unit.commit().await.unwrap();
}

/// Makes people recipients of a campaign, of whose addresses this is known.
pub(crate) async fn add_recipients(
    store: &dyn CampaignStore,
    organization: OrganizationId,
    campaign: CampaignId,
    recipients: &[(ContactId, Segment)],
) {
    let assignments = recipients.iter().map(|(contact, segment)| Assignment {
        contact: *contact,
        validation: segment.as_str().parse::<AddressStatus>().unwrap(),
        decision: Ok(NOW),
    });
    let assignments: Vec<_> = assignments.collect();
    let unit = store.begin(&scope(organization)).await.unwrap();
    unit.assignments()
        .assign(campaign, &assignments, NOW)
        .await
        .unwrap();
    unit.commit().await.unwrap();
}

/// Records events.
pub(crate) async fn record(
    store: &dyn CampaignStore,
    organization: OrganizationId,
    events: &[Happening],
) {
    let events: Vec<_> = events.iter().map(event).collect();
    let unit = store.begin(&scope(organization)).await.unwrap();
    let recorded = unit.events().record(&events, NOW).await.unwrap();
    assert_eq!(recorded.len(), events.len());
    unit.commit().await.unwrap();
}

fn event(happening: &Happening) -> Event {
    let event_type = match happening.event {
        EventType::Sent => campaigns::EventType::Sent,
        EventType::Open => campaigns::EventType::Open,
        EventType::Click => campaigns::EventType::Click,
        EventType::Bounce => campaigns::EventType::Bounce,
        EventType::Unsubscribe => campaigns::EventType::Unsubscribe,
        EventType::FormView => campaigns::EventType::FormView,
        EventType::FormSubmit => campaigns::EventType::FormSubmit,
    };
    let unique = id(std::convert::identity);
    let Happening {
        campaign,
        contact,
        at,
        ..
    } = *happening;
    let mut event = Event::seen(event_type, campaign, contact, at, unique);
    event.actor = match happening.actor {
        Actor::Human => ActorVerdict::Human,
        Actor::Machine => ActorVerdict::Machine,
        Actor::Unknown => ActorVerdict::Unknown,
    };
    event.actor_reason = happening.reason.map(str::to_owned);
    event
}

/// Makes a lead.
pub(crate) async fn add_lead(
    store: &dyn CampaignStore,
    organization: OrganizationId,
    lead: NewLead,
) {
    let ids = (id(LeadId::from_uuid), id(LeadStatusChangeId::from_uuid));
    let new = campaigns::NewLead {
        campaign: Some(lead.campaign),
        contact: lead.contact,
        person: None,
        source: lead.source.parse().unwrap(),
        owner: None,
        notes: Description::empty(),
        came_at: lead.answered_at.map_or(lead.at, |it| it.min(lead.at)),
    };
    let (opened, step) = Lead::open(ids, organization, new, lead.at, None);
    let mut state = opened.state().clone();
    if lead.is_converted {
        state.status = LeadStatus::Converted;
    }
    let opened = Lead::restore(state);
    let unit = store.begin(&scope(organization)).await.unwrap();
    unit.leads().insert(&opened, &step).await.unwrap();
    unit.commit().await.unwrap();
    if let Some(at) = lead.answered_at {
        answer(store, organization, opened.id(), at).await;
    }
}

async fn answer(
    store: &dyn CampaignStore,
    organization: OrganizationId,
    lead: LeadId,
    at: Timestamp,
) {
    let field = NewField {
        key: "asked".parse().unwrap(),
        label: "Asked".to_owned(),
        field_type: FieldType::Text,
        required: false,
        indexed: None,
        rules: FieldRules::default(),
    };
    let new = NewForm {
        name: "Asking".parse().unwrap(),
        description: Description::empty(),
        definition: FormDefinition::new(vec![field], Description::empty(), None).unwrap(),
    };
    let ids = (id(FormId::from_uuid), id(FormVersionId::from_uuid));
    let (form, version) = Form::open(ids, organization, new, NOW, None);
    let response = FormResponse {
        id: id(FormResponseId::from_uuid),
        organization,
        lead,
        form_version: version.id,
        answers: Map::new(),
        submitted_at: at,
        created_at: at,
        origin: ResponseOrigin::default(),
    };
    let unit = store.begin(&scope(organization)).await.unwrap();
    unit.forms().insert(&form).await.unwrap();
    unit.forms().insert_version(&version).await.unwrap();
    unit.leads().insert_response(&response, &[]).await.unwrap();
    unit.commit().await.unwrap();
}
