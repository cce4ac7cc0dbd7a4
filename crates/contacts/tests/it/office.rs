//! An organization that imports files.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::sync::Arc;

use contacts::ports::{ContactStore as _, ContactUnit};
use contacts::{
    ContactFilter, ContactImportState, ContactList, ContactRevalidation, ContactSort,
    ContactSource, FileSource, ImportDetail, ImportJob, ImportOptions, ImportPorts, ImportStatus,
    Imports, Judge, NewContactList, NewImport, Profile, SourceBroken, SuppressionReason, UndoJob,
};
use in_memory::MemoryDatabase;
use kernel::{
    Actor, ClaimedJob, Clock as _, ContactImportId, ContactListId, Credential, Interruption, Job,
    JobClaim, JobEnd, JobOutcome, JobStore as _, OrganizationId, Origin, PageLimit, PageRequest,
    RequestId, SessionId, TenantScope, UserId,
};
use testkit::{FixedClock, SequentialIds, StagedWork, TestKeys, a_unique_id};
use uuid::Uuid;

use crate::world::{fresh, once};

/// A file in one piece.
pub(crate) struct Whole(pub(crate) Option<Vec<u8>>);

#[async_trait::async_trait]
impl FileSource for Whole {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceBroken> {
        Ok(self.0.take())
    }
}

/// An organization that imports files, and a worker who does as told.
pub(crate) struct Office {
    pub(crate) database: MemoryDatabase,
    pub(crate) scope: TenantScope,
    pub(crate) clock: FixedClock,
    pub(crate) ports: ImportPorts,
    pub(crate) imports: Imports,
    pub(crate) list: ContactListId,
}

/// Everything that an import can change, without ids and instants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    /// By address: what is known of the person, and whether they are on the list.
    pub(crate) people: BTreeMap<String, (Profile, bool)>,
    pub(crate) suppressed: Vec<(String, SuppressionReason)>,
}

/// What an import told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) counts: Vec<(&'static str, u64)>,
    pub(crate) rejections: Vec<(u64, &'static str)>,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::open_with(Judge::offline(Arc::new(TestKeys::default()))).await
    }

    /// An office whose addresses somebody else judges.
    pub(crate) async fn open_with(judge: Judge) -> Self {
        let clock = FixedClock::default();
        let database = MemoryDatabase::new();
        let actor = Actor::User(
            UserId::from_uuid(a_unique_id()),
            Credential::Session(SessionId::from_uuid(a_unique_id())),
        );
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let organization = OrganizationId::from_uuid(a_unique_id());
        let ports = ImportPorts {
            store: Arc::new(database.clone()),
            clock: Arc::new(clock.clone()),
            ids: Arc::new(SequentialIds::default()),
            judge,
        };
        let mut office = Self {
            database,
            scope: TenantScope::for_principal(organization, actor, origin),
            imports: Imports::new(ports.clone()),
            clock,
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

    pub(crate) async fn unit(&self) -> Box<dyn ContactUnit> {
        self.database.begin(&self.scope).await.unwrap()
    }

    pub(crate) async fn send(&self, file: &str, options: ImportOptions) -> ContactImportId {
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

    /// Takes the next job that is due.
    pub(crate) async fn claim(&self) -> Option<(ClaimedJob, Uuid)> {
        let worker = a_unique_id();
        let claim = JobClaim {
            worker,
            now: self.clock.now(),
            lease: time::Duration::minutes(1),
            limit: 1,
            reserved: 0,
        };
        let mut claimed = self.database.claim(&claim).await.unwrap();
        claimed.pop().map(|job| (job, worker))
    }

    /// The kind of a job, which works in batches of this size, and the scope in which it does.
    pub(crate) fn kind_of(&self, job: &ClaimedJob, batch: usize) -> (Box<dyn Job>, TenantScope) {
        let ports = self.ports.clone();
        let kinds: [Box<dyn Job>; 3] = [
            Box::new(ImportJob::new(ports.clone()).in_batches_of(batch)),
            Box::new(UndoJob::new(ports.clone())),
            Box::new(ContactRevalidation::new(
                ports.store,
                ports.judge,
                ports.clock,
                ports.ids,
            )),
        ];
        let mut kinds = kinds.into_iter();
        let kind = kinds.find(|kind| kind.kind().as_str() == job.kind).unwrap();
        let request = RequestId::from_uuid(a_unique_id());
        let scope = TenantScope::for_job(job.organization, kind.kind(), job.id, request);
        (kind, scope)
    }

    /// Works on the next job in batches of this size, until it ends or has told so often how far it is. What ended
    /// before its time is wound up.
    pub(crate) async fn work(&self, batch: usize, until: Option<usize>) -> bool {
        let Some((job, worker)) = self.claim().await else {
            return false;
        };
        let now = self.clock.now();
        let (kind, scope) = self.kind_of(&job, batch);
        if let Some(end) = &job.early_end {
            kind.wind_up(&job, end, &scope).await.unwrap();
            let told = self.database.wound_up(job.id, worker, None, now).await;
            return told.unwrap();
        }
        let mut work = StagedWork::new(job.id, worker);
        if let Some(reports) = until {
            work = work.interrupted_after(reports, Interruption::Stopping);
        }
        match kind.run(&job, &scope, &work).await.unwrap() {
            JobEnd::HandedBack => self.database.hand_back(job.id, worker, now).await,
            JobEnd::Completed(result) => {
                let outcome = JobOutcome::Completed { result };
                self.database.finish(job.id, worker, &outcome, now).await
            }
            JobEnd::Cancelled(_) => panic!("nobody cancels it"),
            JobEnd::Waits(_) => panic!("it waits for nothing"),
        }
        .unwrap()
    }

    /// Lets the next job fail for good, without a word of its own.
    pub(crate) async fn fail(&self, code: &str) {
        let (job, worker) = self.claim().await.unwrap();
        let outcome = JobOutcome::Failed {
            error: code.to_owned(),
        };
        let told = self
            .database
            .finish(job.id, worker, &outcome, self.clock.now());
        assert!(told.await.unwrap());
    }

    /// Imports a file to its end, in batches of this size, stopped and begun again after each so many.
    pub(crate) async fn import(
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

    pub(crate) async fn work_to_the_end(&self, batch: usize, until: Option<usize>) {
        while self.work(batch, until).await {}
    }

    pub(crate) async fn state(&self, id: ContactImportId) -> ContactImportState {
        let detail: ImportDetail = self.imports.read(&self.scope, id).await.unwrap();
        detail.import.state().clone()
    }

    pub(crate) async fn told(&self, id: ContactImportId) -> Told {
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

    pub(crate) async fn picture(&self) -> Picture {
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

    pub(crate) async fn undo(&self, id: ContactImportId) {
        fresh(self.imports.undo(&self.scope, id, &once()).await.unwrap());
        self.work_to_the_end(1, None).await;
        assert_eq!(self.state(id).await.status, ImportStatus::Undone);
    }
}
