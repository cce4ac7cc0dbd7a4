//! Imports on PostgreSQL: what becomes of rows, and that it is the same whatever happens meanwhile.

#[path = "imports/at_once.rs"]
mod at_once;
#[path = "imports/desk.rs"]
mod desk;
#[path = "imports/large_files.rs"]
mod large_files;
#[path = "imports/progress.rs"]
mod progress;

use std::sync::Arc;

use contacts::{
    ContactError, ContactListChange, FormatChange, ImportOptions, ImportOptionsChange,
    ImportStatus, LeftReason, Meaning, OnDuplicate, OnInvalid, SuppressionReason, ValidationStatus,
    Validations,
};
use kernel::{Interruption, PageRequest, Patch};
use time::Duration;

use self::desk::{Desk, OPTIONS, fresh, once, outcomes};

const FIRST: &str =
    "Email,First Name,City\nada@analytical.org,Ada,London\nbob@analytical.org,Bob,\n";

#[tokio::test]
async fn rows_become_contacts_on_the_list_and_outcomes_sum_up() {
    let desk = Desk::open().await;

    let import = desk
        .import(
            b"Email;First Name;City;Unsubscribed\n\
              ada@analytical.org;Ada;London;\n\
              ;Nobody;Paris;\n\
              not an address;Cy;;\n\
              ADA@analytical.org;Twice;;\n\
              eve@analytical.org;Eve;Rome;yes\n",
            OPTIONS,
        )
        .await;

    assert_eq!(outcomes(&import), [2, 0, 0, 1, 1, 1]);
    assert_eq!(import.counts.rows_read(), 5);
    assert_eq!(desk.rejected(import.id).await, [(3, "no_address")]);
    assert_eq!(desk.members(desk.list).await, 3);
    let ada = desk.contact("ada@analytical.org").await.unwrap();
    assert_eq!(
        ada.state().profile.first_name.as_ref().unwrap().as_str(),
        "Ada"
    );
    let odd = desk.contact("not an address").await.unwrap();
    assert_eq!(odd.state().validation.status, ValidationStatus::Invalid);
    assert_eq!(
        desk.count("suppressions WHERE reason = 'unsubscribed' AND source = 'import'")
            .await,
        1
    );
    assert_eq!(desk.count("contact_import_chunks").await, 0);
    assert_eq!(desk.count("audit_logs WHERE action = 'import'").await, 2);
}

#[tokio::test]
async fn known_people_are_skipped_updated_or_filled_up_as_asked() {
    for (on_duplicate, expected, name, city, company) in [
        (OnDuplicate::Skip, [1, 0, 1, 0, 0, 0], "Ada", "London", None),
        (
            OnDuplicate::Update,
            [1, 1, 0, 0, 0, 0],
            "Augusta",
            "London",
            Some("Engines"),
        ),
        (
            OnDuplicate::FillEmpty,
            [1, 1, 0, 0, 0, 0],
            "Ada",
            "London",
            Some("Engines"),
        ),
    ] {
        let desk = Desk::open().await;
        desk.import(FIRST.as_bytes(), OPTIONS).await;
        let options = ImportOptions {
            on_duplicate,
            ..OPTIONS
        };

        let second = desk
            .import(
                b"Email,First Name,City,Company\nada@analytical.org,Augusta,,Engines\nnew@analytical.org,New,,\n",
                options,
            )
            .await;

        assert_eq!(outcomes(&second), expected);
        let ada = desk.contact("ada@analytical.org").await.unwrap();
        let profile = &ada.state().profile;
        assert_eq!(profile.first_name.as_ref().unwrap().as_str(), name);
        assert_eq!(profile.attributes.as_map()["City"], city);
        assert_eq!(
            profile.company.as_ref().map(contacts::ContactText::as_str),
            company
        );
    }
}

#[tokio::test]
async fn addresses_that_are_none_can_be_rejected() {
    let desk = Desk::open().await;
    let options = ImportOptions {
        invalid: OnInvalid::Reject,
        ..OPTIONS
    };

    let import = desk
        .import(b"Email\nnot an address\na@analytical.org\n", options)
        .await;

    assert_eq!(outcomes(&import), [1, 0, 0, 0, 1, 0]);
    assert_eq!(desk.rejected(import.id).await, [(2, "invalid_address")]);
}

