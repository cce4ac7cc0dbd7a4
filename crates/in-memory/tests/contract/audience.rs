//! People and lists for the contract of campaigns, over the ports of contacts.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking")]

use campaigns::contract::Person;
use campaigns::{AddressStatus, StopReason};
use contacts::ports::ContactStore;
use contacts::{
    AddressHash, Classification, Contact, ContactList, ContactSource, Facts, Judged, ListStatus,
    NewContact, NewContactList, Profile, Rules, Suppression, SuppressionReason, SuppressionSource,
    SuppressionState, Validation, ValidationStatus, decide,
};
use kernel::{
    Actor, ContactId, ContactListId, Description, OrganizationId, Origin, RequestId, Stamps,
    SuppressionId, TenantScope, Timestamp, UserId, Version,
};
use tenancy::ports::TenancyStore;
use tenancy::{NewOrganization, Organization, OrganizationSettings};
use time::macros::datetime;
use uuid::Uuid;

const NOW: Timestamp = datetime!(2026-03-01 12:00 UTC);

#[expect(
    clippy::disallowed_methods,
    reason = "cases share a database and need ids of their own"
)]
fn id<T>(wrap: impl Fn(Uuid) -> T) -> T {
    wrap(Uuid::now_v7())
}

fn scope(organization: OrganizationId) -> TenantScope {
    let origin = Origin::internal(id(RequestId::from_uuid));
    TenantScope::for_principal(organization, Actor::Operator, origin)
}

/// Adds people who stand like this; tells who they are, in the same order.
pub(crate) async fn add_people(
    store: &dyn ContactStore,
    organization: OrganizationId,
    people: &[Person],
) -> Vec<ContactId> {
    let contacts: Vec<_> = people
        .iter()
        .map(|person| contact(organization, person.standing.status))
        .collect();
    let suppressions: Vec<_> = contacts
        .iter()
        .zip(people)
        .flat_map(|(contact, person)| {
            let reasons: &[_] = match person.standing.stop {
                None => &[],
                // Whoever left did so, whatever else there is.
                Some(StopReason::Unsubscribed) => &[
                    SuppressionReason::Bounced,
                    SuppressionReason::Unsubscribed,
                    SuppressionReason::Manual,
                ],
                Some(StopReason::Suppressed) => &[SuppressionReason::Complained],
            };
            let address = contact.state().email_hash;
            reasons.iter().map(move |reason| {
                Suppression::new(SuppressionState {
                    id: id(SuppressionId::from_uuid),
                    organization,
                    address,
                    reason: *reason,
                    source: SuppressionSource::Manual,
                    source_id: None,
                    created_at: NOW,
                    created_by: None,
                })
            })
        })
        .collect();
    let unit = store.begin(&scope(organization)).await.unwrap();
    let added = unit.contacts().insert_many(&contacts).await.unwrap();
    assert_eq!(added.len(), people.len());
    unit.suppressions()
        .insert_many(&suppressions)
        .await
        .unwrap();
    unit.commit().await.unwrap();
    contacts.iter().map(Contact::id).collect()
}

/// Adds a list with these members.
pub(crate) async fn add_list(
    store: &dyn ContactStore,
    organization: OrganizationId,
    is_validated: bool,
    members: &[ContactId],
) -> ContactListId {
    let new = NewContactList {
        name: format!("List {}", id(Uuid::simple)).parse().unwrap(),
        description: Description::empty(),
        source: ContactSource::Manual,
    };
    let list = id(ContactListId::from_uuid);
    let mut list = ContactList::open(list, organization, new, NOW, None);
    if is_validated {
        list.advance(ListStatus::Validated, NOW, None);
    }
    let unit = store.begin(&scope(organization)).await.unwrap();
    unit.lists().insert(&list).await.unwrap();
    let places = unit.list_members();
    places.add(list.id(), members, None, NOW).await.unwrap();
    unit.commit().await.unwrap();
    list.id()
}

/// Deletes a contact.
pub(crate) async fn delete_contact(
    store: &dyn ContactStore,
    organization: OrganizationId,
    contact: ContactId,
) {
    let unit = store.begin(&scope(organization)).await.unwrap();
    let mut contact = unit.contacts().find(contact).await.unwrap().unwrap();
    contact.delete(NOW, None);
    unit.contacts()
        .update(&contact, Version::FIRST)
        .await
        .unwrap();
    unit.commit().await.unwrap();
}

/// Deletes an organization, be it that nobody founded it yet.
pub(crate) async fn delete_organization(store: &dyn TenancyStore, organization: OrganizationId) {
    let unit = store.begin(&scope(organization)).await.unwrap();
    let organizations = unit.organizations();
    let mut found = if let Some(found) = organizations.find().await.unwrap() {
        found
    } else {
        let founded = founded(organization);
        organizations.insert(&founded).await.unwrap();
        founded
    };
    let version = found.state().stamps.version;
    found.delete(NOW, None);
    organizations.update(&found, version).await.unwrap();
    unit.commit().await.unwrap();
}

fn founded(organization: OrganizationId) -> Organization {
    let new = NewOrganization {
        name: "Acme".parse().unwrap(),
        slug: format!("acme-{}", id(Uuid::simple)).parse().unwrap(),
        domain: None,
        settings: OrganizationSettings::default(),
    };
    Organization::found(organization, new, NOW, id(UserId::from_uuid))
}

fn contact(organization: OrganizationId, status: AddressStatus) -> Contact {
    let email = format!("{}@example.com", id(Uuid::simple));
    let status = match status {
        AddressStatus::Pending => ValidationStatus::Pending,
        AddressStatus::Valid => ValidationStatus::Valid,
        AddressStatus::Invalid => ValidationStatus::Invalid,
        AddressStatus::Risky => ValidationStatus::Risky,
        AddressStatus::Nonexistent => ValidationStatus::Nonexistent,
    };
    let judged = Judged {
        hash: a_hash(),
        normalized: email.clone(),
        validation: Validation {
            status,
            classification: Classification::Business,
            syntax_ok: Some(true),
            domain_exists: None,
            mx_found: None,
            risk_score: 0,
            reasons: Vec::new(),
            suggestion: None,
            at: Some(NOW),
        },
        verdict: decide(&email, &Facts::offline(), &Rules::default()),
        at: NOW,
    };
    let new = NewContact {
        email: email.parse().unwrap(),
        profile: Profile::default(),
        source: ContactSource::Api,
    };
    let contact = id(ContactId::from_uuid);
    Contact::register(
        contact,
        organization,
        new,
        judged,
        None,
        Stamps::new(NOW, None),
    )
}

/// A hash that no other address has.
fn a_hash() -> AddressHash {
    let mut bytes = [1; AddressHash::LEN];
    bytes[1..].copy_from_slice(id(Uuid::into_bytes).as_slice());
    AddressHash::from_bytes(bytes)
}
