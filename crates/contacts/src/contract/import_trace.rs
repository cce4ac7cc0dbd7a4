//! `ImportTraceRepository`

use std::collections::BTreeSet;

use kernel::{Changes, ContactId};

use super::Subject;
use super::tenant::{NOW, Tenant, all_pages, deleted, hash};
use crate::ports::ImportTraceRepository;
use crate::{
    Contact, ContactImport, LeftContact, LeftReason, Rejection, RejectionCode, Touch, TouchOutcome,
};

/// The cases of what imports did.
#[macro_export]
macro_rules! for_each_import_trace_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            rejections_are_read_in_the_order_of_the_file,
            rejections_are_read_as_far_as_there_is_room_for_them,
            rejections_are_read_in_short,
            a_row_is_rejected_once,
            touches_are_read_back_in_the_order_of_contacts,
            contacts_that_the_import_met_are_told_from_others,
            living_contacts_that_the_import_made_are_found,
            contacts_on_lists_of_others_are_told,
            an_address_is_met_for_the_first_time_once,
            addresses_that_a_dry_run_would_stop_are_told_until_they_are_forgotten,
            what_a_file_was_found_to_be_is_forgotten,
            what_a_file_was_found_to_be_is_forgotten_in_slices,
            what_an_undo_left_is_listed_page_by_page,
            other_tenants_see_nothing_of_an_import,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_import_trace_case!([kernel::dispatch_contract_case] name subject);
}

/// Room for all rejections.
const ALL: u32 = u32::MAX;

fn rejection(line: u64) -> Rejection {
    Rejection {
        line,
        column: (line.is_multiple_of(2)).then(|| "E-Mail, \"work\"".to_owned()),
        code: RejectionCode::NoAddress,
        original: format!(",\"Nobody\n{line}\"\\"),
    }
}

fn touch(contact: ContactId) -> Touch {
    Touch {
        contact,
        outcome: TouchOutcome::Unchanged,
        changes: Changes::none(),
        joined: false,
    }
}

/// Contacts with addresses of these names, in the order of their ids.
fn contacts<const N: usize>(tenant: &Tenant, names: [&str; N]) -> [Contact; N] {
    names.map(|name| tenant.a_contact(&format!("{name}@example.com")))
}

fn ids(contacts: &[Contact]) -> Vec<ContactId> {
    contacts.iter().map(Contact::id).collect()
}

/// A tenant with an import.
async fn ground<S: Subject>(subject: &S) -> (Tenant, ContactImport) {
    let tenant = Tenant::found(subject).await;
    let import = tenant.add_import(subject, "Leads").await;
    (tenant, import)
}

mod cases {
    use super::{
        ALL, BTreeSet, Changes, ContactImport, ImportTraceRepository, LeftContact, LeftReason, NOW,
        Rejection, RejectionCode, Subject, Tenant, Touch, TouchOutcome, all_pages, contacts,
        deleted, ground, hash, ids, rejection, touch,
    };

    pub(super) async fn rejections_are_read_in_the_order_of_the_file<S: Subject>(subject: &S) {
        let (tenant, import) = ground(subject).await;
        let other = tenant.add_import(subject, "Others").await;
        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        let rows = [9, 2, 4, 3].map(rejection);
        trace.reject(import.id(), &rows, NOW).await.unwrap();
        trace
            .reject(import.id(), &[rejection(12)], NOW)
            .await
            .unwrap();
        trace
            .reject(other.id(), &[rejection(5)], NOW)
            .await
            .unwrap();
        trace.reject(other.id(), &[], NOW).await.unwrap();

        let behind = async |line, limit| {
            let found = trace.rejections_behind(import.id(), line, limit, ALL).await;
            found.unwrap()
        };
        assert_eq!(behind(0, 10).await, [2, 3, 4, 9, 12].map(rejection));
        assert_eq!(behind(3, 2).await, [4, 9].map(rejection));
        assert_eq!(behind(12, 10).await, []);
    }

