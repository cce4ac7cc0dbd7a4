//! Imports whose job was cancelled or failed, and lists that wait for several.

use std::fmt::Write as _;

use contacts::{ImportStatus, ListStatus};
use kernel::{EarlyEnd, Interruption, JobCancellation, JobEnd, JobFailure};
use testkit::StagedWork;

use super::{FILE, OPTIONS};
use crate::office::Office;

/// More pieces than go with the end of an import, and than in the first unit behind that.
const PIECES: u32 = 40;

#[tokio::test]
async fn an_import_that_is_cancelled_while_it_waits_ends_with_its_file() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    assert!(!office.takes(FILE).await);

    assert_eq!(office.cancel(id).await, JobCancellation::Cancelled);

    // Nobody has to wait for a worker to be told.
    let detail = office.imports.read(&office.scope, id).await.unwrap();
    assert_eq!(detail.status(), ImportStatus::Cancelled);
    assert!(office.keeps_file(id).await);
    assert!(office.work(10, None).await);
    assert_eq!(office.state(id).await.status, ImportStatus::Cancelled);
    assert!(!office.keeps_file(id).await);
    assert_eq!(office.list_status().await, ListStatus::Pending);
    assert!(!office.work(10, None).await);
}

#[tokio::test]
async fn the_file_of_an_import_that_was_cancelled_while_it_waited_can_come_again_at_once() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    office.cancel(id).await;

    assert!(office.takes(FILE).await);
    assert!(!office.takes(FILE).await);
}

#[tokio::test]
async fn an_import_whose_job_failed_without_a_last_word_fails_with_its_list_and_can_be_undone() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    assert!(office.work(1, Some(1)).await);
    assert_eq!(office.list_status().await, ListStatus::Validating);
    office.fail("panicked").await;
    assert_eq!(office.state(id).await.status, ImportStatus::Running);

    assert!(office.work(1, None).await);

    let state = office.state(id).await;
    assert_eq!(state.status, ImportStatus::Failed);
    assert_eq!(state.error.as_deref(), Some("panicked"));
    assert_eq!(state.counts.created, 1);
    assert_eq!(office.list_status().await, ListStatus::Failed);
    assert!(!office.keeps_file(id).await);
    office.undo(id).await;
    assert_eq!(office.picture().await.people.len(), 0);
}

#[tokio::test]
async fn what_is_wound_up_twice_is_as_after_the_first_time() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    office.cancel(id).await;
    let (job, _) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 1);
    assert_eq!(job.early_end, Some(EarlyEnd::Cancelled));
    kind.wind_up(&job, &EarlyEnd::Cancelled, &scope)
        .await
        .unwrap();
    let first = office.state(id).await;

    kind.wind_up(&job, &EarlyEnd::Cancelled, &scope)
        .await
        .unwrap();

    assert_eq!(office.state(id).await, first);
}

#[tokio::test]
async fn a_large_file_goes_whole_with_an_import_that_is_wound_up() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    office.lengthen(id, PIECES).await;
    office.cancel(id).await;
    let (job, _) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 1);
    let wind_up = async || {
        let done = kind.wind_up(&job, &EarlyEnd::Cancelled, &scope).await;
        done.unwrap();
    };

    wind_up().await;

    assert_eq!(office.state(id).await.status, ImportStatus::Cancelled);
    assert!(office.pieces(id, PIECES).await.is_empty());
    // As if the worker had been killed when the import's end was committed.
    office.lengthen(id, PIECES).await;
    wind_up().await;
    assert!(office.pieces(id, PIECES).await.is_empty());
}

#[tokio::test]
async fn a_large_file_goes_whole_with_an_import_that_is_cancelled_at_work() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    office.lengthen(id, PIECES).await;
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 10);
    let work = StagedWork::new(job.id, worker).interrupted_after(0, Interruption::Cancelled);

    let end = kind.run(&job, &scope, &work).await.unwrap();

    assert!(matches!(end, JobEnd::Cancelled(Some(_))));
    assert!(office.pieces(id, PIECES).await.is_empty());
}

#[tokio::test]
async fn a_list_is_validated_when_the_last_of_those_who_work_on_it_has_ended() {
    let office = Office::open().await;
    office.send(FILE, OPTIONS).await;
    office
        .send("Email\neve@analytical.org\nsam@analytical.org\n", OPTIONS)
        .await;
    // Whoever is handed back goes to the end of the line.
    office.clock.advance(time::Duration::seconds(1));
    assert!(office.work(1, Some(1)).await);
    assert!(office.work(1, Some(1)).await);

    let mut statuses = Vec::new();
    while office.work(1, None).await {
        statuses.push(office.list_status().await);
    }

    let (last, others) = statuses.split_last().unwrap();
    assert_eq!(*last, ListStatus::Validated);
    assert!(
        others
            .iter()
            .all(|status| *status == ListStatus::Validating)
    );
    assert!(!others.is_empty());
}

#[tokio::test]
async fn a_file_of_which_a_piece_is_gone_is_no_shorter_file() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    let unit = office.unit().await;
    unit.import_files().remove(id, 100).await.unwrap();
    unit.commit().await.unwrap();
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 10);
    let work = StagedWork::new(job.id, worker);

    let end = kind.run(&job, &scope, &work).await;

    assert_eq!(end, Err(JobFailure::lasting("file-incomplete")));
}

#[tokio::test]
async fn what_was_read_of_a_file_is_gone_at_once_but_for_what_is_shown_of_it() {
    let office = Office::open().await;
    // Rows of which each is refused, and a few make a file of several pieces, behind two others.
    let long = "x".repeat(200_000);
    let mut file = FILE.replace("First Name", "Note");
    for person in 0..12 {
        writeln!(file, "p{person}@analytical.org,{long}").unwrap();
    }
    let id = office.send(&file, OPTIONS).await;

    assert!(office.work(1, Some(10)).await);

    assert_eq!(office.pieces(id, 6).await, [0, 3, 4]);
    let preview = office.imports.preview(&office.scope, id).await.unwrap();
    assert_eq!(preview.rows[0].line, 2);
    office.work_to_the_end(1, None).await;
    let state = office.state(id).await;
    assert_eq!(state.status, ImportStatus::Completed);
    assert_eq!((state.counts.rejected, state.counts.rows_read()), (12, 14));
    assert!(!office.keeps_file(id).await);
}
