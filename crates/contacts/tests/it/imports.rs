//! What becomes of the rows of a file, whatever happens while it is read.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use contacts::{
    Contact, ContactError, FormatChange, Header, ImportOptions, ImportOptionsChange, ImportStatus,
    NewImport, OnDuplicate, OnInvalid, SuppressionReason,
};
use kernel::Expected;
use proptest::prelude::*;

use crate::office::{Office, Whole};
use crate::world::{fresh, once};

/// A file with a few people who come again and again, some of them without a right address, and some stopped.
fn a_file() -> impl Strategy<Value = String> {
    let email = prop::sample::select(vec![
        "ada@analytical.org",
        "ADA@analytical.org",
        "bob@analytical.org",
        "eve@analytical.org",
        "sam@analytical.org, ada@analytical.org",
        "no address",
        "",
    ]);
    let name = prop::sample::select(vec!["", "Ada", "Bob"]);
    let city = prop::sample::select(vec!["", "Paris", "Rome"]);
    let stop = prop::sample::select(vec!["", "", "", "yes"]);
    // A row with a cell as long as that is refused; few are, since they take long.
    let note = prop_oneof![9 => Just(1), 1 => Just(10_001)];
    let row = (email, name, city, stop, note).prop_map(|(email, name, city, stop, note)| {
        // A cell is looked at as an address, and a row without a letter is none.
        let note = "x".repeat(note);
        format!("\"{email}\",{name},{city},{stop},{note}\n")
    });
    prop::collection::vec(row, 0..24).prop_map(|rows| {
        let rows = rows.concat();
        format!("Email,First Name,City,Unsubscribed,Note\nfirst@analytical.org,First,,,x\n{rows}")
    })
}

fn options() -> impl Strategy<Value = ImportOptions> {
    let duplicates = [
        OnDuplicate::Skip,
        OnDuplicate::Update,
        OnDuplicate::FillEmpty,
    ];
    (
        prop::sample::select(duplicates.to_vec()),
        prop::sample::select(vec![OnInvalid::Keep, OnInvalid::Reject]),
    )
        .prop_map(|(on_duplicate, invalid)| ImportOptions {
            on_duplicate,
            invalid,
            dry_run: false,
        })
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}