    pub(super) async fn rejections_are_read_as_far_as_there_is_room_for_them<S: Subject>(
        subject: &S,
    ) {
        let (tenant, import) = ground(subject).await;
        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        let long = |line| Rejection {
            original: "ä".repeat(50),
            ..rejection(line)
        };
        trace
            .reject(import.id(), &[2, 3, 4].map(long), NOW)
            .await
            .unwrap();

        let lines = async |behind, limit, bytes| {
            let found = trace.rejections_behind(import.id(), behind, limit, bytes);
            let found = found.await.unwrap().into_iter();
            found.map(|row| row.line).collect::<Vec<_>>()
        };
        assert_eq!(lines(0, 10, 301).await, [2, 3, 4]);
        assert_eq!(lines(0, 10, 201).await, [2, 3, 4]);
        assert_eq!(lines(0, 10, 200).await, [2, 3]);
        assert_eq!(lines(2, 10, 100).await, [3]);
        assert_eq!(lines(0, 10, 1).await, [2], "one at least");
        assert_eq!(lines(0, 1, ALL).await, [2]);
    }

    pub(super) async fn rejections_are_read_in_short<S: Subject>(subject: &S) {
        let (tenant, import) = ground(subject).await;
        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        let long = Rejection {
            original: "äöü".to_owned(),
            ..rejection(3)
        };
        let rows = [rejection(2), long.clone(), rejection(4)];
        trace.reject(import.id(), &rows, NOW).await.unwrap();

        let short = async |behind, limit, characters| {
            let found = trace.rejections_in_short(import.id(), behind, limit, characters);
            found.await.unwrap()
        };
        let cut = Rejection {
            original: "äö".to_owned(),
            ..long
        };
        assert_eq!(short(2, 1, 2).await, [cut]);
        assert_eq!(short(0, 9, 1_000).await, rows);
        assert_eq!(short(4, 9, 2).await, []);
    }

