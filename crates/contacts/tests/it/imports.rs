//! What becomes of the rows of a file, whatever happens while it is read.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::sync::Arc;

use contacts::ports::{ContactStore as _, ContactUnit};
use contacts::{
    Contact, ContactFilter, ContactImportState, ContactList, ContactSort, ContactSource,
    FileSource, FormatChange, ImportDetail, ImportJob, ImportOptions, ImportOptionsChange,
    ImportPorts, ImportStatus, Imports, Judge, NewContactList, NewImport, OnDuplicate, OnInvalid,
    Profile, SourceBroken, SuppressionReason, UndoJob,
};
use in_memory::MemoryDatabase;
use kernel::{
    Actor, Clock as _, ContactImportId, ContactListId, Credential, Interruption, Job, JobClaim,
    JobEnd, JobOutcome, JobStore as _, OrganizationId, Origin, PageLimit, PageRequest, RequestId,
    SessionId, TenantScope, UserId,
};
use proptest::prelude::*;
use testkit::{FixedClock, SequentialIds, StagedWork, TestKeys, a_unique_id};

use crate::world::{fresh, once};

/// A file in one piece.
struct Whole(Option<Vec<u8>>);

#[async_trait::async_trait]
impl FileSource for Whole {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceBroken> {
        Ok(self.0.take())
    }
}

/// An organization that imports files, and a worker who does as told.
struct Office {
    database: MemoryDatabase,
    scope: TenantScope,
    ports: ImportPorts,
    imports: Imports,
    list: ContactListId,
}

/// Everything that an import can change, without ids and instants.
#[derive(Clone, Debug, PartialEq)]
struct Picture {
    /// By address: what is known of the person, and whether they are on the list.
    people: BTreeMap<String, (Profile, bool)>,
    suppressed: Vec<(String, SuppressionReason)>,
}

/// What an import told.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    counts: Vec<(&'static str, u64)>,
    rejections: Vec<(u64, &'static str)>,
}