#[tokio::test]
async fn the_same_file_twice_into_the_same_list_is_told() {
    let desk = Desk::open().await;
    let first = desk.import(FIRST.as_bytes(), OPTIONS).await;

    let again = desk
        .upload_into(desk.list, FIRST.as_bytes(), OPTIONS, false)
        .await;
    assert!(matches!(again, Err(ContactError::FileRepeated(id)) if id == first.id));
    assert_eq!(desk.count("contact_imports").await, 1);
    assert_eq!(desk.count("contact_import_chunks").await, 0);

    let other = desk.a_list("Others").await;
    desk.upload_into(other, FIRST.as_bytes(), OPTIONS, false)
        .await
        .unwrap();
    let wished = desk.import(FIRST.as_bytes(), OPTIONS).await;
    assert_eq!(outcomes(&wished), [0, 0, 2, 0, 0, 0]);
}

#[tokio::test]
async fn a_dry_run_tells_what_the_real_one_does_and_writes_no_contact() {
    let desk = Desk::open().await;
    desk.import(FIRST.as_bytes(), OPTIONS).await;
    let file = many(6_000);
    let dry = ImportOptions {
        dry_run: true,
        ..OPTIONS
    };

    let told = desk.import(&file, dry).await;
    assert_eq!(desk.count("contacts").await, 2);
    let rejected = desk.rejected(told.id).await;
    let started = desk
        .imports
        .start(
            &desk.scope,
            told.id,
            Ok((
                FormatChange::default(),
                ImportOptionsChange {
                    dry_run: Some(false),
                    ..ImportOptionsChange::default()
                },
            )),
            &once(),
        )
        .await
        .unwrap();
    assert_eq!(fresh(started).import.id(), told.id);
    desk.work().await;

    let done = desk.state(told.id).await;
    assert_eq!(outcomes(&done), outcomes(&told));
    assert_eq!(desk.rejected(told.id).await, rejected);
    assert_eq!(done.counts.rows_read(), 6_000);
    let kept = done.counts.created + done.counts.suppressed;
    assert_eq!(
        desk.count("contacts").await,
        2 + i64::try_from(kept).unwrap()
    );
}

#[tokio::test]
async fn an_import_that_is_handed_back_or_killed_goes_on_and_loses_and_doubles_nothing() {
    let desk = Desk::open().await;
    let file = many(11_000);
    let whole = {
        let other = Desk::open().await;
        other.import(&file, OPTIONS).await
    };

    let id = desk.upload(&file, OPTIONS).await;
    for _ in 0..2 {
        desk.work_once(Some((1, Interruption::Stopping))).await;
        let state = desk.state(id).await;
        assert_eq!(state.status, ImportStatus::Running);
    }
    desk.work().await;

    let done = desk.state(id).await;
    assert_eq!(outcomes(&done), outcomes(&whole));
    let kept = done.counts.created + done.counts.suppressed;
    assert_eq!(desk.count("contacts").await, i64::try_from(kept).unwrap());
}

#[tokio::test]
async fn an_import_whose_list_somebody_else_is_changing_goes_on_as_soon_as_that_is_done() {
    let desk = Desk::open().await;
    let id = desk.upload(FIRST.as_bytes(), OPTIONS).await;
    let unit = desk.unit().await;
    let before = unit.lists().find(desk.list).await.unwrap().unwrap();
    let mut after = before.clone();
    let change = ContactListChange {
        name: Patch::Set("Nobody yet".parse().unwrap()),
        ..ContactListChange::default()
    };
    after.change(&change, testkit::FixedClock::START, None);
    let expected = before.state().stamps.version;
    unit.lists().update(&after, expected).await.unwrap();

    let (worked, ()) = tokio::join!(desk.work_once(None), async {
        desk.wait_until_somebody_waits().await;
        unit.commit().await.unwrap();
    });

    assert!(worked);
    assert_eq!(desk.state(id).await.status, ImportStatus::Completed);
    assert_eq!(desk.members(desk.list).await, 2);
}

#[tokio::test]
async fn a_list_is_not_validated_before_those_were_judged_whom_somebody_else_was_changing() {
    let mut desk = Desk::open().await;
    let at = testkit::FixedClock::START;
    desk.ports.clock = Arc::new(testkit::FixedClock::at(at - Duration::HOUR));
    desk.import(FIRST.as_bytes(), OPTIONS).await;
    desk.ports.clock = Arc::new(testkit::FixedClock::at(at));
    let ports = desk.ports.clone();
    let validations = Validations::new(ports.store, ports.judge, ports.clock, ports.ids);
    let asked = once();
    let asked = validations.validate_list(&desk.scope, desk.list, &asked);
    fresh(asked.await.unwrap());
    let mut ada = desk.contact("ada@analytical.org").await.unwrap();
    ada.replace_profile(contacts::Profile::default(), at, None);
    let unit = desk.unit().await;
    let written = unit.contacts().update_many(std::slice::from_ref(&ada));
    assert_eq!(written.await.unwrap(), [ada.id()]);

    let (worked, ()) = tokio::join!(desk.work_once(None), async {
        desk.wait_until_somebody_waits().await;
        unit.commit().await.unwrap();
    });

    assert!(worked);
    let judged = format!("validation_logs WHERE created_at = '{at}'");
    assert_eq!(desk.count(&judged).await, 2);
    assert_eq!(
        desk.count("contact_lists WHERE status = 'validated'").await,
        1
    );
}

