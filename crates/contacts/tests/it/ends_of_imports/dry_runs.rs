//! How dry runs end, and how they become real imports.

use contacts::{ContactError, ImportOptions, ImportStatus};
use kernel::{ContactImportId, Expected, Interruption, JobEnd};
use testkit::{StagedWork, TestKeys};

use super::{FILE, OPTIONS};
use crate::office::Office;
use crate::world::{fresh, once};

#[tokio::test]
async fn a_dry_run_that_is_cancelled_while_it_waits_can_be_started() {
    let office = Office::open().await;
    let dry = ImportOptions {
        dry_run: true,
        ..OPTIONS
    };
    let id = office.send(FILE, dry).await;
    office.cancel(id).await;

    let change = contacts::ImportOptionsChange {
        dry_run: Some(false),
        ..Default::default()
    };
    let change = Ok((contacts::FormatChange::default(), change));
    let asked = once();
    let started = office.imports.start(&office.scope, id, change, &asked);
    fresh(started.await.unwrap());
    office.work_to_the_end(10, None).await;

    let state = office.state(id).await;
    assert_eq!(state.status, ImportStatus::Completed);
    assert_eq!(state.counts.created, 2);
}

/// How many of two people a dry run remembers to have met.
async fn remembered(office: &Office, import: ContactImportId) -> u64 {
    let unit = office.unit().await;
    let gone = unit.import_trace().forget_met(import, 9).await;
    gone.unwrap()
}

#[tokio::test]
async fn a_dry_run_remembers_nobody_however_it_ends() {
    let dry = ImportOptions {
        dry_run: true,
        ..OPTIONS
    };
    for how in [Interruption::Stopping, Interruption::Cancelled] {
        let office = Office::open().await;
        let id = office.send(FILE, dry).await;
        assert!(office.work(1, Some(1)).await);
        assert_eq!(remembered(&office, id).await, 1, "of the first batch");

        if how == Interruption::Cancelled {
            let (job, worker) = office.claim().await.unwrap();
            let (kind, scope) = office.kind_of(&job, 1);
            let work = StagedWork::new(job.id, worker).interrupted_after(0, how);
            let end = kind.run(&job, &scope, &work).await.unwrap();
            assert!(matches!(end, JobEnd::Cancelled(Some(_))));
            assert_eq!(office.state(id).await.status, ImportStatus::Cancelled);
        } else {
            office.fail("panicked").await;
            office.work_to_the_end(1, None).await;
            assert_eq!(office.state(id).await.status, ImportStatus::Failed);
        }

        assert_eq!(remembered(&office, id).await, 0, "{how:?}");
    }
}

#[tokio::test]
async fn a_dry_run_whose_end_somebody_else_has_noted_remembers_nobody() {
    let office = Office::open().await;
    let dry = ImportOptions {
        dry_run: true,
        ..OPTIONS
    };
    let id = office.send(FILE, dry).await;
    assert!(office.work(1, Some(1)).await);
    office.fail("panicked").await;
    let (job, _) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 1);
    let end = job.early_end.clone().unwrap();
    kind.wind_up(&job, &end, &scope).await.unwrap();
    let unit = office.unit().await;
    let met = [contacts::AddressHash::of(
        &TestKeys::default(),
        "eve@analytical.org",
    )];
    let at = office.ports.clock.now();
    unit.import_trace().meet(id, &met, at).await.unwrap();
    unit.commit().await.unwrap();

    kind.wind_up(&job, &end, &scope).await.unwrap();

    assert_eq!(remembered(&office, id).await, 0);
}

#[tokio::test]
async fn a_dry_run_that_becomes_a_real_import_waits_and_can_be_started() {
    let office = Office::open().await;
    let dry = ImportOptions {
        dry_run: true,
        ..OPTIONS
    };
    let id = office.import(FILE, dry, 10, None).await;
    let real = contacts::ImportOptionsChange {
        dry_run: Some(false),
        ..Default::default()
    };

    let change = Ok((contacts::FormatChange::default(), real));
    let changed = office
        .imports
        .change(&office.scope, id, &Expected::Any, change);
    let waiting = changed.await.unwrap().import.state().clone();
    assert_eq!(waiting.status, ImportStatus::NeedsMapping);
    assert_eq!(waiting.counts, contacts::ImportCounts::default());
    assert_eq!((waiting.started_at, waiting.finished_at), (None, None));
    let undone = office.imports.undo(&office.scope, id, &once()).await;
    assert!(matches!(undone, Err(ContactError::NotUndoable)));
    assert!(!office.work(10, None).await, "nobody has started it yet");
    let change = Ok(Default::default());
    let asked = once();
    let started = office.imports.start(&office.scope, id, change, &asked);
    fresh(started.await.unwrap());
    office.work_to_the_end(10, None).await;

    let state = office.state(id).await;
    assert_eq!(state.status, ImportStatus::Completed);
    assert_eq!(state.counts.created, 2);
    assert_eq!(office.picture().await.people.len(), 2);
}

#[tokio::test]
async fn a_file_that_is_not_kept_any_more_cannot_be_read() {
    let office = Office::open().await;
    let dry = ImportOptions {
        dry_run: true,
        ..OPTIONS
    };
    let id = office.import(FILE, dry, 10, None).await;
    let unit = office.unit().await;
    unit.import_files().remove(id, 100).await.unwrap();
    unit.commit().await.unwrap();

    let change = Ok(Default::default());
    let asked = once();
    let started = office.imports.start(&office.scope, id, change, &asked);

    assert!(matches!(started.await, Err(ContactError::NotStartable)));
}
