//! An organization that takes files in, and a worker that is told when to work.

use std::sync::Arc;

use contacts::ports::{ContactStore, ContactUnit};
use contacts::{
    ContactImportState, ContactList, ContactSource, FileSource, ImportDetail, ImportJob,
    ImportOptions, ImportPorts, ImportStatus, Imports, Judge, ListRevalidation, NewContactList,
    NewImport, OnDuplicate, OnInvalid, SourceBroken, UndoJob,
};
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{
    Actor, Clock as _, ContactImportId, ContactListId, Credential, Done, Interruption, Job,
    JobClaim, JobEnd, JobFailure, JobOutcome, JobStore as _, Once, OrganizationId, Origin,
    PageRequest, RequestId, SessionId, StoredAnswer, TenantScope, UserId,
};
use testkit::{FixedClock, StagedWork, TestDatabase, TestKeys, a_unique_id};
use time::Duration;
use uuid::Uuid;

/// A file in pieces of an odd size.
pub(super) struct Pieces(Vec<Vec<u8>>);

impl Pieces {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(bytes.chunks(70_001).rev().map(<[u8]>::to_vec).collect())
    }
}

#[async_trait::async_trait]
impl FileSource for Pieces {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceBroken> {
        Ok(self.0.pop())
    }
}

pub(super) const OPTIONS: ImportOptions = ImportOptions {
    on_duplicate: OnDuplicate::Update,
    invalid: OnInvalid::Keep,
    dry_run: false,
};

pub(super) struct Desk {
    pub(super) test: TestDatabase,
    pub(super) database: PostgresDatabase,
    pub(super) scope: TenantScope,
    pub(super) imports: Imports,
    pub(super) ports: ImportPorts,
    pub(super) list: ContactListId,
}

impl Desk {
    pub(super) async fn open() -> Self {
        let test = TestDatabase::fresh().await;
        let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
        let organization = found(&database).await;
        let user = UserId::from_uuid(a_unique_id());
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        let scope = TenantScope::for_principal(
            organization,
            Actor::User(user, session),
            Origin::internal(RequestId::from_uuid(a_unique_id())),
        );
        let ports = ImportPorts {
            store: Arc::new(database.clone()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SystemIds::default()),
            judge: Judge::offline(Arc::new(TestKeys::default())),
        };
        let mut desk = Self {
            test,
            scope,
            imports: Imports::new(ports.clone()),
            ports,
            list: ContactListId::from_uuid(Uuid::nil()),
            database,
        };
        desk.list = desk.a_list("Everybody").await;
        desk
    }

    pub(super) async fn unit(&self) -> Box<dyn ContactUnit> {
        ContactStore::begin(&self.database, &self.scope)
            .await
            .unwrap()
    }

    pub(super) async fn a_list(&self, name: &str) -> ContactListId {
        let new = NewContactList {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
            source: ContactSource::Manual,
        };
        let list = ContactList::open(
            ContactListId::from_uuid(a_unique_id()),
            self.scope.organization(),
            new,
            FixedClock::START,
            None,
        );
        let unit = self.unit().await;
        unit.lists().insert(&list).await.unwrap();
        unit.commit().await.unwrap();
        list.id()
    }

    /// Uploads a file into the list and begins its import.
    pub(super) async fn upload_into(
        &self,
        list: ContactListId,
        bytes: &[u8],
        options: ImportOptions,
        repeat: bool,
    ) -> Result<ImportDetail, contacts::ContactError> {
        let new = NewImport {
            file_name: "people.csv".parse().unwrap(),
            options,
            repeat,
            wait: false,
        };
        let uploaded = self
            .imports
            .receive(&self.scope, list, &new, &mut Pieces::of(bytes))
            .await?;
        let done = self.imports.launch(&self.scope, uploaded, &once()).await?;
        Ok(fresh(done))
    }

    pub(super) async fn upload(&self, bytes: &[u8], options: ImportOptions) -> ContactImportId {
        let detail = self.upload_into(self.list, bytes, options, true).await;
        detail.unwrap().import.id()
    }

    /// Imports a file to its end.
    pub(super) async fn import(&self, bytes: &[u8], options: ImportOptions) -> ContactImportState {
        let id = self.upload(bytes, options).await;
        self.work().await;
        self.state(id).await
    }

    pub(super) async fn undo(&self, id: ContactImportId) -> ContactImportState {
        fresh(self.imports.undo(&self.scope, id, &once()).await.unwrap());
        self.work().await;
        self.state(id).await
    }

    pub(super) async fn state(&self, id: ContactImportId) -> ContactImportState {
        let detail = self.imports.read(&self.scope, id).await.unwrap();
        detail.import.state().clone()
    }

    /// Works on all jobs until none is left.
    pub(super) async fn work(&self) {
        while self.work_once(None).await {}
    }

