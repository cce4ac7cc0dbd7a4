//! How leads, their steps and their responses are listed and counted, and who sees none.

use kernel::{CampaignId, FormResponseId, LeadStatusChangeId, Patch, StorageError, Version};

use crate::contract::Subject;
use crate::contract::tenant::{LATER, Tenant, all_pages, deleted_lead, id, lead_values};
use crate::{
    CampaignError, LeadChange, LeadFilter, LeadOwner, LeadSort, LeadSource, LeadStatus, LeadValue,
    OwnedBy, Person,
};

pub(super) async fn the_steps_of_a_lead_are_listed_page_by_page<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let (mut lead, first) = tenant.a_lead(None);
    tenant.add_lead(subject, None).await;
    let unit = tenant.begin(subject).await;
    unit.leads().insert(&lead, &first).await.unwrap();
    let mut steps = vec![first];
    let stages = [
        LeadStatus::Disqualified,
        LeadStatus::New,
        LeadStatus::Contacted,
        LeadStatus::Converted,
    ];
    for status in stages {
        let change = LeadChange {
            status: Patch::Set(status),
            reason: Some("Because.\nTruly.".parse().unwrap()),
            ..LeadChange::default()
        };
        let before = lead.state().stamps.version;
        let step = id(LeadStatusChangeId::from_uuid);
        let step = lead.change(&change, step, LATER, None).unwrap().unwrap();
        let leads = unit.leads();
        leads.update(&lead, before, Some(&step)).await.unwrap();
        steps.push(step);
    }
    unit.commit().await.unwrap();

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    let seen = all_pages(async |page| leads.list_status_changes(lead.id(), &page).await);
    assert_eq!(seen.await, steps);
    assert_eq!(leads.find(lead.id()).await.unwrap(), Some(lead));
}

pub(super) async fn responses_are_listed_and_the_values_of_the_last_one_stay<S: Subject>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let (_, version) = tenant.add_form(subject, "Contact us").await;
    let lead = tenant.add_lead(subject, None).await;
    let other = tenant.add_lead(subject, None).await;
    let mut responses = Vec::new();
    let mut kept: Vec<LeadValue> = Vec::new();
    for values in [lead_values(), lead_values()[2..].to_vec()] {
        let response = tenant.a_response(&lead, &version);
        let unit = tenant.begin(subject).await;
        let leads = unit.leads();
        leads.insert_response(&response, &values).await.unwrap();
        unit.commit().await.unwrap();
        responses.push(response);
        kept = values;
    }

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    let seen = all_pages(async |page| leads.list_responses(lead.id(), &page).await);
    assert_eq!(seen.await, responses);
    let ids = [responses[1].id, id(FormResponseId::from_uuid)];
    let found = leads.find_responses(&ids).await.unwrap();
    assert_eq!(found, responses[1..]);
    kept.sort_by(|a, b| (&a.key, a.position).cmp(&(&b.key, b.position)));
    assert_eq!(leads.values_of(lead.id()).await.unwrap(), kept);
    assert_eq!(leads.values_of(other.id()).await.unwrap(), []);
}

pub(super) async fn leads_are_listed_by_status_source_and_owner_page_by_page<S: Subject>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let mut all = Vec::new();
    for n in 0..12 {
        let mut lead = tenant.add_lead(subject, None).await;
        let owner = (n % 3 == 0).then_some(LeadOwner::Person(tenant.user()));
        let change = LeadChange {
            status: if n % 2 == 0 {
                Patch::Set(LeadStatus::Qualified)
            } else {
                Patch::Keep
            },
            owner: owner.into(),
            ..LeadChange::default()
        };
        let step = id(LeadStatusChangeId::from_uuid);
        let step = lead.change(&change, step, LATER, None).unwrap();
        if n % 5 == 4 {
            let response = id(FormResponseId::from_uuid);
            lead.answer((response, LATER), None, LATER, None);
            lead.delete(LATER, None);
        }
        let unit = tenant.begin(subject).await;
        let leads = unit.leads();
        leads
            .update(&lead, Version::FIRST, step.as_ref())
            .await
            .unwrap();
        unit.commit().await.unwrap();
        all.push(lead);
    }

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    let filters = [
        LeadFilter::default(),
        LeadFilter {
            deleted: true,
            ..LeadFilter::default()
        },
        LeadFilter {
            statuses: vec![LeadStatus::Qualified],
            ..LeadFilter::default()
        },
        LeadFilter {
            statuses: vec![LeadStatus::New, LeadStatus::Converted],
            source: Some(LeadSource::DirectForm),
            ..LeadFilter::default()
        },
        LeadFilter {
            owner: Some(OwnedBy::Person(tenant.user())),
            ..LeadFilter::default()
        },
        LeadFilter {
            owner: Some(OwnedBy::Nobody),
            created_since: Some(LATER),
            ..LeadFilter::default()
        },
    ];
    for filter in filters {
        let wanted = all.iter().filter(|lead| filter.accepts(lead, &[]));
        let mut wanted: Vec<_> = wanted.cloned().collect();
        for sort in [LeadSort::Created, LeadSort::CreatedDescending] {
            let seen = all_pages(async |page| leads.list(&filter, &sort, &page).await);
            assert_eq!(seen.await, wanted, "{filter:?} {sort:?}");
            wanted.reverse();
        }
    }
}

