//! Whom imports met and made, and of whom an undo left something.

use std::collections::BTreeSet;

use kernel::{Changes, ContactId};

use super::{contacts, ground, touch};
use crate::contract::Subject;
use crate::contract::tenant::{NOW, all_pages, deleted};
use crate::{Contact, LeftContact, LeftReason, Touch, TouchOutcome};

fn ids(contacts: &[Contact]) -> Vec<ContactId> {
    contacts.iter().map(Contact::id).collect()
}

pub(super) async fn touches_are_read_back_in_the_order_of_contacts<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let people = contacts(&tenant, ["a", "b", "c"]);
    tenant.add(subject, &people).await;
    let [a, b, c] = people.map(|contact| contact.id());
    let updated = Touch {
        outcome: TouchOutcome::Updated,
        changes: Changes::none()
            .field("first_name", "Ada", "Augusta \"Ada\"")
            .field(
                "attributes",
                serde_json::json!({ "City": "Rome" }),
                serde_json::json!({}),
            ),
        joined: true,
        ..touch(b)
    };
    let suppressed = Touch {
        outcome: TouchOutcome::Suppressed,
        ..touch(c)
    };

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    let touches = [suppressed.clone(), touch(a), updated.clone()];
    trace.touch(import.id(), &touches, NOW).await.unwrap();
    trace.touch(import.id(), &[touch(b)], NOW).await.unwrap();
    trace.touch(import.id(), &[], NOW).await.unwrap();
    unit.commit().await.unwrap();

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    let behind = async |contact, limit| {
        let found = trace.touches_behind(import.id(), contact, limit).await;
        found.unwrap()
    };
    let all = [touch(a), updated, suppressed];
    assert_eq!(behind(None, 10).await, all);
    assert_eq!(behind(None, 2).await, all[..2]);
    assert_eq!(behind(Some(b), 10).await, all[2..]);
    assert_eq!(behind(Some(c), 10).await, []);
}

pub(super) async fn contacts_that_the_import_met_are_told_from_others<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let other = tenant.add_import(subject, "Others").await;
    let people = contacts(&tenant, ["a", "b", "c"]);
    tenant.add(subject, &people).await;
    let [a, b, c] = people.map(|contact| contact.id());

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    trace.touch(import.id(), &[touch(a)], NOW).await.unwrap();
    trace.touch(other.id(), &[touch(b)], NOW).await.unwrap();

    let touched = trace.touched(import.id(), &[c, b, a]).await.unwrap();
    assert_eq!(touched, BTreeSet::from([a]));
    let touched = trace.touched(import.id(), &[]).await.unwrap();
    assert_eq!(touched, BTreeSet::new());
}

pub(super) async fn living_contacts_that_the_import_made_are_found<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let other = tenant.add_import(subject, "Others").await;
    let made = ["a", "b", "c", "d"]
        .map(|name| tenant.a_contact_of_import(&import, &format!("{name}@example.com")));
    let elsewhere = tenant.a_contact_of_import(&other, "x@example.com");
    let by_hand = tenant.a_contact("y@example.com");
    tenant.add(subject, &made).await;
    tenant.add(subject, &[elsewhere, by_hand]).await;

    let unit = tenant.begin(subject).await;
    let gone = deleted(&made[1]);
    unit.contacts().update_many(&[gone]).await.unwrap();
    let trace = unit.import_trace();
    let behind = async |contact, limit| {
        let found = trace.made_behind(import.id(), contact, limit).await;
        ids(&found.unwrap())
    };
    let [a, _, c, d] = made.map(|contact| contact.id());
    assert_eq!(behind(None, 10).await, [a, c, d]);
    assert_eq!(behind(None, 2).await, [a, c]);
    assert_eq!(behind(Some(a), 10).await, [c, d]);
    assert_eq!(behind(Some(d), 10).await, []);
}

pub(super) async fn contacts_on_lists_of_others_are_told<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let people = contacts(&tenant, ["a", "b", "c"]);
    tenant.add(subject, &people).await;
    let [a, b, c] = people.map(|contact| contact.id());
    let others = tenant.add_list(subject, "Others", &[]).await;

    let unit = tenant.begin(subject).await;
    let members = unit.list_members();
    let made = Some(import.id());
    let list = import.state().list;
    members.add(list, &[a, b], made, NOW).await.unwrap();
    members.add(others.id(), &[b, c], None, NOW).await.unwrap();
    let trace = unit.import_trace();
    let found = trace.on_other_lists(import.id(), &[a, b]).await.unwrap();
    assert_eq!(found, BTreeSet::from([b]));
    members.remove(others.id(), &[b], None, NOW).await.unwrap();
    let found = trace.on_other_lists(import.id(), &[a, b, c]).await.unwrap();
    assert_eq!(found, BTreeSet::from([c]));
    let found = trace.on_other_lists(import.id(), &[]).await.unwrap();
    assert_eq!(found, BTreeSet::new());
}

pub(super) async fn what_an_undo_left_is_listed_page_by_page<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let other = tenant.add_import(subject, "Others").await;
    let people = contacts(&tenant, ["a", "b", "c", "d", "e"]);
    tenant.add(subject, &people).await;
    let reasons = [
        LeftReason::Changed,
        LeftReason::OnOtherLists,
        LeftReason::Deleted,
    ];
    let left = people.iter().zip(reasons.into_iter().cycle());
    let left = left
        .map(|(contact, reason)| LeftContact {
            contact: contact.id(),
            reason,
            fields: vec!["company".to_owned(), "attributes.\"City\"".to_owned()],
        })
        .collect::<Vec<_>>();

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    trace.leave(import.id(), &left[2..], NOW).await.unwrap();
    trace.leave(import.id(), &left[..2], NOW).await.unwrap();
    trace.leave(import.id(), &[], NOW).await.unwrap();
    let again = LeftContact {
        fields: Vec::new(),
        ..left[0].clone()
    };
    trace.leave(import.id(), &[again], NOW).await.unwrap();
    trace.leave(other.id(), &left[..1], NOW).await.unwrap();

    let seen = all_pages(async |page| trace.left(import.id(), &page).await).await;
    assert_eq!(seen, left);
    assert_eq!(trace.forget_left(import.id(), 2).await.unwrap(), 2);
    let seen = all_pages(async |page| trace.left(import.id(), &page).await).await;
    assert_eq!(seen, left[2..]);
    let rest = left.len() as u64 - 2;
    assert_eq!(trace.forget_left(import.id(), 9).await.unwrap(), rest);
    let seen = all_pages(async |page| trace.left(import.id(), &page).await).await;
    assert_eq!(seen, []);
    let seen = all_pages(async |page| trace.left(other.id(), &page).await).await;
    assert_eq!(seen, left[..1]);
}