    /// Works on a job, interrupted after so many reports; whether there was one. What ended before its time is wound up.
    pub(super) async fn work_once(&self, interrupted: Option<(usize, Interruption)>) -> bool {
        let worker = a_unique_id();
        let claim = JobClaim {
            worker,
            now: FixedClock::default().now(),
            lease: Duration::minutes(1),
            limit: 1,
            reserved: 0,
        };
        let claimed = self.database.claim(&claim).await.unwrap();
        let Some(job) = claimed.first() else {
            return false;
        };
        let mut work = StagedWork::new(job.id, worker);
        if let Some((after, why)) = interrupted {
            work = work.interrupted_after(after, why);
        }
        let ports = self.ports.clone();
        let (import, undo) = (ImportJob::new(ports.clone()), UndoJob::new(ports.clone()));
        let validation = ListRevalidation::new(ports.store, ports.judge, ports.clock, ports.ids);
        let kinds: [&dyn Job; 3] = [&import, &undo, &validation];
        let kind = kinds
            .into_iter()
            .find(|kind| kind.kind().as_str() == job.kind);
        let kind = kind.expect("a job of imports");
        let scope = TenantScope::for_job(
            job.organization,
            kind.kind(),
            job.id,
            RequestId::from_uuid(a_unique_id()),
        );
        let now = FixedClock::START;
        if let Some(end) = &job.early_end {
            kind.wind_up(job, end, &scope).await.unwrap();
            let told = self.database.wound_up(job.id, worker, None, now).await;
            return told.unwrap();
        }
        let end = kind.run(job, &scope, &work).await;
        let outcome = match end {
            Ok(JobEnd::Completed(result)) => JobOutcome::Completed { result },
            Ok(JobEnd::Cancelled(result)) => JobOutcome::Cancelled { result },
            Ok(JobEnd::HandedBack) => {
                self.database.hand_back(job.id, worker, now).await.unwrap();
                return true;
            }
            Ok(JobEnd::Waits(_)) => panic!("it waits for nothing"),
            Err(JobFailure::Passing(error) | JobFailure::Lasting(error)) => {
                panic!("the job failed: {error}")
            }
            Err(JobFailure::LeaseLost) => panic!("the lease was lost"),
        };
        self.database
            .finish(job.id, worker, &outcome, now)
            .await
            .unwrap();
        true
    }

    /// The living contacts by address: status, display name, company and attributes.
    pub(super) async fn contact(&self, email: &str) -> Option<contacts::Contact> {
        let unit = self.unit().await;
        let found = unit.contacts().find_by_emails(&[email.to_owned()]).await;
        found.unwrap().pop()
    }

    pub(super) async fn members(&self, list: ContactListId) -> u64 {
        let unit = self.unit().await;
        let counted = unit.lists().find_counted(list).await.unwrap();
        counted.unwrap().counts.total()
    }

    pub(super) async fn rejected(&self, id: ContactImportId) -> Vec<(u64, &'static str)> {
        let page = self
            .imports
            .rejections(&self.scope, id, &PageRequest::first())
            .await
            .unwrap();
        page.items
            .iter()
            .map(|row| (row.line, row.code.as_str()))
            .collect()
    }

    /// Waits until somebody waits for somebody else's lock.
    pub(super) async fn wait_until_somebody_waits(&self) {
        let waiting =
            "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while self.count(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Counts rows as the superuser.
    pub(super) async fn count(&self, from: &str) -> i64 {
        use sqlx::Connection as _;
        let mut connection = sqlx::PgConnection::connect_with(&self.test.admin())
            .await
            .unwrap();
        let sql = format!("SELECT count(*) FROM {from}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }
}

pub(super) fn once<T>() -> Once<'static, T> {
    Once {
        request: None,
        render: &|_| StoredAnswer::Withheld { id: Uuid::nil() },
    }
}

pub(super) fn fresh<T>(done: Done<T>) -> T {
    match done {
        Done::Fresh(detail) => detail,
        Done::Replayed(_) => panic!("it was replayed"),
    }
}

/// What became of the rows: created, updated, unchanged, duplicates, rejected, suppressed.
pub(super) fn outcomes(import: &ContactImportState) -> [u64; 6] {
    assert_eq!(import.status, ImportStatus::Completed);
    let counts = &import.counts;
    [
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.duplicate_in_file,
        counts.rejected,
        counts.suppressed,
    ]
}

async fn found(database: &PostgresDatabase) -> OrganizationId {
    struct Subject(PostgresDatabase);
    #[async_trait::async_trait]
    impl tenancy::contract::Subject for Subject {
        async fn fresh() -> Self {
            unreachable!("there is one already")
        }
        fn store(&self) -> &dyn tenancy::ports::TenancyStore {
            &self.0
        }
        fn limiter(&self) -> &dyn kernel::RateLimiter {
            &self.0
        }
    }
    let tenant = tenancy::contract::Tenant::found(&Subject(database.clone())).await;
    tenant.organization.id()
}
