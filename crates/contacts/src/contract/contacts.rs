//! `ContactRepository`, but for its listing

use kernel::{ContactId, StorageError, Version};

use super::Subject;
use super::tenant::{LATER, Tenant, deleted, id, judged, restored, revalidated};
use crate::{Contact, ContactError, ContactText, Profile, ValidationStatus};

/// The cases of contacts.
#[macro_export]
macro_rules! for_each_contact_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_contact_is_found_again_deleted_or_not,
            a_second_contact_with_the_address_is_refused_by_naming_the_first,
            a_deleted_contacts_address_is_free,
            many_contacts_are_added_but_for_those_whose_address_is_taken,
            contacts_are_found_by_ids_and_by_addresses_while_they_live,
            a_contact_cannot_take_the_address_of_another,
            a_restored_contact_cannot_take_the_address_of_a_living_one,
            a_stale_change_of_a_contact_is_refused_and_the_unit_stays_usable,
            many_contacts_are_changed_but_for_those_that_changed_since,
            changing_many_contacts_fails_where_an_address_is_anothers,
            contacts_that_were_locked_can_be_changed_and_others_are_passed_over,
            a_dropped_unit_leaves_no_contact,
            other_tenants_see_no_contact_and_can_use_its_address,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_contact_case!([kernel::dispatch_contract_case] name subject);
}

/// The contact with another name.
fn renamed(contact: &Contact, name: &str) -> Contact {
    let mut contact = contact.clone();
    let profile = Profile {
        last_name: ContactText::lossy(name),
        ..Profile::default()
    };
    contact.replace_profile(profile, LATER, None);
    contact
}

/// The contact with another address.
fn readdressed(contact: &Contact, email: &str) -> Contact {
    let mut contact = contact.clone();
    let judged = judged(email, ValidationStatus::Risky);
    let profile = contact.state().profile.clone();
    contact.readdress(email.parse().unwrap(), judged, profile, LATER, None);
    contact
}

/// Whether the outcome is that `other` has the address.
fn is_taken_by(other: &Contact, outcome: &Result<(), ContactError>) -> bool {
    matches!(outcome, Err(ContactError::EmailTaken(id)) if *id == other.id())
}

/// The ids in order.
fn sorted(mut ids: Vec<ContactId>) -> Vec<ContactId> {
    ids.sort_unstable();
    ids
}

mod cases {
    use super::{
        ContactError, ContactId, StorageError, Subject, Tenant, ValidationStatus, Version, deleted,
        id, is_taken_by, readdressed, renamed, restored, revalidated, sorted,
    };

    pub(super) async fn a_contact_is_found_again_deleted_or_not<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contact = tenant.a_contact("Ada@Example.com");
        let bare = tenant.register("x y", ValidationStatus::Invalid, crate::Profile::default());
        let gone = deleted(&contact);