#[tokio::test]
async fn a_cancelled_import_keeps_what_it_did_and_can_be_undone() {
    let desk = Desk::open().await;
    let id = desk.upload(&many(6_000), OPTIONS).await;

    desk.work_once(Some((1, Interruption::Cancelled))).await;
    let state = desk.state(id).await;
    assert_eq!(state.status, ImportStatus::Cancelled);
    let read = state.counts.rows_read();
    assert!(0 < read && read < 6_000, "{read}");

    let undone = desk.undo(id).await;
    assert_eq!(undone.status, ImportStatus::Undone);
    assert_eq!(desk.members(desk.list).await, 0);
    assert_eq!(desk.count("contacts WHERE deleted_at IS NULL").await, 0);
}

#[tokio::test]
async fn a_file_whose_address_column_is_not_clear_waits_to_be_told() {
    let desk = Desk::open().await;
    let file =
        b"sender,receiver\na@analytical.org,b@analytical.org\nc@analytical.org,d@analytical.org\n";
    let id = desk.upload(file, OPTIONS).await;
    assert_eq!(desk.state(id).await.status, ImportStatus::NeedsMapping);
    let nothing = (FormatChange::default(), ImportOptionsChange::default());
    let refused = desk
        .imports
        .start(&desk.scope, id, Ok(nothing), &once())
        .await;
    assert!(matches!(refused, Err(ContactError::MappingNeeded)));

    let format = FormatChange {
        columns: vec![("receiver".to_owned(), Meaning::Email)],
        ..FormatChange::default()
    };
    let change = Ok((format, ImportOptionsChange::default()));
    desk.imports
        .start(&desk.scope, id, change, &once())
        .await
        .unwrap();
    desk.work().await;

    assert_eq!(outcomes(&desk.state(id).await), [2, 0, 0, 0, 0, 0]);
    assert!(desk.contact("b@analytical.org").await.is_some());
}

#[tokio::test]
async fn an_undo_takes_back_what_the_import_did_and_leaves_what_was_changed_since() {
    let desk = Desk::open().await;
    desk.import(FIRST.as_bytes(), OPTIONS).await;
    let other = desk.a_list("Others").await;
    let second = desk
        .upload_into(
            other,
            b"Email,First Name,City,Company\n\
              ada@analytical.org,Augusta,Paris,Engines\n\
              bob@analytical.org,Robert,,\n\
              new@analytical.org,New,,\n\
              changed@analytical.org,Changed,,\n",
            OPTIONS,
            false,
        )
        .await
        .unwrap()
        .import
        .id();
    desk.work().await;
    change_company(&desk, "ada@analytical.org", "Her own").await;
    change_company(&desk, "changed@analytical.org", "Another").await;

    let undone = desk.undo(second).await;

    assert_eq!(undone.status, ImportStatus::Undone);
    let counts = undone.undo.unwrap();
    assert_eq!((counts.removed, counts.restored, counts.left), (1, 2, 2));
    let ada = desk.contact("ada@analytical.org").await.unwrap();
    let profile = &ada.state().profile;
    assert_eq!(profile.first_name.as_ref().unwrap().as_str(), "Ada");
    assert_eq!(profile.attributes.as_map()["City"], "London");
    assert_eq!(profile.company.as_ref().unwrap().as_str(), "Her own");
    let bob = desk.contact("bob@analytical.org").await.unwrap();
    assert_eq!(
        bob.state().profile.first_name.as_ref().unwrap().as_str(),
        "Bob"
    );
    assert!(desk.contact("new@analytical.org").await.is_none());
    assert!(desk.contact("changed@analytical.org").await.is_some());
    assert_eq!(desk.members(other).await, 1);
    assert_eq!(desk.members(desk.list).await, 2);
    let left = desk
        .imports
        .left(&desk.scope, second, &PageRequest::first())
        .await
        .unwrap();
    let mut left = left
        .items
        .into_iter()
        .map(|left| (left.reason, left.fields))
        .collect::<Vec<_>>();
    left.sort();
    assert_eq!(
        left,
        [
            (LeftReason::Changed, vec![]),
            (LeftReason::Changed, vec!["company".to_owned()])
        ]
    );
}

