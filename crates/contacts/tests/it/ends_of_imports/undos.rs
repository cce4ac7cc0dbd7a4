//! What an undo takes back, also one that broke off.

use std::sync::atomic::{AtomicUsize, Ordering};

use contacts::{Contact, ImportStatus, LeftReason, ListStatus};
use kernel::{Interruption, JobControl, JobEnd, JobFailure, JobProgress, JobQueue, PageRequest};
use serde_json::Value;
use testkit::StagedWork;

use super::{FILE, OPTIONS};
use crate::office::Office;
use crate::world::{fresh, once};

#[tokio::test]
async fn an_undo_that_is_asked_for_before_a_worker_saw_to_the_end_does_so_itself() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    assert!(office.work(1, Some(1)).await);
    office.fail("panicked").await;

    let undone = office.imports.undo(&office.scope, id, &once()).await;
    fresh(undone.unwrap());

    assert!(!office.keeps_file(id).await);
    assert_eq!(office.list_status().await, ListStatus::Failed);
    // What comes late leaves alone what the undo has taken over.
    office.work_to_the_end(1, None).await;
    let state = office.state(id).await;
    assert_eq!(state.status, ImportStatus::Undone);
    assert_eq!(state.undo.unwrap().removed, 1);
}

#[tokio::test]
async fn a_file_that_a_killed_worker_left_is_removed_although_an_undo_was_asked_for_since() {
    let office = Office::open().await;
    let id = office.send(FILE, OPTIONS).await;
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 10);
    let work = StagedWork::new(job.id, worker);
    kind.run(&job, &scope, &work).await.unwrap();
    assert!(!office.keeps_file(id).await);
    // As if it had been killed when the import's end was committed, and the file still there.
    let unit = office.unit().await;
    let at = office.ports.clock.now();
    let files = unit.import_files();
    files.append(id, 0, FILE.as_bytes(), at).await.unwrap();
    unit.commit().await.unwrap();
    let undone = office.imports.undo(&office.scope, id, &once()).await;
    fresh(undone.unwrap());
    assert!(office.keeps_file(id).await);

    let end = kind.run(&job, &scope, &work).await.unwrap();

    assert_eq!(end, JobEnd::DONE);
    assert!(!office.keeps_file(id).await);
    assert_eq!(office.state(id).await.status, ImportStatus::Undoing);
}

#[tokio::test]
async fn an_undo_ends_no_membership_that_somebody_began_anew() {
    let office = Office::open().await;
    let known = "Email\nada@analytical.org\nbob@analytical.org\n";
    let first = office.import(known, OPTIONS, 10, None).await;
    let (ada, bob, eve) = (
        "ada@analytical.org",
        "bob@analytical.org",
        "eve@analytical.org",
    );
    let ids = async |emails: &[&str]| {
        let emails = emails.iter().map(|email| (*email).to_owned());
        let unit = office.unit().await;
        let found = unit
            .contacts()
            .find_by_emails(&emails.collect::<Vec<_>>())
            .await;
        found.unwrap().iter().map(Contact::id).collect::<Vec<_>>()
    };
    let by_hand = async |emails: &[&str], is_on: bool| {
        let (ids, at) = (ids(emails).await, office.ports.clock.now());
        let unit = office.unit().await;
        let members = unit.list_members();
        let moved = if is_on {
            members.add(office.list, &ids, None, at).await
        } else {
            members.remove(office.list, &ids, None, at).await
        };
        assert_eq!(moved.unwrap().len(), emails.len());
        unit.commit().await.unwrap();
    };
    by_hand(&[ada, bob], false).await;
    let file = format!("{known}{eve}\n");
    let second = office.import(&file, OPTIONS, 10, None).await;
    by_hand(&[ada, eve], false).await;
    by_hand(&[ada, eve], true).await;

    office.undo(second).await;

    let people = office.picture().await.people;
    let on_list = people.iter().filter(|(_, (_, is_on))| *is_on);
    let on_list = on_list.map(|(email, _)| email.as_str());
    assert_eq!(on_list.collect::<Vec<_>>(), [ada, eve]);
    assert_eq!(office.state(first).await.status, ImportStatus::Completed);
}

#[tokio::test]
async fn an_undo_that_broke_off_goes_on_where_it_was_and_counts_all_of_it() {
    let office = Office::open().await;
    let known = "Email,First Name,City\nada@analytical.org,,\nbob@analytical.org,Robert,Rome\n";
    office.import(known, OPTIONS, 10, None).await;
    let before = office.picture().await;
    let file = "Email,First Name,City\nada@analytical.org,Ada,Paris\nbob@analytical.org,Bob,Oslo\n\
                eve@analytical.org,Eve,Bern\n";
    let id = office.import(file, OPTIONS, 10, None).await;
    office.rename("bob@analytical.org", "Bobby").await;
    let undone = office.imports.undo(&office.scope, id, &once()).await;
    fresh(undone.unwrap());
    // All was looked at when it failed, and nobody noted that.
    assert!(office.work(10, Some(3)).await);
    let halfway = office.state(id).await.undo.unwrap();
    assert_eq!((halfway.removed, halfway.restored, halfway.left), (1, 2, 1));
    office.fail("panicked").await;
    let detail = office.imports.read(&office.scope, id).await.unwrap();
    assert_eq!(detail.status(), ImportStatus::Failed);
    office.work_to_the_end(10, None).await;
    let broken = office.state(id).await;
    assert_eq!(broken.status, ImportStatus::Failed);
    assert_eq!(broken.error.as_deref(), Some("panicked"));

    office.undo(id).await;

    assert_eq!(office.state(id).await.undo, Some(halfway));
    let left = office
        .imports
        .left(&office.scope, id, &PageRequest::first())
        .await
        .unwrap();
    assert_eq!(left.items.len(), 1);
    assert_eq!(left.items[0].reason, LeftReason::Changed);
    assert_eq!(left.items[0].fields, ["first_name"]);
    let after = office.picture().await;
    let ada = "ada@analytical.org";
    assert_eq!(after.people[ada], before.people[ada]);
}