    pub(super) async fn a_row_is_rejected_once<S: Subject>(subject: &S) {
        let (tenant, import) = ground(subject).await;
        let again = Rejection {
            code: RejectionCode::TooManyAttributes,
            ..rejection(2)
        };
        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        trace
            .reject(import.id(), &[rejection(2)], NOW)
            .await
            .unwrap();
        trace.reject(import.id(), &[again], NOW).await.unwrap();

        let found = trace
            .rejections_behind(import.id(), 0, 10, ALL)
            .await
            .unwrap();
        assert_eq!(found, [rejection(2)]);
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

    pub(super) async fn an_address_is_met_for_the_first_time_once<S: Subject>(subject: &S) {
        let (tenant, import) = ground(subject).await;
        let other = tenant.add_import(subject, "Others").await;
        let [a, b, c] = ["a", "b", "c"].map(hash);

        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        for (import, addresses, expected) in [
            (&import, vec![b, a], vec![a, b]),
            (&import, vec![b, c], vec![c]),
            (&import, vec![], vec![]),
            (&other, vec![b], vec![b]),
        ] {
            let met = trace.meet(import.id(), &addresses, NOW).await.unwrap();
            assert_eq!(met, BTreeSet::from_iter(expected));
        }
    }

    pub(super) async fn addresses_that_a_dry_run_would_stop_are_told_until_they_are_forgotten<
        S: Subject,
    >(
        subject: &S,
    ) {
        let (tenant, import) = ground(subject).await;
        let other = tenant.add_import(subject, "Others").await;
        let [a, b, c] = ["a", "b", "c"].map(hash);

        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        let stopped = async |import: &ContactImport| {
            let stopped = trace.stopped(import.id(), &[c, b, a]).await;
            stopped.unwrap()
        };
        trace.meet(import.id(), &[c], NOW).await.unwrap();
        for addresses in [&[b, a][..], &[a], &[]] {
            trace.stop(import.id(), addresses, NOW).await.unwrap();
        }
        assert_eq!(stopped(&import).await, BTreeSet::from([a, b]));
        assert_eq!(stopped(&other).await, BTreeSet::new());
        let none = trace.stopped(import.id(), &[]).await.unwrap();
        assert_eq!(none, BTreeSet::new());
        // To be stopped is not to be met.
        let met = trace.meet(import.id(), &[a], NOW).await.unwrap();
        assert_eq!(met, BTreeSet::from([a]));
        for expected in [3, 1, 0] {
            let gone = trace.forget_met(import.id(), 3).await.unwrap();
            assert_eq!(gone, expected);
        }
        assert_eq!(stopped(&import).await, BTreeSet::new());
    }

    async fn forget(trace: &dyn ImportTraceRepository, import: &ContactImport) {
        trace.forget_rejections(import.id(), 9).await.unwrap();
        trace.forget_met(import.id(), 9).await.unwrap();
    }

    pub(super) async fn what_a_file_was_found_to_be_is_forgotten_in_slices<S: Subject>(
        subject: &S,
    ) {
        let (tenant, import) = ground(subject).await;
        let other = tenant.add_import(subject, "Others").await;

        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        for import in [&import, &other] {
            let rejected = [2, 3, 4].map(rejection);
            trace.reject(import.id(), &rejected, NOW).await.unwrap();
            let met = ["a", "b", "c"].map(hash);
            trace.meet(import.id(), &met, NOW).await.unwrap();
        }

        for expected in [2, 1, 0] {
            let gone = trace.forget_rejections(import.id(), 2).await.unwrap();
            assert_eq!(gone, expected);
            let gone = trace.forget_met(import.id(), 2).await.unwrap();
            assert_eq!(gone, expected);
        }
        let left = trace.forget_rejections(other.id(), 9).await.unwrap();
        assert_eq!(left, 3);
        assert_eq!(trace.forget_met(other.id(), 9).await.unwrap(), 3);
    }

    pub(super) async fn what_a_file_was_found_to_be_is_forgotten<S: Subject>(subject: &S) {
        let (tenant, import) = ground(subject).await;
        let other = tenant.add_import(subject, "Others").await;

        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        for import in [&import, &other] {
            trace
                .reject(import.id(), &[rejection(2)], NOW)
                .await
                .unwrap();
            trace.meet(import.id(), &[hash("a")], NOW).await.unwrap();
        }
        forget(trace, &import).await;

        let rejections = async |import| trace.rejections_behind(import, 0, 10, ALL).await.unwrap();
        assert_eq!(rejections(import.id()).await, []);
        assert_eq!(rejections(other.id()).await, [rejection(2)]);
        let met = trace.meet(import.id(), &[hash("a")], NOW).await.unwrap();
        assert_eq!(met.len(), 1);
        let met = trace.meet(other.id(), &[hash("a")], NOW).await.unwrap();
        assert_eq!(met.len(), 0);
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

    pub(super) async fn other_tenants_see_nothing_of_an_import<S: Subject>(subject: &S) {
        let (tenant, import) = ground(subject).await;
        let other = Tenant::found(subject).await;
        let made = tenant.a_contact_of_import(&import, "a@example.com");
        let met = tenant.a_contact("b@example.com");
        tenant.add(subject, &[made.clone(), met.clone()]).await;
        tenant.add_list(subject, "Others", &[&met]).await;
        let left = LeftContact {
            contact: met.id(),
            reason: LeftReason::Changed,
            fields: Vec::new(),
        };
        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        trace
            .reject(import.id(), &[rejection(2)], NOW)
            .await
            .unwrap();
        trace
            .touch(import.id(), &[touch(met.id())], NOW)
            .await
            .unwrap();
        trace.meet(import.id(), &[hash("a")], NOW).await.unwrap();
        trace.leave(import.id(), &[left], NOW).await.unwrap();
        unit.commit().await.unwrap();

        let unit = other.begin(subject).await;
        let trace = unit.import_trace();
        let rejections = trace
            .rejections_behind(import.id(), 0, 10, ALL)
            .await
            .unwrap();
        assert_eq!(rejections, []);
        let rejections = trace
            .rejections_in_short(import.id(), 0, 10, 9)
            .await
            .unwrap();
        assert_eq!(rejections, []);
        let met_by_it = trace.touches_behind(import.id(), None, 10).await.unwrap();
        assert_eq!(met_by_it, []);
        let touched = trace.touched(import.id(), &[met.id()]).await.unwrap();
        assert_eq!(touched, BTreeSet::new());
        let found = trace.made_behind(import.id(), None, 10).await.unwrap();
        assert_eq!(found, []);
        let found = trace
            .on_other_lists(import.id(), &[made.id(), met.id()])
            .await
            .unwrap();
        assert_eq!(found, BTreeSet::new());
        let seen = all_pages(async |page| trace.left(import.id(), &page).await).await;
        assert_eq!(seen, []);
        forget(trace, &import).await;
        assert_eq!(trace.forget_left(import.id(), 9).await.unwrap(), 0);
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let trace = unit.import_trace();
        let seen = all_pages(async |page| trace.left(import.id(), &page).await).await;
        assert_eq!(seen.len(), 1);
        let rejections = trace
            .rejections_behind(import.id(), 0, 10, ALL)
            .await
            .unwrap();
        assert_eq!(rejections, [rejection(2)]);
        let again = trace.meet(import.id(), &[hash("a")], NOW).await.unwrap();
        assert_eq!(again, BTreeSet::new());
    }
}