#[tokio::test]
async fn a_suppressed_address_stays_so_through_import_update_undo_and_deletion() {
    let desk = Desk::open().await;
    let stops = b"Email,Unsubscribed\neve@analytical.org,yes\n";
    let first = desk.import(stops, OPTIONS).await;
    assert_eq!(outcomes(&first), [0, 0, 0, 0, 0, 1]);

    let again = desk
        .import(b"Email,First Name\neve@analytical.org,Eve\n", OPTIONS)
        .await;
    assert_eq!(outcomes(&again), [0, 0, 0, 0, 0, 1]);
    change_company(&desk, "eve@analytical.org", "Elsewhere").await;
    desk.undo(again.id).await;
    let mut eve = desk.contact("eve@analytical.org").await.unwrap();
    let before = eve.state().stamps.version;
    eve.delete(testkit::FixedClock::START, None);
    let unit = desk.unit().await;
    unit.contacts().update(&eve, before).await.unwrap();
    unit.commit().await.unwrap();
    let back = desk
        .import(b"Email,City\nEVE@analytical.org,Rome\n", OPTIONS)
        .await;

    assert_eq!(outcomes(&back), [0, 0, 0, 0, 0, 1]);
    let eve = desk.contact("eve@analytical.org").await.unwrap();
    let unit = desk.unit().await;
    let found = unit
        .suppressions()
        .find_by_addresses(&[eve.state().email_hash])
        .await
        .unwrap();
    let reasons = found
        .iter()
        .map(|found| found.state().reason)
        .collect::<Vec<_>>();
    assert_eq!(reasons, [SuppressionReason::Unsubscribed]);
}

#[tokio::test]
async fn the_undo_of_the_import_that_stopped_an_address_leaves_it_stopped() {
    let desk = Desk::open().await;
    let stops = b"Email,Unsubscribed\neve@analytical.org,yes\n";
    let first = desk.import(stops, OPTIONS).await;
    let eve = desk.contact("eve@analytical.org").await.unwrap();

    let undone = desk.undo(first.id).await;

    assert_eq!(undone.undo.unwrap().removed, 1);
    assert!(desk.contact("eve@analytical.org").await.is_none());
    let unit = desk.unit().await;
    let address = [eve.state().email_hash];
    let found = unit.suppressions().find_by_addresses(&address).await;
    let found = found.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].state().reason, SuppressionReason::Unsubscribed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_sent_twice_at_the_same_moment_is_taken_in_once() {
    let desk = Desk::open().await;
    for round in 0..8 {
        let file = format!("Email,First Name\np{round}@analytical.org,P\n");
        let send = || desk.upload_into(desk.list, file.as_bytes(), OPTIONS, false);

        let (one, other) = tokio::join!(send(), send());

        let refused = [one, other]
            .into_iter()
            .filter(|sent| matches!(sent, Err(ContactError::FileRepeated(_))));
        assert_eq!(refused.count(), 1, "round {round}");
    }
    assert_eq!(desk.count("contact_imports").await, 8);
}

async fn change_company(desk: &Desk, email: &str, company: &str) {
    let mut contact = desk.contact(email).await.unwrap();
    let before = contact.state().stamps.version;
    let change = contacts::ProfileChange {
        company: kernel::Patch::Set(Some(company.parse().unwrap())),
        ..contacts::ProfileChange::default()
    };
    contact
        .change_profile(&change, testkit::FixedClock::START, None)
        .unwrap();
    let unit = desk.unit().await;
    unit.contacts().update(&contact, before).await.unwrap();
    unit.commit().await.unwrap();
}

/// People, of whom some come twice far apart, some have no address, and some are no addresses.
fn many(rows: u32) -> Vec<u8> {
    let row = |n: u32| match n % 50 {
        0 => format!(",Nobody {n},\n"),
        1 => format!("no address {n},Person,\n"),
        2 => format!("p{}@analytical.org,\"Twice\n{n}\",\n", n / 3),
        3 => format!("s{n}@analytical.org,Stopped,yes\n"),
        _ => format!("p{n}@analytical.org,Person {n},\n"),
    };
    format!(
        "Email,Name,Unsubscribed\n{}",
        (0..rows).map(row).collect::<String>()
    )
    .into_bytes()
}
