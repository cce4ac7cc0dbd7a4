//! The same file twice into the same list, by whatever door.

use contacts::{
    ContactError, FormatChange, ImportOptions, ImportOptionsChange, ImportStatus, OnDuplicate,
    OnInvalid,
};
use kernel::{ContactImportId, Expected};

use crate::office::Office;
use crate::world::{fresh, once};

const REAL: ImportOptions = ImportOptions {
    on_duplicate: OnDuplicate::Update,
    invalid: OnInvalid::Keep,
    dry_run: false,
};

const DRY: ImportOptions = ImportOptions {
    dry_run: true,
    ..REAL
};

const FILE: &str = "Email,First Name\nada@analytical.org,Ada\nbob@analytical.org,Bob\n";

/// What makes a real import of a dry run.
fn in_earnest(repeat: bool) -> (FormatChange, ImportOptionsChange) {
    let options = ImportOptionsChange {
        dry_run: Some(false),
        repeat,
        ..ImportOptionsChange::default()
    };
    (FormatChange::default(), options)
}

impl Office {
    async fn start_in_earnest(
        &self,
        id: ContactImportId,
        repeat: bool,
    ) -> Result<ContactImportId, ContactError> {
        let (change, once) = (Ok(in_earnest(repeat)), once());
        let started = self.imports.start(&self.scope, id, change, &once).await?;
        Ok(fresh(started).import.id())
    }
}

#[track_caller]
fn assert_repeats(outcome: Result<ContactImportId, ContactError>, earlier: ContactImportId) {
    match outcome {
        Err(ContactError::FileRepeated(id)) => assert_eq!(id, earlier),
        outcome => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn a_dry_run_is_not_followed_by_a_real_one_of_a_file_that_was_imported_since() {
    let office = Office::open().await;
    let tried = office.import(FILE, DRY, 10, None).await;
    let imported = office.import(FILE, REAL, 10, None).await;

    assert_repeats(office.start_in_earnest(tried, false).await, imported);
    let change = Ok(in_earnest(false));
    let changed = office
        .imports
        .change(&office.scope, tried, &Expected::Any, change);
    assert_repeats(changed.await.map(|detail| detail.import.id()), imported);
    assert_eq!(office.state(tried).await.status, ImportStatus::Completed);
    assert!(office.state(tried).await.options.dry_run);

    office.start_in_earnest(tried, true).await.unwrap();
    office.work_to_the_end(10, None).await;
    let state = office.state(tried).await;
    assert_eq!(state.status, ImportStatus::Completed);
    assert_eq!(state.counts.unchanged, 2);
}

#[tokio::test]
async fn of_two_dry_runs_of_a_file_one_is_followed_by_a_real_one() {
    let office = Office::open().await;
    let one = office.import(FILE, DRY, 10, None).await;
    let other = office.import(FILE, DRY, 10, None).await;

    office.start_in_earnest(one, false).await.unwrap();
    assert_repeats(office.start_in_earnest(other, false).await, one);
    office.work_to_the_end(10, None).await;
    assert_repeats(office.start_in_earnest(other, false).await, one);

    // What was taken back is not there any more.
    office.undo(one).await;
    office.start_in_earnest(other, false).await.unwrap();
}

#[tokio::test]
async fn a_dry_run_can_be_made_as_often_as_one_likes() {
    let office = Office::open().await;
    let tried = office.import(FILE, DRY, 10, None).await;
    office.import(FILE, REAL, 10, None).await;

    let change = Ok((FormatChange::default(), ImportOptionsChange::default()));
    let asked = once();
    let started = office.imports.start(&office.scope, tried, change, &asked);
    fresh(started.await.unwrap());
    office.work_to_the_end(10, None).await;

    assert_eq!(office.state(tried).await.counts.unchanged, 2);
}
