//! Leads: taking them in, working on them and finding them.

use campaigns::ports::CampaignStore as _;
use campaigns::{
    Answers, CampaignError, CreateLead, FieldRules, FieldType, Form, FormDefinition, Lead,
    LeadChange, LeadDeed, LeadOutcome, LeadOwner, LeadQuery, LeadSource, LeadStatus, NewField,
    NewForm, OwnerChange, ResponseOrigin, Submission,
};
use kernel::{
    CampaignId, ContactId, Cursor, Description, Expected, FieldErrors, LeadId, PageLimit,
    PageRequest, Patch, UserId, Version,
};
use serde_json::{Map, Value, json};
use testkit::{FixedClock, a_unique_id};

use crate::world::{World, fresh, once};

fn field(key: &str, field_type: FieldType, indexed: bool) -> NewField {
    NewField {
        key: key.parse().unwrap(),
        label: "Label".to_owned(),
        field_type,
        required: key == "email",
        indexed: Some(indexed),
        rules: FieldRules::default(),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

#[track_caller]
fn faults(error: CampaignError) -> Vec<(String, &'static str)> {
    let CampaignError::Invalid(errors) = error else {
        panic!("{error:?}");
    };
    let errors: &FieldErrors = &errors;
    errors
        .as_slice()
        .iter()
        .map(|error| (error.pointer.clone(), error.code))
        .collect()
}

impl World {
    async fn contact_form(&self) -> Form {
        let fields = vec![
            field("email", FieldType::Email, true),
            field("size", FieldType::Number, true),
            field("secret", FieldType::Text, false),
        ];
        let new = NewForm {
            name: "Contact us".parse().unwrap(),
            description: Description::empty(),
            definition: FormDefinition::new(fields, Description::empty(), None).unwrap(),
        };
        let made = self.forms.create(&self.scope, Ok(new), &once()).await;
        fresh(made.unwrap())
    }

    fn submission(form: &Form, answers: Value) -> Submission {
        Submission {
            campaign: None,
            contact: None,
            form: (form.id(), form.state().current_version),
            answers: object(answers),
            source: LeadSource::DirectForm,
            origin: ResponseOrigin::default(),
            submitted_at: None,
        }
    }

    async fn lead(&self, form: &Form, email: &str) -> Lead {
        let submission = Self::submission(form, json!({ "email": email }));
        let submitted = self.leads.submit(&self.scope, submission).await.unwrap();
        assert!(submitted.is_new);
        submitted.lead
    }

    async fn found(
        &self,
        conditions: &[&str],
        sort: Option<&str>,
    ) -> Result<Vec<LeadId>, CampaignError> {
        let query = LeadQuery {
            conditions: conditions.iter().map(|it| it.parse().unwrap()).collect(),
            sort_field: sort.map(|key| (key.parse().unwrap(), false)),
            ..LeadQuery::default()
        };
        let page = PageRequest::first();
        let leads = self.leads.list(&self.scope, query, &page).await?;
        Ok(leads.items.iter().map(Lead::id).collect())
    }
}

#[tokio::test]
async fn who_submits_again_stays_one_lead_and_is_found_by_the_last_answers() {
    let world = World::new();
    let form = world.contact_form().await;
    let scope = &world.scope;
    let first = World::submission(&form, json!({ "email": "Ada@example.com", "size": "3" }));
    let first = world.leads.submit(scope, first).await.unwrap();
    let again = World::submission(
        &form,
        json!({ "email": "ada@EXAMPLE.com", "size": 12, "csrf": "ignored" }),
    );
    let again = world.leads.submit(scope, again).await.unwrap();
    let other = world.lead(&form, "eve@example.com").await;

    assert!(first.is_new && !again.is_new);
    assert_eq!(again.lead.id(), first.lead.id());
    assert_eq!(again.lead.state().responses, 2);
    assert_eq!(again.lead.state().latest_response, Some(again.response.id));
    let page = PageRequest::first();
    let responses = world.leads.responses(scope, first.lead.id(), &page);
    let responses = responses.await.unwrap().items;
    assert_eq!(responses, [first.response, again.response]);
    assert_eq!(
        responses[1].answers,
        object(json!({ "email": "ada@EXAMPLE.com", "size": 12 }))
    );
    let by_size = world.found(&["size:gte:12"], None).await.unwrap();
    assert_eq!(by_size, [first.lead.id()]);
    assert!(world.found(&["size:eq:3"], None).await.unwrap().is_empty());
    let unanswered = world.found(&["size:exists:false"], None).await.unwrap();
    assert_eq!(unanswered, [other.id()]);
    let deeds = world.deeds();
    let of_leads = deeds
        .iter()
        .filter(|(kind, _)| kind != "form" && kind != "form_version");
    let of_leads: Vec<_> = of_leads
        .map(|(kind, action)| (kind.as_str(), *action))
        .collect();
    assert_eq!(
        of_leads,
        [
            ("lead", "create"),
            ("form_response", "create"),
            ("lead", "update"),
            ("form_response", "create"),
            ("lead", "create"),
            ("form_response", "create"),
        ]
    );
}

#[tokio::test]
async fn wrong_answers_name_their_fields_and_leave_nothing() {
    let world = World::new();
    let form = world.contact_form().await;
    let wrong = World::submission(&form, json!({ "email": "nobody", "size": "many" }));

    let refused = world.leads.submit(&world.scope, wrong).await.unwrap_err();

    let faults = faults(refused);
    let pointers: Vec<_> = faults.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers, ["#/answers/email", "#/answers/size"]);
    assert!(world.found(&[], None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_second_lead_of_a_person_is_refused_and_names_the_first() {
    let world = World::new();
    let form = world.contact_form().await;
    let first = world.lead(&form, "ada@example.com").await;
    let new = |email: &str| CreateLead {
        campaign: None,
        contact: None,
        answers: Some(Answers {
            form: form.id(),
            answers: object(json!({ "email": email })),
        }),
        owner: None,
        notes: Description::empty(),
    };
    let scope = &world.scope;

    let refused = world
        .leads
        .create(scope, Ok(new("ADA@example.com")), &once())
        .await;
    assert!(matches!(refused, Err(CampaignError::LeadExists(id)) if id == first.id()));

    world
        .leads
        .delete(scope, first.id(), &Expected::Any)
        .await
        .unwrap();
    let once_more = once();
    let made = world
        .leads
        .create(scope, Ok(new("ada@example.com")), &once_more);
    let made = fresh(made.await.unwrap());
    assert_eq!(made.state().source, LeadSource::Api);
    let refused = world.leads.restore(scope, first.id(), &once()).await;
    assert!(matches!(refused, Err(CampaignError::LeadExists(id)) if id == made.id()));
}

#[tokio::test]
async fn who_writes_their_address_in_another_form_stays_one_lead() {
    let world = World::new();
    let form = world.contact_form().await;
    let lead = world.lead(&form, "Ada@bücher.de").await;

    let again = World::submission(&form, json!({ "email": "\"ada\"@xn--bcher-kva.de" }));
    let again = world.leads.submit(&world.scope, again).await.unwrap();

    assert_eq!((again.is_new, again.lead.id()), (false, lead.id()));
}

#[tokio::test]
async fn a_stranger_who_is_a_contact_by_now_stays_one_lead_whatever_they_type() {
    let world = World::new();
    let form = world.contact_form().await;
    let scope = &world.scope;
    let lead = world.lead(&form, "ada@firm.de").await;
    let contact = ContactId::from_uuid(a_unique_id());
    let mut known = lead.clone();
    let response = lead.state().latest_response.unwrap();
    let at = FixedClock::START;
    known.answer((response, at), Some(contact), at, None);
    let unit = world.database.begin(scope).await.unwrap();
    let version = lead.state().stamps.version;
    unit.leads().update(&known, version, None).await.unwrap();
    unit.commit().await.unwrap();

    let mut again = World::submission(&form, json!({ "email": "ada@other.de" }));
    again.contact = Some(contact);
    let again = world.leads.submit(scope, again).await.unwrap();

    assert!(!again.is_new);
    assert_eq!(again.lead.id(), lead.id());
    assert_eq!(again.lead.state().contact, Some(contact));
}

#[tokio::test]
async fn a_lead_needs_a_person_a_known_contact_and_an_owner_of_the_organization() {
    let world = World::new();
    let form = world.contact_form().await;
    let scope = &world.scope;
    let stranger = LeadOwner::Person(UserId::from_uuid(a_unique_id()));
    let nothing = CreateLead {
        campaign: Some(CampaignId::from_uuid(a_unique_id())),
        contact: None,
        answers: None,
        owner: Some(stranger),
        notes: Description::empty(),
    };
    let refused = world.leads.create(scope, Ok(nothing), &once()).await;
    assert_eq!(
        faults(refused.unwrap_err()),
        [
            ("#/contact_id".to_owned(), "required"),
            ("#/campaign_id".to_owned(), "unknown-value"),
            ("#/assigned_user_id".to_owned(), "unknown-value")
        ]
    );

    let lead = world.lead(&form, "ada@example.com").await;
    let change = LeadChange {
        owner: OwnerChange::Assign(stranger),
        ..LeadChange::default()
    };
    let refused = world
        .leads
        .update(scope, lead.id(), &Expected::Any, Ok(change));
    let refused = faults(refused.await.unwrap_err());
    assert_eq!(
        refused,
        [("#/assigned_user_id".to_owned(), "unknown-value")]
    );
}

#[tokio::test]
async fn the_way_through_the_pipeline_is_kept_and_illegal_steps_are_refused() {
    let world = World::new();
    let form = world.contact_form().await;
    let lead = world.lead(&form, "ada@example.com").await;
    let scope = &world.scope;
    let to = |status| LeadChange {
        status: Patch::Set(status),
        reason: Some("Has a budget.".parse().unwrap()),
        ..LeadChange::default()
    };
    let refused = world
        .leads
        .update(
            scope,
            lead.id(),
            &Expected::Any,
            Ok(to(LeadStatus::Converted)),
        )
        .await;
    assert!(matches!(refused, Err(CampaignError::IllegalTransition(_))));
    let moved = world
        .leads
        .update(
            scope,
            lead.id(),
            &Expected::Any,
            Ok(to(LeadStatus::Qualified)),
        )
        .await
        .unwrap();
    assert_eq!(moved.state().status, LeadStatus::Qualified);
    assert_eq!(moved.state().stamps.version, Version::from_number(3));

    let other = world.lead(&form, "eve@example.com").await;
    let unknown = LeadId::from_uuid(a_unique_id());
    let ids = vec![lead.id(), unknown, other.id()];
    let deed = LeadDeed::Move(LeadStatus::Converted, Description::empty());
    let outcomes = world.leads.change_many(scope, Ok((ids, deed)));
    let outcomes = outcomes.await.unwrap();
    assert_eq!(
        outcomes,
        [
            (lead.id(), LeadOutcome::Changed),
            (unknown, LeadOutcome::NotFound),
            (other.id(), LeadOutcome::Refused),
        ]
    );
    let page = PageRequest::first();
    let steps = world.leads.status_changes(scope, lead.id(), &page).await;
    let steps = steps.unwrap().items;
    let steps: Vec<_> = steps
        .iter()
        .map(|step| (step.from, step.to, step.reason.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            (None, LeadStatus::New, ""),
            (
                Some(LeadStatus::New),
                LeadStatus::Qualified,
                "Has a budget."
            ),
            (Some(LeadStatus::Qualified), LeadStatus::Converted, ""),
        ]
    );
}

#[tokio::test]
async fn a_field_that_is_unknown_or_not_indexed_cannot_be_searched() {
    let world = World::new();
    world.contact_form().await;

    let refused = world.found(
        &["secret:eq:x", "nothing:eq:x", "size:eq:x"],
        Some("secret"),
    );

    assert_eq!(
        faults(refused.await.unwrap_err()),
        [
            ("field".to_owned(), "not-indexed"),
            ("field".to_owned(), "unknown-field"),
            ("field".to_owned(), "wrong-type"),
            ("sort".to_owned(), "not-indexed"),
        ]
    );
}

#[tokio::test]
async fn leads_that_are_changed_together_have_a_batch_in_the_log_however_few() {
    let world = World::new();
    let form = world.contact_form().await;
    let one = world.lead(&form, "ada@example.com").await;
    let other = world.lead(&form, "eve@example.com").await;
    let scope = &world.scope;
    let entries = || world.database.audit_entries(scope.organization());
    let before = entries().len();
    let all = vec![other.id(), one.id()];
    let qualified = || LeadDeed::Move(LeadStatus::Qualified, Description::empty());

    let single = world
        .leads
        .change_many(scope, Ok((vec![one.id()], qualified())));
    single.await.unwrap();
    let both = world
        .leads
        .change_many(scope, Ok((all.clone(), qualified())));
    let both = both.await.unwrap();
    let deleted = world
        .leads
        .change_many(scope, Ok((all.clone(), LeadDeed::Delete)));
    let deleted = deleted.await.unwrap();
    let gone = world
        .leads
        .change_many(scope, Ok((all, LeadDeed::Assign(None))));

    let (is_other, is_one) = (other.id(), one.id());
    assert_eq!(
        both,
        [
            (is_other, LeadOutcome::Changed),
            (is_one, LeadOutcome::Unchanged)
        ]
    );
    assert_eq!(
        deleted,
        [
            (is_other, LeadOutcome::Changed),
            (is_one, LeadOutcome::Changed)
        ]
    );
    assert_eq!(
        gone.await.unwrap(),
        [
            (is_other, LeadOutcome::NotFound),
            (is_one, LeadOutcome::NotFound)
        ]
    );
    let batches: Vec<_> = entries()[before..]
        .iter()
        .map(|entry| entry.batch)
        .collect();
    assert_eq!(batches.len(), 4);
    assert!(batches.iter().all(Option::is_some));
    assert_ne!(batches[0], batches[1]);
    assert_ne!(batches[1], batches[2]);
    assert_eq!(batches[2], batches[3]);
}

#[tokio::test]
async fn leads_are_assigned_together_to_nobody_who_is_a_stranger() {
    let world = World::new();
    let form = world.contact_form().await;
    let lead = world.lead(&form, "ada@example.com").await;
    let stranger = LeadOwner::Person(UserId::from_uuid(a_unique_id()));

    let wanted = (vec![lead.id()], LeadDeed::Assign(Some(stranger)));
    let refused = world.leads.change_many(&world.scope, Ok(wanted)).await;
    let wanted = (vec![lead.id()], LeadDeed::Assign(None));
    let left = world.leads.change_many(&world.scope, Ok(wanted)).await;

    let refused = faults(refused.unwrap_err());
    assert_eq!(
        refused,
        [("#/assigned_user_id".to_owned(), "unknown-value")]
    );
    assert_eq!(left.unwrap(), [(lead.id(), LeadOutcome::Unchanged)]);
}

#[tokio::test]
async fn a_listing_by_a_field_goes_on_as_it_began_though_the_field_is_of_another_type_by_now() {
    let world = World::new();
    let form = world.contact_form().await;
    let scope = &world.scope;
    let mut wanted = Vec::new();
    for size in [3, 5, 12] {
        let answers = json!({ "email": format!("{size}@example.com"), "size": size });
        let submission = World::submission(&form, answers);
        let submitted = world.leads.submit(scope, submission).await.unwrap();
        wanted.push(submitted.lead.id());
    }
    let query = || LeadQuery {
        sort_field: Some(("size".parse().unwrap(), false)),
        ..LeadQuery::default()
    };
    let mut page = PageRequest {
        limit: PageLimit::new(1).unwrap(),
        after: None,
    };
    let first = world.leads.list(scope, query(), &page).await.unwrap();

    let fields = vec![
        field("email", FieldType::Email, true),
        field("size", FieldType::Text, true),
    ];
    let definition = FormDefinition::new(fields, Description::empty(), None).unwrap();
    let published = world
        .forms
        .publish(scope, form.id(), Ok(definition), &once())
        .await;
    fresh(published.unwrap());

    let mut seen: Vec<_> = first.items.iter().map(Lead::id).collect();
    page.after = first.next;
    while page.after.is_some() {
        let next = world.leads.list(scope, query(), &page).await.unwrap();
        seen.extend(next.items.iter().map(Lead::id));
        page.after = next.next;
    }
    assert_eq!(seen, wanted);
    page.after = Some(Cursor::Id(a_unique_id()));
    let refused = world.leads.list(scope, query(), &page).await;
    assert!(
        matches!(refused, Err(CampaignError::InvalidCursor)),
        "{refused:?}"
    );
}
