//! `ContactListRepository`

use kernel::{ContactListId, Patch, Version};

use super::Subject;
use super::tenant::{LATER, Tenant, all_pages, id};
use crate::{ContactError, ContactList, ContactListChange, CountedList, ListCounts, ListStatus};

/// The cases of lists.
#[macro_export]
macro_rules! for_each_contact_list_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_list_is_found_again_deleted_or_not,
            a_second_list_with_the_name_in_another_case_is_refused_by_naming_the_first,
            a_deleted_lists_name_is_free_until_it_is_restored,
            a_renamed_list_cannot_take_the_name_of_a_living_one,
            a_stale_change_of_a_list_is_refused_and_the_unit_stays_usable,
            a_list_that_was_locked_can_be_changed,
            lists_are_listed_page_by_page_with_their_counts,
            other_tenants_see_no_list_and_can_use_its_name,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_contact_list_case!([kernel::dispatch_contract_case] name subject);
}

/// The list with another name.
fn renamed(list: &ContactList, name: &str) -> ContactList {
    let mut list = list.clone();
    let change = ContactListChange {
        name: Patch::Set(name.parse().unwrap()),
        ..ContactListChange::default()
    };
    list.change(&change, LATER, None);
    list
}

/// The list after its deletion.
fn deleted(list: &ContactList) -> ContactList {
    let mut list = list.clone();
    list.delete(LATER, None);
    list
}

/// A list with nobody on it, as it is told with its counts.
fn empty(list: &ContactList) -> CountedList {
    CountedList {
        list: list.clone(),
        counts: ListCounts::default(),
    }
}

/// Whether the outcome is that `other` has the name.
fn is_taken_by(other: &ContactList, outcome: &Result<(), ContactError>) -> bool {
    matches!(outcome, Err(ContactError::ListNameTaken(id)) if *id == other.id())
}

mod cases {
    use super::{
        ContactError, ContactListId, LATER, ListCounts, ListStatus, Subject, Tenant, Version,
        all_pages, deleted, empty, id, is_taken_by, renamed,
    };

    pub(super) async fn a_list_is_found_again_deleted_or_not<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut list = tenant.add_list(subject, "Leads", &[]).await;

        let unit = tenant.begin(subject).await;
        let absent = id(ContactListId::from_uuid);
        assert_eq!(unit.lists().find(absent).await.unwrap(), None);
        assert_eq!(unit.lists().find_counted(absent).await.unwrap(), None);
        assert_eq!(
            unit.lists().find(list.id()).await.unwrap(),
            Some(list.clone())
        );
        list.advance(ListStatus::Validated, LATER, None);
        list.delete(LATER, None);
        unit.lists().update(&list, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.lists().find_counted(list.id()).await.unwrap();
        assert_eq!(found, Some(empty(&list)));
    }

    pub(super) async fn a_second_list_with_the_name_in_another_case_is_refused_by_naming_the_first<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let first = tenant.add_list(subject, "Łódź", &[]).await;

        let unit = tenant.begin(subject).await;
        let refused = unit.lists().insert(&tenant.a_list("łÓDŹ")).await;
        assert!(is_taken_by(&first, &refused), "{refused:?}");
        unit.lists().insert(&tenant.a_list("Lodz")).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_deleted_lists_name_is_free_until_it_is_restored<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let old = tenant.add_list(subject, "Leads", &[]).await;
        let gone = deleted(&old);
        let mut back = gone.clone();
        back.undelete(LATER, None);
        let new = tenant.a_list("leads");

        let unit = tenant.begin(subject).await;
        unit.lists().update(&gone, Version::FIRST).await.unwrap();
        unit.lists().insert(&new).await.unwrap();
        let version = gone.state().stamps.version;
        let refused = unit.lists().update(&back, version).await;
        assert!(is_taken_by(&new, &refused), "{refused:?}");
        unit.lists()
            .update(&deleted(&new), Version::FIRST)
            .await
            .unwrap();
        unit.lists().update(&back, version).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.lists().find(old.id()).await.unwrap(), Some(back));
    }

    pub(super) async fn a_renamed_list_cannot_take_the_name_of_a_living_one<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let north = tenant.add_list(subject, "North", &[]).await;
        let south = tenant.add_list(subject, "South", &[]).await;

        let unit = tenant.begin(subject).await;
        let taken = renamed(&south, "NORTH");
        let refused = unit.lists().update(&taken, Version::FIRST).await;
        assert!(is_taken_by(&north, &refused), "{refused:?}");
        // A name of one's own in another case is no conflict.
        let after = renamed(&south, "SOUTH");
        unit.lists().update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_stale_change_of_a_list_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await;
        let after = renamed(&list, "More leads");

        let unit = tenant.begin(subject).await;
        let refused = unit.lists().update(&after, Version::from_number(9)).await;
        assert!(matches!(refused, Err(ContactError::Stale)), "{refused:?}");
        unit.lists().update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_list_that_was_locked_can_be_changed<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await;
        let after = renamed(&list, "Customers");

        let unit = tenant.begin(subject).await;
        unit.lists().lock(list.id()).await.unwrap();
        let absent = id(ContactListId::from_uuid);
        unit.lists().lock(absent).await.unwrap();
        let version = list.state().stamps.version;
        unit.lists().update(&after, version).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.lists().find(list.id()).await.unwrap(), Some(after));
    }

    pub(super) async fn lists_are_listed_page_by_page_with_their_counts<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contact = tenant.a_contact("ada@example.com");
        tenant.add(subject, std::slice::from_ref(&contact)).await;
        let (mut living, mut gone) = (Vec::new(), Vec::new());
        for n in 0..8 {
            let members = [&contact];
            let members = if n % 2 == 0 { &members[..] } else { &[] };
            let list = tenant
                .add_list(subject, &format!("List {n}"), members)
                .await;
            let mut counted = empty(&list);
            if n % 2 == 0 {
                counted.counts = ListCounts {
                    valid: 1,
                    ..ListCounts::default()
                };
            }
            if n % 3 == 1 {
                let unit = tenant.begin(subject).await;
                counted.list = deleted(&list);
                let after = &counted.list;
                unit.lists().update(after, Version::FIRST).await.unwrap();
                unit.commit().await.unwrap();
                gone.push(counted);
            } else {
                living.push(counted);
            }
        }

        let unit = tenant.begin(subject).await;
        for (is_deleted, expected) in [(false, living), (true, gone)] {
            let seen = all_pages(async |page| unit.lists().list(is_deleted, &page).await).await;
            assert_eq!(seen, expected);
        }
    }

    pub(super) async fn other_tenants_see_no_list_and_can_use_its_name<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let list = tenant.add_list(subject, "Leads", &[]).await;

        let unit = other.begin(subject).await;
        assert_eq!(unit.lists().find(list.id()).await.unwrap(), None);
        assert_eq!(unit.lists().find_counted(list.id()).await.unwrap(), None);
        let seen = all_pages(async |page| unit.lists().list(false, &page).await).await;
        assert_eq!(seen, []);
        let taken = renamed(&list, "Taken over");
        let refused = unit.lists().update(&taken, Version::FIRST).await;
        assert!(matches!(refused, Err(ContactError::Stale)), "{refused:?}");
        unit.lists().insert(&other.a_list("Leads")).await.unwrap();
        unit.commit().await.unwrap();
    }
}
