//! How imports end, whatever becomes of their jobs, and what an undo takes back then.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use contacts::{
    Contact, ContactChange, ContactError, ContactText, Contacts, DisposableList, DomainFact,
    ImportOptions, ImportStatus, Judge, LeftReason, ListStatus, NewImport, OnDuplicate, OnInvalid,
    ProfileChange, UndoCounts, Uploaded, ValidationStatus,
};
use kernel::{
    ContactImportId, EarlyEnd, Expected, Interruption, JobCancellation, JobControl, JobEnd,
    JobFailure, JobFilter, JobProgress, JobQueue, JobStatus, PageLimit, PageRequest, Patch,
};
use serde_json::Value;
use testkit::{StagedWork, TestKeys};

use crate::office::{Office, Whole};
use crate::revalidation::Told;
use crate::world::{fresh, once};

const OPTIONS: ImportOptions = ImportOptions {
    on_duplicate: OnDuplicate::Update,
    invalid: OnInvalid::Keep,
    dry_run: false,
};

const FILE: &str = "Email,First Name\nada@analytical.org,Ada\nbob@analytical.org,Bob\n";

/// A file with so many people, one domain each.
fn file_of(people: usize) -> String {
    let mut file = "Email,First Name\n".to_owned();
    for person in 0..people {
        writeln!(file, "p{person}@firm{person}.de,P{person}").unwrap();
    }
    file
}

/// An office that asks name servers, and those.
async fn office_with_name_servers() -> (Office, Arc<Told>) {
    let told = Arc::new(Told::default());
    let judge = Judge::new(
        Arc::new(TestKeys::default()),
        told.clone(),
        Arc::new(DisposableList::default()),
    );
    (Office::open_with(judge).await, told)
}

impl Office {
    fn contacts(&self) -> Contacts {
        let ports = self.ports.clone();
        Contacts::new(ports.store, ports.clock, ports.ids, ports.judge)
    }

    async fn upload(&self, file: &str) -> Result<Uploaded, ContactError> {
        let new = NewImport {
            file_name: "people.csv".parse().unwrap(),
            options: OPTIONS,
            repeat: false,
            wait: false,
        };
        let mut source = Whole(Some(file.into()));
        self.imports
            .receive(&self.scope, self.list, &new, &mut source)
            .await
    }

    /// Whether the file is taken in that may be there only once.
    async fn takes(&self, file: &str) -> bool {
        let uploaded = self.upload(file).await.unwrap();
        match self.imports.launch(&self.scope, uploaded, &once()).await {
            Ok(_) => true,
            Err(ContactError::FileRepeated(_)) => false,
            Err(error) => panic!("{error}"),
        }
    }

    async fn cancel(&self, import: ContactImportId) -> JobCancellation {
        let job = self.state(import).await.job.unwrap();
        let unit = self.unit().await;
        let cancelled = unit.jobs().cancel(job, self.ports.clock.now()).await;
        unit.commit().await.unwrap();
        cancelled.unwrap().unwrap()
    }

    async fn keeps_file(&self, import: ContactImportId) -> bool {
        let unit = self.unit().await;
        let piece = unit.import_files().piece(import, 0).await.unwrap();
        piece.is_some()
    }

    async fn list_status(&self) -> ListStatus {
        let unit = self.unit().await;
        let list = unit.lists().find(self.list).await.unwrap().unwrap();
        list.state().status
    }

    async fn statuses(&self) -> BTreeSet<ValidationStatus> {
        let unit = self.unit().await;
        let page = PageRequest {
            limit: PageLimit::new(200).unwrap(),
            after: None,
        };
        let filter = contacts::ContactFilter::default();
        let listed = unit
            .contacts()
            .list(&filter, contacts::ContactSort::default(), &page);
        let listed = listed.await.unwrap().items.into_iter();
        listed
            .map(|contact| contact.state().validation.status)
            .collect()
    }

