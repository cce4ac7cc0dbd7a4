//! `ListMemberRepository`

use kernel::{ContactId, ContactImportId};

use super::Subject;
use super::tenant::{NOW, Tenant, deleted, id, restored, revalidated};
use crate::{Contact, ListCounts, ValidationStatus};

/// The cases of who is on lists.
#[macro_export]
macro_rules! for_each_list_member_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            those_who_live_and_are_not_on_the_list_are_added,
            those_who_are_new_are_added_and_counted,
            those_who_are_on_the_list_are_removed,
            only_those_whom_an_import_has_put_there_are_removed_with_it,
            a_list_counts_its_members_by_status,
            counts_follow_what_becomes_of_contacts,
            counts_stay_right_over_many_changes,
            the_living_lists_of_a_contact_are_found,
            living_members_are_walked_through_in_order,
            a_dropped_unit_leaves_counts_as_they_were,
            other_tenants_put_nobody_on_a_list,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_list_member_case!([kernel::dispatch_contract_case] name subject);
}

/// The ids in order.
fn sorted(mut ids: Vec<ContactId>) -> Vec<ContactId> {
    ids.sort_unstable();
    ids
}

mod cases {
    use super::{
        Contact, ContactId, ContactImportId, ListCounts, NOW, Subject, Tenant, ValidationStatus,
        deleted, id, restored, revalidated, sorted,
    };

    pub(super) async fn those_who_live_and_are_not_on_the_list_are_added<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let [a, b, c] =
            ["a", "b", "c"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant
            .add(subject, &[a.clone(), b.clone(), c.clone()])
            .await;
        let list = tenant.add_list(subject, "Leads", &[&b]).await;

        let unit = tenant.begin(subject).await;
        unit.contacts().update_many(&[deleted(&c)]).await.unwrap();
        let import = Some(id(ContactImportId::from_uuid));
        let absent = id(ContactId::from_uuid);
        let wanted = [absent, c.id(), b.id(), a.id(), a.id()];
        let members = unit.list_members();
        let added = members.add(list.id(), &wanted, import, NOW).await.unwrap();
        assert_eq!(added, [a.id()]);
        let none = members.add(list.id(), &[], None, NOW).await.unwrap();
        assert_eq!(none, []);
        unit.commit().await.unwrap();

        assert_eq!(tenant.counts(subject, &list).await.total(), 2);
    }

    pub(super) async fn those_who_are_new_are_added_and_counted<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let old = tenant.a_contact("old@example.com");
        tenant.add(subject, std::slice::from_ref(&old)).await;
        let list = tenant.add_list(subject, "Leads", &[&old]).await;
        let statuses = [
            ValidationStatus::Valid,
            ValidationStatus::Risky,
            ValidationStatus::Risky,
        ];
        let new = statuses
            .iter()
            .enumerate()
            .map(|(n, status)| tenant.a_contact_of(&format!("{n}@example.com"), *status))
            .collect::<Vec<_>>();
        let import = Some(id(ContactImportId::from_uuid));

        let unit = tenant.begin(subject).await;
        unit.contacts().insert_many(&new).await.unwrap();
        let members = unit.list_members();
        members.add_new(list.id(), &new, import, NOW).await.unwrap();
        members.add_new(list.id(), &[], None, NOW).await.unwrap();
        unit.commit().await.unwrap();

