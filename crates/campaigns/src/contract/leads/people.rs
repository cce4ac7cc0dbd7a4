//! Whose leads are, and who is known.

use kernel::{ContactId, FormResponseId, LeadId, StorageError, TeamId, UserId, Version};

use crate::contract::Subject;
use crate::contract::tenant::{LATER, Tenant, deleted_lead, id};
use crate::{CampaignError, Person};

pub(super) async fn a_lead_is_found_again_deleted_or_not<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let lead = tenant.add_lead(subject, None).await;
    let other = tenant.add_lead(subject, None).await;

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    assert_eq!(leads.find(id(LeadId::from_uuid)).await.unwrap(), None);
    assert_eq!(leads.find(lead.id()).await.unwrap(), Some(lead.clone()));
    let mut gone = lead.clone();
    let long_before = LATER - time::Duration::days(100);
    let response = id(FormResponseId::from_uuid);
    gone.answer((response, long_before), None, LATER, None);
    gone.delete(LATER, None);
    leads.update(&gone, Version::FIRST, None).await.unwrap();
    unit.commit().await.unwrap();

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    assert_eq!(leads.find(lead.id()).await.unwrap(), Some(gone.clone()));
    let several = [other.id(), lead.id(), id(LeadId::from_uuid), lead.id()];
    let found = leads.find_for_change(&several).await.unwrap();
    assert_eq!(found, [gone, other]);
}

pub(super) async fn a_person_has_one_living_lead_of_a_campaign<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let ada = Person::address("ada@example.com");
    let eve = Person::address("eve@example.com");
    let lead = tenant.add_lead(subject, Some(ada.clone())).await;

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    let people = [eve.clone(), ada.clone()];
    let found = leads.find_person(None, None, &people).await.unwrap();
    assert_eq!(found, Some(lead.clone()));
    let elsewhere = leads.find_person(None, None, &[eve]).await.unwrap();
    assert_eq!(elsewhere, None);
    let (again, step) = tenant.a_lead(Some(ada.clone()));
    let refused = leads.insert(&again, &step).await;
    let Err(CampaignError::LeadExists(other)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(other, lead.id());

    let gone = deleted_lead(&lead);
    leads.update(&gone, Version::FIRST, None).await.unwrap();
    assert_eq!(leads.find_person(None, None, &people).await.unwrap(), None);
    leads.insert(&again, &step).await.unwrap();
    unit.commit().await.unwrap();
    // Of people who told nothing about themselves there are many.
    tenant.add_lead(subject, None).await;
    tenant.add_lead(subject, None).await;
}

pub(super) async fn the_lead_of_a_contact_is_found_whoever_it_began_as<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let campaign = tenant.add_campaign(subject, "Spring", None).await;
    let [ada, eve] = ["ada@firm.de", "eve@firm.de"].map(Person::address);
    let (lead, step) = tenant.a_lead_of(Some(campaign.id()), Some(ada.clone()));
    let unit = tenant.begin(subject).await;
    unit.leads().insert(&lead, &step).await.unwrap();
    unit.commit().await.unwrap();
    let without = tenant.add_lead(subject, Some(eve.clone())).await;
    let (contact, other) = (lead.state().contact, without.state().contact);
    let stranger = Some(id(ContactId::from_uuid));

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    let here = Some(campaign.id());
    for (campaign, contact, people, wanted) in [
        (here, contact, vec![], Some(&lead)),
        (None, contact, vec![], None),
        (here, other, vec![], None),
        (None, other, vec![ada.clone()], Some(&without)),
        (here, stranger, vec![eve.clone(), ada.clone()], Some(&lead)),
        (None, contact, vec![ada, eve], Some(&without)),
    ] {
        let found = leads.find_person(campaign, contact, &people).await.unwrap();
        assert_eq!(found.as_ref(), wanted);
    }
    let gone = deleted_lead(&lead);
    leads.update(&gone, Version::FIRST, None).await.unwrap();
    let found = leads.find_person(here, contact, &[]).await.unwrap();
    assert_eq!(found, None);
}

pub(super) async fn a_lead_does_not_come_back_beside_another_one_of_its_person<S: Subject>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let ada = Person::address("ada@example.com");
    let lead = tenant.add_lead(subject, Some(ada.clone())).await;
    let mut gone = deleted_lead(&lead);
    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    leads.update(&gone, Version::FIRST, None).await.unwrap();
    unit.commit().await.unwrap();
    let other = tenant.add_lead(subject, Some(ada.clone())).await;

    let version = gone.state().stamps.version;
    gone.undelete(LATER, None);
    let unit = tenant.begin(subject).await;
    let refused = unit.leads().update(&gone, version, None).await;
    assert!(
        matches!(
            refused,
            Err(CampaignError::Storage(StorageError::Contended(_)))
        ),
        "{refused:?}"
    );
    drop(unit);
    let unit = tenant.begin(subject).await;
    let refused = unit.leads().update_many(&[(gone, None)]).await;
    assert!(
        matches!(refused, Err(StorageError::Contended(_))),
        "{refused:?}"
    );
    drop(unit);

    let unit = tenant.begin(subject).await;
    let found = unit.leads().find_person(None, None, &[ada]).await.unwrap();
    assert_eq!(found, Some(other));
}

pub(super) async fn people_who_are_not_there_are_not_known<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;

    let unit = tenant.begin(subject).await;
    let people = unit.people();
    let nobody = "nobody@example.com";
    assert_eq!(people.find_contact(nobody).await.unwrap(), None);
    assert!(!people.is_contact(id(ContactId::from_uuid)).await.unwrap());
    let strangers = [id(ContactId::from_uuid)];
    assert_eq!(people.known_contacts(&strangers).await.unwrap(), []);
    let contact = id(ContactId::from_uuid);
    assert_eq!(people.find_addressee(contact).await.unwrap(), None);
    people.find_letterhead().await.unwrap();
    assert!(!people.is_member(id(UserId::from_uuid)).await.unwrap());
    assert!(!people.is_team(id(TeamId::from_uuid)).await.unwrap());
}