pub(super) async fn the_stages_of_the_pipeline_count_who_is_there_and_who_has_been<S: Subject>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let ways: [&[LeadStatus]; 4] = [
        &[],
        &[
            LeadStatus::Disqualified,
            LeadStatus::New,
            LeadStatus::Disqualified,
        ],
        &[LeadStatus::Qualified, LeadStatus::Converted],
        &[LeadStatus::Qualified],
    ];
    for (n, way) in ways.into_iter().enumerate() {
        let mut lead = tenant.add_lead(subject, None).await;
        let unit = tenant.begin(subject).await;
        for status in way {
            let change = LeadChange {
                status: Patch::Set(*status),
                ..LeadChange::default()
            };
            let before = lead.state().stamps.version;
            let step = id(LeadStatusChangeId::from_uuid);
            let step = lead.change(&change, step, LATER, None).unwrap();
            let leads = unit.leads();
            leads.update(&lead, before, step.as_ref()).await.unwrap();
        }
        if n == 3 {
            let gone = deleted_lead(&lead);
            let version = lead.state().stamps.version;
            unit.leads().update(&gone, version, None).await.unwrap();
        }
        unit.commit().await.unwrap();
    }

    let unit = tenant.begin(subject).await;
    let stages = unit.leads().stages(None).await.unwrap();
    let stages: Vec<_> = stages
        .iter()
        .map(|stage| (stage.status, stage.now, stage.reached))
        .collect();
    assert_eq!(
        stages,
        [
            (LeadStatus::New, 1, 3),
            (LeadStatus::Qualified, 0, 1),
            (LeadStatus::Disqualified, 1, 1),
            (LeadStatus::Contacted, 0, 0),
            (LeadStatus::Converted, 1, 1),
        ]
    );
}

pub(super) async fn leads_of_a_campaign_are_found_and_counted_apart<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let campaign = tenant.add_campaign(subject, "Spring", None).await;
    let ada = Person::address("ada@example.com");
    let without = tenant.add_lead(subject, Some(ada.clone())).await;
    let unit = tenant.begin(subject).await;
    let (lead, step) = tenant.a_lead_of(Some(campaign.id()), Some(ada.clone()));
    let leads = unit.leads();
    leads.insert(&lead, &step).await.unwrap();
    let (again, step) = tenant.a_lead_of(Some(campaign.id()), Some(ada.clone()));
    let refused = leads.insert(&again, &step).await;
    assert!(
        matches!(refused, Err(CampaignError::LeadExists(other)) if other == lead.id()),
        "{refused:?}"
    );
    unit.commit().await.unwrap();

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    let people = [ada];
    for (campaign, wanted) in [(None, &without), (Some(campaign.id()), &lead)] {
        let found = leads.find_person(campaign, None, &people).await.unwrap();
        assert_eq!(found.as_ref(), Some(wanted));
    }
    for statuses in [Vec::new(), vec![LeadStatus::New]] {
        let filter = LeadFilter {
            campaign: Some(campaign.id()),
            statuses,
            ..LeadFilter::default()
        };
        for sort in [LeadSort::Created, LeadSort::CreatedDescending] {
            let seen = all_pages(async |page| leads.list(&filter, &sort, &page).await);
            assert_eq!(seen.await, std::slice::from_ref(&lead));
        }
    }
    for (campaign, many) in [(None, 2), (Some(campaign.id()), 1)] {
        let stages = leads.stages(campaign).await.unwrap();
        assert_eq!((stages[0].now, stages[0].reached), (many, many));
    }
    let elsewhere = Some(id(CampaignId::from_uuid));
    let stages = leads.stages(elsewhere).await.unwrap();
    assert!(stages.iter().all(|it| (it.now, it.reached) == (0, 0)));
}

pub(super) async fn other_tenants_see_no_lead_and_nothing_of_one<S: Subject>(subject: &S) {
    let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
    let person = Person::address("ada@example.com");
    let lead = tenant.add_lead(subject, Some(person.clone())).await;
    let (_, version) = tenant.add_form(subject, "Contact us").await;
    let response = tenant.a_response(&lead, &version);
    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    let values = lead_values();
    leads.insert_response(&response, &values).await.unwrap();
    unit.commit().await.unwrap();

    let unit = other.begin(subject).await;
    let leads = unit.leads();
    assert_eq!(leads.find(lead.id()).await.unwrap(), None);
    assert_eq!(leads.find_for_change(&[lead.id()]).await.unwrap(), []);
    let (contact, people) = (lead.state().contact, [person]);
    let found = leads.find_person(None, contact, &people).await.unwrap();
    assert_eq!(found, None);
    assert_eq!(leads.values_of(lead.id()).await.unwrap(), []);
    let seen = all_pages(async |page| leads.list_responses(lead.id(), &page).await);
    assert_eq!(seen.await, []);
    let seen = all_pages(async |page| leads.list_status_changes(lead.id(), &page).await);
    assert_eq!(seen.await, []);
    let (filter, sort) = (LeadFilter::default(), LeadSort::Created);
    let seen = all_pages(async |page| leads.list(&filter, &sort, &page).await).await;
    assert!(!seen.contains(&lead));
    let taken = deleted_lead(&lead);
    let refused = leads.update(&taken, Version::FIRST, None).await;
    assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
    let refused = leads.update_many(&[(taken, None)]).await;
    assert!(
        matches!(refused, Err(StorageError::Contended(_))),
        "{refused:?}"
    );
}