        let expected = ListCounts {
            valid: 2,
            risky: 2,
            ..ListCounts::default()
        };
        assert_eq!(tenant.counts(subject, &list).await, expected);
        let unit = tenant.begin(subject).await;
        let members = unit.list_members();
        let ids = members.ids_after(list.id(), None, None, 10).await.unwrap();
        let mut wanted = vec![old.id()];
        wanted.extend(new.iter().map(crate::Contact::id));
        assert_eq!(ids, sorted(wanted));
        let risky = members.ids_after(list.id(), Some(ValidationStatus::Risky), None, 10);
        assert_eq!(risky.await.unwrap().len(), 2);
    }

    pub(super) async fn those_who_are_on_the_list_are_removed<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let [a, b, c] =
            ["a", "b", "c"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant
            .add(subject, &[a.clone(), b.clone(), c.clone()])
            .await;
        let list = tenant.add_list(subject, "Leads", &[&a, &b]).await;
        let other = tenant.add_list(subject, "Others", &[&a]).await;

        let unit = tenant.begin(subject).await;
        let wanted = [c.id(), b.id(), id(ContactId::from_uuid)];
        let removed = unit
            .list_members()
            .remove(list.id(), &wanted, None, NOW)
            .await;
        assert_eq!(sorted(removed.unwrap()), [b.id()]);
        unit.commit().await.unwrap();

        assert_eq!(tenant.counts(subject, &list).await.total(), 1);
        assert_eq!(tenant.counts(subject, &other).await.total(), 1);
    }

    pub(super) async fn only_those_whom_an_import_has_put_there_are_removed_with_it<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let people =
            ["a", "b", "c", "d"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant.add(subject, &people).await;
        let [a, b, c, d] = people.each_ref().map(Contact::id);
        let list = tenant.add_list(subject, "Leads", &[&people[1]]).await;
        let (import, other) = (
            Some(id(ContactImportId::from_uuid)),
            Some(id(ContactImportId::from_uuid)),
        );

        let unit = tenant.begin(subject).await;
        let members = unit.list_members();
        let add = async |contacts: &[ContactId], import| {
            members.add(list.id(), contacts, import, NOW).await.unwrap();
        };
        let remove = async |contacts: &[ContactId], import| {
            let removed = members.remove(list.id(), contacts, import, NOW).await;
            sorted(removed.unwrap())
        };
        add(&[a, b, c], import).await;
        add(&[d], other).await;
        assert_eq!(remove(&[c], None).await, [c]);
        add(&[c], None).await;

        assert_eq!(remove(&[a, b, c, d], import).await, [a]);
        assert_eq!(remove(&[a, b, c, d], import).await, []);
        assert_eq!(remove(&[a, b, c, d], None).await, [b, c, d]);
    }

    pub(super) async fn a_list_counts_its_members_by_status<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = (0..15)
            .map(|n: usize| {
                let status =
                    ValidationStatus::ALL[(0..5).find(|i| n < [1, 3, 6, 10, 15][*i]).unwrap()];
                tenant.a_contact_of(&format!("{n}@example.com"), status)
            })
            .collect::<Vec<_>>();
        tenant.add(subject, &contacts).await;
        let members = contacts.iter().collect::<Vec<_>>();

        let list = tenant.add_list(subject, "Leads", &members).await;

        let expected = ListCounts {
            pending: 1,
            valid: 2,
            invalid: 3,
            risky: 4,
            nonexistent: 5,
        };
        assert_eq!(tenant.counts(subject, &list).await, expected);
    }

    pub(super) async fn counts_follow_what_becomes_of_contacts<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let [a, b] = ["a", "b"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant.add(subject, &[a.clone(), b.clone()]).await;
        let list = tenant.add_list(subject, "Leads", &[&a, &b]).await;
        let other = tenant.add_list(subject, "Others", &[&a]).await;
        let risky = revalidated(&a, ValidationStatus::Risky);
        let gone = deleted(&risky);
        let invalid = revalidated(&gone, ValidationStatus::Invalid);
        let back = restored(&invalid);

        for (changed, in_list, in_other) in [
            (&risky, (1, 1, 0), (0, 1, 0)),
            (&gone, (1, 0, 0), (0, 0, 0)),
            (&invalid, (1, 0, 0), (0, 0, 0)),
            (&back, (1, 0, 1), (0, 0, 1)),
        ] {
            let unit = tenant.begin(subject).await;
            let changed = std::slice::from_ref(changed);
            unit.contacts().update_many(changed).await.unwrap();
            unit.commit().await.unwrap();

            for (list, (valid, risky, invalid)) in [(&list, in_list), (&other, in_other)] {
                let expected = ListCounts {
                    valid,
                    invalid,
                    risky,
                    ..ListCounts::default()
                };
                assert_eq!(tenant.counts(subject, list).await, expected);
            }
        }
    }

    pub(super) async fn counts_stay_right_over_many_changes<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contact = tenant.a_contact("ada@example.com");
        let stays = tenant.a_contact("grace@example.com");
        tenant.add(subject, &[contact.clone(), stays.clone()]).await;
        let list = tenant.add_list(subject, "Leads", &[&stays]).await;

        for _ in 0..70 {
            let unit = tenant.begin(subject).await;
            let members = unit.list_members();
            let ids = [contact.id()];
            members.add(list.id(), &ids, None, NOW).await.unwrap();
            members.remove(list.id(), &ids, None, NOW).await.unwrap();
            unit.commit().await.unwrap();
        }

        assert_eq!(tenant.counts(subject, &list).await.valid, 1);
    }

    pub(super) async fn the_living_lists_of_a_contact_are_found<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let [a, b] = ["a", "b"].map(|name| tenant.a_contact(&format!("{name}@example.com")));
        tenant.add(subject, &[a.clone(), b.clone()]).await;
        let first = tenant.add_list(subject, "First", &[&a]).await;
        let mut gone = tenant.add_list(subject, "Gone", &[&a]).await;
        tenant.add_list(subject, "Others", &[&b]).await;
        let last = tenant.add_list(subject, "Last", &[&a, &b]).await;

        let unit = tenant.begin(subject).await;
        let version = gone.state().stamps.version;
        gone.delete(NOW, None);
        unit.lists().update(&gone, version).await.unwrap();
        let found = unit.list_members().lists_of(a.id()).await.unwrap();
        assert_eq!(found, [first, last]);
        unit.contacts().update_many(&[deleted(&a)]).await.unwrap();
        let found = unit.list_members().lists_of(a.id()).await.unwrap();
        assert_eq!(found, []);
    }

    pub(super) async fn living_members_are_walked_through_in_order<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = (0..5)
            .map(|n| tenant.a_contact_of(&format!("{n}@example.com"), ValidationStatus::ALL[n]))
            .collect::<Vec<_>>();
        tenant.add(subject, &contacts).await;
        let members = contacts.iter().take(4).collect::<Vec<_>>();
        let list = tenant.add_list(subject, "Leads", &members).await;
        let unit = tenant.begin(subject).await;
        unit.contacts()
            .update_many(&[deleted(&contacts[1])])
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let walk = unit.list_members();
        let first = walk.ids_after(list.id(), None, None, 2).await.unwrap();
        let rest = walk
            .ids_after(list.id(), None, first.last().copied(), 9)
            .await
            .unwrap();
        let risky = Some(ValidationStatus::Risky);
        let risky = walk.ids_after(list.id(), risky, None, 9).await.unwrap();

        assert_eq!(first, [contacts[0].id(), contacts[2].id()]);
        assert_eq!(rest, [contacts[3].id()]);
        assert_eq!(risky, [contacts[3].id()]);
    }

    pub(super) async fn a_dropped_unit_leaves_counts_as_they_were<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contact = tenant.a_contact("ada@example.com");
        tenant.add(subject, std::slice::from_ref(&contact)).await;
        let list = tenant.add_list(subject, "Leads", &[]).await;

        let unit = tenant.begin(subject).await;
        let members = unit.list_members();
        let ids = [contact.id()];
        members.add(list.id(), &ids, None, NOW).await.unwrap();
        assert_eq!(tenant.counts(subject, &list).await.total(), 0);
        drop(unit);

        assert_eq!(tenant.counts(subject, &list).await.total(), 0);
    }

    pub(super) async fn other_tenants_put_nobody_on_a_list<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let contact = tenant.a_contact("ada@example.com");
        tenant.add(subject, std::slice::from_ref(&contact)).await;
        let list = tenant.add_list(subject, "Leads", &[&contact]).await;
        let theirs = other.add_list(subject, "Leads", &[]).await;

        let unit = other.begin(subject).await;
        let members = unit.list_members();
        let ids = [contact.id()];
        let added = members.add(theirs.id(), &ids, None, NOW).await.unwrap();
        assert_eq!(added, []);
        let removed = members.remove(list.id(), &ids, None, NOW).await.unwrap();
        assert_eq!(removed, []);
        assert_eq!(members.lists_of(contact.id()).await.unwrap(), []);
        unit.commit().await.unwrap();

        assert_eq!(tenant.counts(subject, &list).await.total(), 1);
        assert_eq!(other.counts(subject, &theirs).await.total(), 0);
    }
}