        let unit = tenant.begin(subject).await;
        unit.contacts().insert(&contact).await.unwrap();
        unit.contacts().insert(&bare).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let find = async |id| unit.contacts().find(id).await.unwrap();
        assert_eq!(find(contact.id()).await, Some(contact));
        assert_eq!(find(bare.id()).await, Some(bare));
        assert_eq!(find(id(ContactId::from_uuid)).await, None);
        unit.contacts().update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.contacts().find(gone.id()).await.unwrap();
        assert_eq!(found, Some(gone));
    }

    pub(super) async fn a_second_contact_with_the_address_is_refused_by_naming_the_first<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let first = tenant.a_contact("ada@example.com");
        tenant.add(subject, std::slice::from_ref(&first)).await;

        let unit = tenant.begin(subject).await;
        let again = tenant.a_contact("ADA@example.com");
        let refused = unit.contacts().insert(&again).await;
        assert!(is_taken_by(&first, &refused), "{refused:?}");
        let other = tenant.a_contact("grace@example.com");
        unit.contacts().insert(&other).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert!(unit.contacts().find(other.id()).await.unwrap().is_some());
        assert!(unit.contacts().find(again.id()).await.unwrap().is_none());
    }

    pub(super) async fn a_deleted_contacts_address_is_free<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let first = tenant.a_contact("ada@example.com");
        tenant.add(subject, std::slice::from_ref(&first)).await;

        let unit = tenant.begin(subject).await;
        unit.contacts()
            .update(&deleted(&first), Version::FIRST)
            .await
            .unwrap();
        let second = tenant.a_contact("ada@example.com");
        unit.contacts().insert(&second).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn many_contacts_are_added_but_for_those_whose_address_is_taken<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let first = tenant.a_contact("b@example.com");
        tenant.add(subject, std::slice::from_ref(&first)).await;
        let many = ["c@example.com", "B@example.com", "a@example.com"]
            .map(|email| tenant.a_contact(email));
        let again = tenant.a_contact("a@example.com");

        let unit = tenant.begin(subject).await;
        assert!(unit.contacts().insert_many(&[]).await.unwrap().is_empty());
        let [c, b, a] = many;
        let added = unit
            .contacts()
            .insert_many(&[c.clone(), b.clone(), a.clone(), again.clone()])
            .await
            .unwrap();
        assert_eq!(sorted(added), sorted(vec![a.id(), c.id()]));
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.contacts().find(a.id()).await.unwrap(), Some(a));
        for absent in [b, again] {
            assert_eq!(unit.contacts().find(absent.id()).await.unwrap(), None);
        }
    }

    pub(super) async fn contacts_are_found_by_ids_and_by_addresses_while_they_live<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let [a, b, c] =
            ["a", "b", "c"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant
            .add(subject, &[a.clone(), b.clone(), c.clone()])
            .await;

        let unit = tenant.begin(subject).await;
        let gone = deleted(&b);
        unit.contacts().update(&gone, Version::FIRST).await.unwrap();
        let absent = id(ContactId::from_uuid);
        let found = unit
            .contacts()
            .find_many(&[c.id(), b.id(), absent, a.id()])
            .await
            .unwrap();
        assert_eq!(found, [a.clone(), c.clone()]);
        let found = unit
            .contacts()
            .find_deleted(&[c.id(), b.id(), absent, a.id()])
            .await
            .unwrap();
        assert_eq!(found, [gone]);
        let emails = [
            "c@example.com",
            "b@example.com",
            "x@example.com",
            "a@example.com",
        ]
        .map(str::to_owned);
        let found = unit.contacts().find_by_emails(&emails).await.unwrap();
        assert_eq!(found, [a, c]);
    }

    pub(super) async fn a_contact_cannot_take_the_address_of_another<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let [a, b] = ["a", "b"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant.add(subject, &[a.clone(), b.clone()]).await;

        let unit = tenant.begin(subject).await;
        let taken = readdressed(&b, "A@example.com");
        let refused = unit.contacts().update(&taken, Version::FIRST).await;
        assert!(is_taken_by(&a, &refused), "{refused:?}");
        let after = readdressed(&b, "B@example.com");
        unit.contacts()
            .update(&after, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.contacts().find(b.id()).await.unwrap(), Some(after));
    }

    pub(super) async fn a_restored_contact_cannot_take_the_address_of_a_living_one<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let old = tenant.a_contact("ada@example.com");
        tenant.add(subject, std::slice::from_ref(&old)).await;
        let gone = deleted(&old);
        let back = restored(&gone);
        let new = tenant.a_contact("ada@example.com");

        let unit = tenant.begin(subject).await;
        unit.contacts().update(&gone, Version::FIRST).await.unwrap();
        unit.contacts().insert(&new).await.unwrap();
        let version = gone.state().stamps.version;
        let refused = unit.contacts().update(&back, version).await;
        assert!(is_taken_by(&new, &refused), "{refused:?}");
        unit.contacts()
            .update(&deleted(&new), Version::FIRST)
            .await
            .unwrap();
        unit.contacts().update(&back, version).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.contacts().find(old.id()).await.unwrap(), Some(back));
    }

    pub(super) async fn a_stale_change_of_a_contact_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let contact = tenant.a_contact("ada@example.com");
        tenant.add(subject, std::slice::from_ref(&contact)).await;
        let after = renamed(&contact, "King");

        let unit = tenant.begin(subject).await;
        let refused = unit
            .contacts()
            .update(&after, Version::from_number(9))
            .await;
        assert!(matches!(refused, Err(ContactError::Stale)), "{refused:?}");
        unit.contacts()
            .update(&after, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let refused = unit.contacts().update(&after, Version::FIRST).await;
        assert!(matches!(refused, Err(ContactError::Stale)), "{refused:?}");
    }

    pub(super) async fn many_contacts_are_changed_but_for_those_that_changed_since<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let [a, b, c] =
            ["a", "b", "c"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant
            .add(subject, &[a.clone(), b.clone(), c.clone()])
            .await;
        let absent = renamed(&tenant.a_contact("x@example.com"), "King");
        let [a2, b2, c2] = [&a, &b, &c].map(|contact| renamed(contact, "King"));

        let unit = tenant.begin(subject).await;
        unit.contacts().update(&b2, Version::FIRST).await.unwrap();
        let wanted = [c2.clone(), renamed(&b, "Late"), a2.clone(), absent];
        let changed = unit.contacts().update_many(&wanted).await.unwrap();
        assert_eq!(sorted(changed), sorted(vec![a.id(), c.id()]));
        assert!(unit.contacts().update_many(&[]).await.unwrap().is_empty());
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit
            .contacts()
            .find_many(&[a.id(), b.id(), c.id()])
            .await
            .unwrap();
        assert_eq!(found, [a2, b2, c2]);
    }

    pub(super) async fn changing_many_contacts_fails_where_an_address_is_anothers<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let [a, b] = ["a", "b"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant.add(subject, &[a.clone(), b.clone()]).await;

        let unit = tenant.begin(subject).await;
        let taken = readdressed(&b, "a@example.com");
        let refused = unit.contacts().update_many(&[taken]).await;
        assert!(
            matches!(refused, Err(StorageError::Contended(_))),
            "{refused:?}"
        );
        drop(unit);

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.contacts().find(b.id()).await.unwrap(), Some(b));
    }

    pub(super) async fn contacts_that_were_locked_can_be_changed_and_others_are_passed_over<
        S: Subject,
    >(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let [ada, bob] = ["a", "b"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        let theirs = other.a_contact("a@example.com");
        tenant.add(subject, &[ada.clone(), bob.clone()]).await;
        other.add(subject, std::slice::from_ref(&theirs)).await;

        let unit = tenant.begin(subject).await;
        let contacts = unit.contacts();
        let absent = id(ContactId::from_uuid);
        let ids = [bob.id(), absent, theirs.id(), ada.id(), bob.id()];
        contacts.lock(&ids).await.unwrap();
        contacts.lock(&[]).await.unwrap();
        let changed = [renamed(&ada, "King"), renamed(&bob, "King")];
        let written = contacts.update_many(&changed).await.unwrap();
        unit.commit().await.unwrap();

        assert_eq!(sorted(written), sorted(vec![ada.id(), bob.id()]));
        let unit = other.begin(subject).await;
        let found = unit.contacts().find(theirs.id()).await.unwrap();
        assert_eq!(found, Some(theirs));
    }

    pub(super) async fn a_dropped_unit_leaves_no_contact<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contact = tenant.a_contact("ada@example.com");

        let unit = tenant.begin(subject).await;
        unit.contacts().insert(&contact).await.unwrap();
        drop(unit);

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.contacts().find(contact.id()).await.unwrap(), None);
    }

    pub(super) async fn other_tenants_see_no_contact_and_can_use_its_address<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let contact = tenant.a_contact("ada@example.com");
        let gone = tenant.a_contact("eve@example.com");
        tenant.add(subject, &[contact.clone(), gone.clone()]).await;
        let unit = tenant.begin(subject).await;
        let gone = deleted(&gone);
        unit.contacts().update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = other.begin(subject).await;
        let contacts = unit.contacts();
        assert_eq!(contacts.find(contact.id()).await.unwrap(), None);
        assert!(
            contacts
                .find_many(&[contact.id()])
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            contacts
                .find_deleted(&[gone.id()])
                .await
                .unwrap()
                .is_empty()
        );
        let emails = ["ada@example.com".to_owned()];
        assert!(contacts.find_by_emails(&emails).await.unwrap().is_empty());
        let theirs = revalidated(&contact, ValidationStatus::Risky);
        let refused = contacts.update(&theirs, Version::FIRST).await;
        assert!(matches!(refused, Err(ContactError::Stale)), "{refused:?}");
        assert!(contacts.update_many(&[theirs]).await.unwrap().is_empty());
        contacts
            .insert(&other.a_contact("ada@example.com"))
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.contacts().find(contact.id()).await.unwrap();
        assert_eq!(found, Some(contact));
    }
}