impl Office {
    async fn open() -> Self {
        let database = MemoryDatabase::new();
        let actor = Actor::User(
            UserId::from_uuid(a_unique_id()),
            Credential::Session(SessionId::from_uuid(a_unique_id())),
        );
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let organization = OrganizationId::from_uuid(a_unique_id());
        let ports = ImportPorts {
            store: Arc::new(database.clone()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
            judge: Judge::offline(Arc::new(TestKeys::default())),
        };
        let mut office = Self {
            database,
            scope: TenantScope::for_principal(organization, actor, origin),
            imports: Imports::new(ports.clone()),
            ports,
            list: ContactListId::from_uuid(a_unique_id()),
        };
        let new = NewContactList {
            name: "Everybody".parse().unwrap(),
            description: "".parse().unwrap(),
            source: ContactSource::Manual,
        };
        let list = ContactList::open(office.list, organization, new, FixedClock::START, None);
        office.list = list.id();
        let unit = office.unit().await;
        unit.lists().insert(&list).await.unwrap();
        unit.commit().await.unwrap();
        office
    }

    async fn unit(&self) -> Box<dyn ContactUnit> {
        self.database.begin(&self.scope).await.unwrap()
    }

    async fn send(&self, file: &str, options: ImportOptions) -> ContactImportId {
        let new = NewImport {
            file_name: "people.csv".parse().unwrap(),
            options,
            repeat: true,
            wait: false,
        };
        let mut source = Whole(Some(file.into()));
        let imports = &self.imports;
        let received = imports.receive(&self.scope, self.list, &new, &mut source);
        let uploaded = received.await.unwrap();
        let launched = imports.launch(&self.scope, uploaded, &once()).await;
        fresh(launched.unwrap()).import.id()
    }

    /// Works on the next job in batches of this size, until it ends or has told so often how far it is.
    async fn work(&self, batch: usize, until: Option<usize>) -> bool {
        let worker = a_unique_id();
        let now = FixedClock::default().now();
        let claim = JobClaim {
            worker,
            now,
            lease: time::Duration::minutes(1),
            limit: 1,
            reserved: 0,
        };
        let mut claimed = self.database.claim(&claim).await.unwrap();
        let Some(job) = claimed.pop() else {
            return false;
        };
        let mut work = StagedWork::new(job.id, worker);
        if let Some(reports) = until {
            work = work.interrupted_after(reports, Interruption::Stopping);
        }
        let import = ImportJob::new(self.ports.clone()).in_batches_of(batch);
        let undo = UndoJob::new(self.ports.clone());
        let kinds: [&dyn Job; 2] = [&import, &undo];
        let kind = kinds
            .into_iter()
            .find(|kind| kind.kind().as_str() == job.kind);
        let kind = kind.unwrap();
        let scope = TenantScope::for_job(
            job.organization,
            kind.kind(),
            job.id,
            RequestId::from_uuid(a_unique_id()),
        );
        match kind.run(&job, &scope, &work).await.unwrap() {
            JobEnd::HandedBack => self.database.hand_back(job.id, worker, now).await,
            JobEnd::Completed(result) => {
                let outcome = JobOutcome::Completed { result };
                self.database.finish(job.id, worker, &outcome, now).await
            }
            JobEnd::Cancelled(_) => panic!("nobody cancels it"),
        }
        .unwrap()
    }

    /// Imports a file to its end, in batches of this size, stopped and begun again after each so many.
    async fn import(
        &self,
        file: &str,
        options: ImportOptions,
        batch: usize,
        until: Option<usize>,
    ) -> ContactImportId {
        let id = self.send(file, options).await;
        self.work_to_the_end(batch, until).await;
        id
    }

    async fn work_to_the_end(&self, batch: usize, until: Option<usize>) {
        while self.work(batch, until).await {}
    }

    async fn state(&self, id: ContactImportId) -> ContactImportState {
        let detail: ImportDetail = self.imports.read(&self.scope, id).await.unwrap();
        detail.import.state().clone()
    }

    async fn told(&self, id: ContactImportId) -> Told {
        let state = self.state(id).await;
        assert_eq!(state.status, ImportStatus::Completed);
        let page = PageRequest {
            limit: PageLimit::new(200).unwrap(),
            after: None,
        };
        let rejections = self.imports.rejections(&self.scope, id, &page).await;
        Told {
            counts: state.counts.named().to_vec(),
            rejections: rejections
                .unwrap()
                .items
                .iter()
                .map(|row| (row.line, row.code.as_str()))
                .collect(),
        }
    }

    async fn picture(&self) -> Picture {
        let unit = self.unit().await;
        let page = PageRequest {
            limit: PageLimit::new(200).unwrap(),
            after: None,
        };
        let filter = ContactFilter::default();
        let all = unit.contacts().list(&filter, ContactSort::default(), &page);
        let all = all.await.unwrap().items;
        let counted = unit.lists().find_counted(self.list).await.unwrap();
        let mut people = BTreeMap::new();
        let mut suppressed = Vec::new();
        for contact in &all {
            let state = contact.state();
            let lists = unit.list_members().lists_of(contact.id()).await.unwrap();
            people.insert(
                state.email_normalized.clone(),
                (state.profile.clone(), !lists.is_empty()),
            );
            let found = unit
                .suppressions()
                .find_by_addresses(&[state.email_hash])
                .await
                .unwrap();
            let found = found.iter().map(|found| found.state().reason);
            suppressed.extend(found.map(|reason| (state.email_normalized.clone(), reason)));
        }
        let members = people.values().filter(|(_, is_member)| *is_member).count();
        assert_eq!(counted.unwrap().counts.total(), members as u64);
        suppressed.sort();
        Picture { people, suppressed }
    }

    async fn undo(&self, id: ContactImportId) {
        fresh(self.imports.undo(&self.scope, id, &once()).await.unwrap());
        self.work_to_the_end(1, None).await;
        assert_eq!(self.state(id).await.status, ImportStatus::Undone);
    }
}

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
    let row = (email, name, city, stop).prop_map(|(email, name, city, stop)| {
        // A cell is looked at as an address, and a row without a letter is none.
        format!("\"{email}\",{name},{city},{stop},x\n")
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