/// Work whose every batch others get in the way of, fifteen times.
struct Crowded {
    work: StagedWork,
    tries: AtomicUsize,
}

#[async_trait::async_trait]
impl JobControl for Crowded {
    fn report(&self, progress: JobProgress) {
        self.work.report(progress);
    }

    fn interruption(&self) -> Option<Interruption> {
        self.work.interruption()
    }

    async fn interrupted(&self) -> Interruption {
        self.work.interrupted().await
    }

    async fn checkpoint(&self, queue: &dyn JobQueue, state: &Value) -> Result<(), JobFailure> {
        if self.tries.fetch_add(1, Ordering::Relaxed) % 16 < 15 {
            return Err(JobFailure::Passing("contended".to_owned()));
        }
        self.work.checkpoint(queue, state).await
    }
}

#[tokio::test]
async fn an_undo_has_many_tries_for_each_of_its_batches() {
    let office = Office::open().await;
    let id = office.import(FILE, OPTIONS, 10, None).await;
    let undone = office.imports.undo(&office.scope, id, &once()).await;
    fresh(undone.unwrap());
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 10);
    let work = Crowded {
        work: StagedWork::new(job.id, worker),
        tries: AtomicUsize::new(0),
    };

    let end = kind.run(&job, &scope, &work).await.unwrap();

    assert!(matches!(end, JobEnd::Completed(Some(_))));
    assert_eq!(work.tries.load(Ordering::Relaxed), 32, "of two batches");
    assert_eq!(office.state(id).await.undo.unwrap().removed, 2);
}

#[tokio::test]
async fn an_undo_that_is_cancelled_leaves_an_import_that_can_be_undone_again() {
    let office = Office::open().await;
    let id = office.import(FILE, OPTIONS, 10, None).await;
    let undone = office.imports.undo(&office.scope, id, &once()).await;
    fresh(undone.unwrap());

    office.cancel(id).await;
    office.work_to_the_end(10, None).await;

    let state = office.state(id).await;
    assert_eq!(state.status, ImportStatus::Failed);
    assert_eq!(state.error.as_deref(), Some("undo-cancelled"));
    office.undo(id).await;
    let state = office.state(id).await;
    assert_eq!((state.undo.unwrap().removed, state.error), (2, None));
}

#[tokio::test]
async fn an_undo_that_is_cancelled_on_its_way_keeps_what_it_has_taken_back() {
    let office = Office::open().await;
    let id = office.import(FILE, OPTIONS, 10, None).await;
    let undone = office.imports.undo(&office.scope, id, &once()).await;
    fresh(undone.unwrap());
    assert!(office.work(10, Some(1)).await);
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 10);
    let work = StagedWork::new(job.id, worker).interrupted_after(0, Interruption::Cancelled);

    let end = kind.run(&job, &scope, &work).await.unwrap();

    assert!(matches!(end, JobEnd::Cancelled(Some(_))));
    let state = office.state(id).await;
    assert_eq!(state.status, ImportStatus::Failed);
    assert_eq!(state.undo.unwrap().removed, 2);
}

#[tokio::test]
async fn an_undo_tells_how_far_it_is_and_writes_an_entry_for_each_of_whom_it_took_something_back() {
    let office = Office::open().await;
    office
        .import("Email,City\nada@analytical.org,Rome\n", OPTIONS, 10, None)
        .await;
    let file = "Email,City\nada@analytical.org,Bern\neve@analytical.org,Oslo\n";
    let id = office.import(file, OPTIONS, 10, None).await;
    let undone = office.imports.undo(&office.scope, id, &once()).await;
    fresh(undone.unwrap());
    let before = office
        .database
        .audit_entries(office.scope.organization())
        .len();
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 10);
    let work = StagedWork::new(job.id, worker);

    kind.run(&job, &scope, &work).await.unwrap();

    let percents = work.reports().into_iter().map(|report| report.percent());
    assert_eq!(
        percents.collect::<Vec<_>>(),
        [Some(50), Some(50), Some(100), Some(100)]
    );
    let entries = office.database.audit_entries(office.scope.organization());
    let told = entries[before..].iter().map(|entry| {
        let batch = entry.batch == Some(job.id.as_uuid());
        (entry.entity_type.as_str(), entry.action.as_str(), batch)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("contact", "delete", true),
            ("contact", "update", true),
            ("contact_import", "update", false),
        ]
    );
}