    /// How many jobs of this kind wait.
    async fn waiting(&self, kind: &str) -> usize {
        let unit = self.unit().await;
        let filter = JobFilter {
            kind: Some(kind.to_owned()),
            status: Some(JobStatus::Pending),
        };
        let jobs = unit.jobs().list(&filter, &PageRequest::first()).await;
        jobs.unwrap().items.len()
    }

    async fn rename(&self, email: &str, name: &str) {
        let unit = self.unit().await;
        let found = unit.contacts().find_by_emails(&[email.to_owned()]).await;
        let id = found.unwrap()[0].id();
        drop(unit);
        let change = ContactChange {
            profile: ProfileChange {
                first_name: Patch::Set(ContactText::lossy(name)),
                ..ProfileChange::default()
            },
            ..ContactChange::default()
        };
        let contacts = self.contacts();
        let changed = contacts.update(&self.scope, id, &Expected::Any, Ok(change));
        changed.await.unwrap();
    }
}

#[tokio::test]
async fn name_servers_that_did_not_answer_are_asked_again_about_those_of_an_import() {
    let (office, told) = office_with_name_servers().await;
    for domain in ["firm0.de", "firm1.de"] {
        told.tell(domain, DomainFact::Timeout);
    }
    office.import(&file_of(2), OPTIONS, 10, None).await;
    assert_eq!(
        office.statuses().await,
        BTreeSet::from([ValidationStatus::Pending])
    );

    for domain in ["firm0.de", "firm1.de"] {
        told.tell(domain, DomainFact::Mx);
    }
    assert!(!office.work(10, None).await, "not yet");
    office.clock.advance(time::Duration::minutes(10));
    office.work_to_the_end(10, None).await;

    assert_eq!(
        office.statuses().await,
        BTreeSet::from([ValidationStatus::Valid])
    );
}

#[tokio::test]
async fn no_job_asks_again_about_more_than_a_thousand() {
    let (office, told) = office_with_name_servers().await;
    for person in 0..1_001 {
        told.tell(&format!("firm{person}.de"), DomainFact::Timeout);
    }

    office.import(&file_of(1_001), OPTIONS, 5_000, None).await;

    assert_eq!(office.waiting("validate_contacts").await, 2);
}

#[tokio::test]
async fn who_was_only_judged_again_is_taken_back_and_who_was_changed_is_left() {
    let (office, told) = office_with_name_servers().await;
    told.tell("firm0.de", DomainFact::Timeout);
    told.tell("firm1.de", DomainFact::Timeout);
    let id = office.import(&file_of(3), OPTIONS, 10, None).await;
    office.rename("p1@firm1.de", "Somebody").await;
    told.tell("firm0.de", DomainFact::Mx);
    told.tell("firm1.de", DomainFact::Mx);
    office.clock.advance(time::Duration::minutes(10));
    office.work_to_the_end(10, None).await;

    office.undo(id).await;

    let counts = UndoCounts {
        removed: 2,
        restored: 0,
        left: 1,
    };
    assert_eq!(office.state(id).await.undo, Some(counts));
    let people = office.picture().await.people;
    assert_eq!(people.keys().collect::<Vec<_>>(), ["p1@firm1.de"]);
}

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
async fn a_file_that_is_not_kept_any_more_cannot_be_read() {
    let office = Office::open().await;
    let dry = ImportOptions {
        dry_run: true,
        ..OPTIONS
    };
    let id = office.import(FILE, dry, 10, None).await;
    let unit = office.unit().await;
    unit.import_files().remove(id).await.unwrap();
    unit.commit().await.unwrap();

    let change = Ok(Default::default());
    let asked = once();
    let started = office.imports.start(&office.scope, id, change, &asked);

    assert!(matches!(started.await, Err(ContactError::NotStartable)));
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
    unit.import_files().remove(id).await.unwrap();
    unit.commit().await.unwrap();
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 10);
    let work = StagedWork::new(job.id, worker);

    let end = kind.run(&job, &scope, &work).await;

    assert_eq!(end, Err(JobFailure::lasting("file-incomplete")));
}