proptest! {
    #[test]
    fn what_becomes_of_rows_depends_on_no_batch_and_no_interruption(
        known in a_file(), file in a_file(), options in options(), batch in 1_usize..9, until in 1_usize..4,
    ) {
        let (one, other) = run(async {
            let mut outcomes = Vec::new();
            for (batch, until) in [(1_000, None), (batch, Some(until))] {
                let office = Office::open().await;
                office.import(&known, ImportOptions { on_duplicate: OnDuplicate::Skip, ..options }, 1_000, None).await;
                let id = office.import(&file, options, batch, until).await;
                outcomes.push((office.told(id).await, office.picture().await));
            }
            let other = outcomes.pop().unwrap();
            (outcomes.pop().unwrap(), other)
        });
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_dry_run_tells_what_the_real_one_does_and_changes_nobody(
        known in a_file(), file in a_file(), options in options(), batch in 1_usize..9,
    ) {
        // The same file once more would have to be asked for.
        prop_assume!(known != file);
        run(async {
            let office = Office::open().await;
            office.import(&known, options, 1_000, None).await;
            let before = office.picture().await;

            let dry = ImportOptions { dry_run: true, ..options };
            let id = office.import(&file, dry, batch, None).await;
            let told = office.told(id).await;
            prop_assert_eq!(office.picture().await, before);

            let change = (FormatChange::default(), ImportOptionsChange { dry_run: Some(false), ..Default::default() });
            fresh(office.imports.start(&office.scope, id, Ok(change), &once()).await.unwrap());
            office.work_to_the_end(1_000, None).await;
            prop_assert_eq!(office.told(id).await, told);
            Ok(())
        })?;
    }

    #[test]
    fn an_undo_leaves_everybody_as_they_were_and_suppressions_stand(
        known in a_file(), file in a_file(), options in options(),
    ) {
        run(async {
            let office = Office::open().await;
            office.import(&known, options, 1_000, None).await;
            let before = office.picture().await;

            let id = office.import(&file, options, 5, None).await;
            let between = office.picture().await;
            office.undo(id).await;

            let after = office.picture().await;
            prop_assert_eq!(&after.people, &before.people);
            for suppressed in between.suppressed.iter().filter(|(address, _)| before.people.contains_key(address)) {
                prop_assert!(after.suppressed.contains(suppressed));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_file_that_comes_again_makes_nobody(file in a_file(), options in options()) {
        run(async {
            let office = Office::open().await;
            let first = office.import(&file, options, 1_000, None).await;
            let picture = office.picture().await;
            let second = office.import(&file, options, 3, None).await;

            let counts = office.state(second).await.counts;
            prop_assert_eq!((counts.created, counts.updated), (0, 0));
            prop_assert_eq!(office.picture().await, picture);
            prop_assert_eq!(counts.rows_read(), office.state(first).await.counts.rows_read());
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_file_may_wait_to_be_looked_at_and_is_read_as_it_is_said_then() {
    let office = Office::open().await;
    let new = NewImport {
        file_name: "people.csv".parse().unwrap(),
        options: ImportOptions {
            on_duplicate: OnDuplicate::Update,
            invalid: OnInvalid::Keep,
            dry_run: false,
        },
        repeat: false,
        wait: true,
    };
    let mut source = Whole(Some(b"Email,First Name\nada@analytical.org,Ada\n".to_vec()));
    let received = office
        .imports
        .receive(&office.scope, office.list, &new, &mut source);
    let uploaded = received.await.unwrap();
    let launched = office
        .imports
        .launch(&office.scope, uploaded, &once())
        .await;
    let id = fresh(launched.unwrap()).import.id();

    assert_eq!(office.state(id).await.status, ImportStatus::NeedsMapping);
    assert!(!office.work(1, None).await, "nothing is there to do yet");
    let preview = office.imports.preview(&office.scope, id).await.unwrap();
    let (email, profile) = preview.rows[0].person.as_ref().unwrap();
    assert_eq!(email, "ada@analytical.org");
    assert_eq!(profile.first_name.as_ref().unwrap().as_str(), "Ada");
    let ignored = FormatChange {
        columns: vec![("First Name".to_owned(), contacts::Meaning::Ignored)],
        ..FormatChange::default()
    };
    let change = Ok((ignored, ImportOptionsChange::default()));
    fresh(
        office
            .imports
            .start(&office.scope, id, change, &once())
            .await
            .unwrap(),
    );
    office.work_to_the_end(1, None).await;

    let unit = office.unit().await;
    let ada = ["ada@analytical.org".to_owned()];
    let ada: Vec<Contact> = unit.contacts().find_by_emails(&ada).await.unwrap();
    assert_eq!(ada[0].state().profile.first_name, None);
}

#[tokio::test]
async fn a_row_that_is_refused_keeps_mail_from_its_address_all_the_same() {
    const OPTIONS: ImportOptions = ImportOptions {
        on_duplicate: OnDuplicate::Update,
        invalid: OnInvalid::Keep,
        dry_run: false,
    };
    let office = Office::open().await;
    let known = "Email\nada@analytical.org\nbob@analytical.org\ncy@analytical.org\n";
    office.import(known, OPTIONS, 10, None).await;
    let long = "x".repeat(10_001);
    let many = ",c".repeat(250);
    let full = ",y".repeat(250);

    let first = format!(
        "Email,Note,Unsubscribed\nada@analytical.org,{long},yes\nbob@analytical.org,{long},no\n"
    );
    office.import(&first, OPTIONS, 10, None).await;
    let second = format!("Email,Unsubscribed{many}\ncy@analytical.org,yes{full}\n");
    office.import(&second, OPTIONS, 10, None).await;

    let suppressed = office.picture().await.suppressed;
    let suppressed = suppressed
        .iter()
        .map(|(address, why)| (address.as_str(), *why));
    assert_eq!(
        suppressed.collect::<Vec<_>>(),
        [
            ("ada@analytical.org", SuppressionReason::Unsubscribed),
            ("cy@analytical.org", SuppressionReason::Unsubscribed),
        ]
    );
}

#[tokio::test]
async fn who_was_stopped_by_a_row_that_is_refused_counts_as_suppressed_from_there_on() {
    let long = "x".repeat(10_001);
    let file = format!(
        "Email,Note,Unsubscribed\nada@analytical.org,{long},yes\nada@analytical.org,,\n\
         bob@analytical.org,,\nbob@analytical.org,{long},yes\n"
    );
    for dry_run in [false, true] {
        for batch in [1, 2, 1_000] {
            let office = Office::open().await;
            let options = ImportOptions {
                on_duplicate: OnDuplicate::Update,
                invalid: OnInvalid::Keep,
                dry_run,
            };
            let id = office.import(&file, options, batch, None).await;

            let counts = office.state(id).await.counts;
            assert_eq!(
                (counts.created, counts.suppressed, counts.rejected),
                (1, 1, 2),
                "in batches of {batch}, dry run: {dry_run}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_how_a_file_is_read_is_told_where_it_was_said() {
    let office = Office::open().await;
    let options = ImportOptions {
        on_duplicate: OnDuplicate::Update,
        invalid: OnInvalid::Keep,
        dry_run: true,
    };
    let file = "Email\nada@analytical.org\n";
    let id = office.import(file, options, 10, None).await;
    let nowhere = FormatChange {
        header: Some(Header::Line(9)),
        ..FormatChange::default()
    };
    let nobody = FormatChange {
        columns: vec![("Nobody".to_owned(), contacts::Meaning::Email)],
        ..FormatChange::default()
    };

    for (change, pointer) in [(nowhere, "#/header_line"), (nobody, "#/columns")] {
        let change = Ok((change, ImportOptionsChange::default()));
        let changed = office
            .imports
            .change(&office.scope, id, &Expected::Any, change);
        let Err(ContactError::Invalid(errors)) = changed.await else {
            panic!("it is refused");
        };
        let told = errors.as_slice().iter();
        let told = told.map(|error| error.pointer.as_str());
        assert_eq!(told.collect::<Vec<_>>(), [pointer]);
    }
}
