//! Bulk operations on PostgreSQL: several at once on the same contacts.

use std::sync::Arc;

use contacts::ports::{ContactStore, ContactUnit};
use contacts::{
    BulkContacts, BulkDeed, BulkJob, Contact, ContactError, ContactFilter, ContactList,
    ContactSource, ContactText, Contacts, DeletedContact, Judge, Knowledge, NewContact,
    NewContactList, Profile, ProfileChange, RestoredContact, Rules,
};
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{
    Actor, ClaimedJob, Clock as _, ContactId, ContactListId, Credential, Done, IdGenerator as _,
    Job as _, JobClaim, JobEnd, JobId, JobStore as _, Once, OrganizationId, Origin, Patch,
    RequestId, SessionId, Stamps, StorageError, StoredAnswer, TenantScope, UserId,
};
use serde_json::{Value, json};
use sqlx::Connection as _;
use testkit::{FixedClock, StagedWork, TestDatabase, TestKeys, a_unique_id};
use time::Duration;
use uuid::Uuid;

use super::at_once::somebody_waits;

/// How many contacts there are: many batches.
const CONTACTS: usize = 1_200;

struct Desk {
    test: TestDatabase,
    database: PostgresDatabase,
    ids: Arc<SystemIds>,
    scope: TenantScope,
}

impl Desk {
    async fn open() -> Self {
        let test = TestDatabase::fresh().await;
        let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
        let organization = found(&database).await;
        let user = UserId::from_uuid(a_unique_id());
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        let desk = Self {
            test,
            database,
            ids: Arc::new(SystemIds::default()),
            scope: TenantScope::for_principal(
                organization,
                Actor::User(user, session),
                Origin::internal(RequestId::from_uuid(a_unique_id())),
            ),
        };
        desk.fill().await;
        desk
    }

    async fn unit(&self) -> Box<dyn ContactUnit> {
        let unit = ContactStore::begin(&self.database, &self.scope).await;
        unit.unwrap()
    }

    fn a_contact(&self, judge: &Judge, email: &str) -> Contact {
        let (known, at) = (Knowledge::default(), FixedClock::START);
        let new = NewContact {
            email: email.parse().unwrap(),
            profile: Profile {
                company: ContactText::lossy("Before the Fire"),
                ..Profile::default()
            },
            source: ContactSource::Api,
        };
        let judged = judge.judge(&new.email, &known, &Rules::default(), at);
        let id = ContactId::from_uuid(self.ids.next());
        let organization = self.scope.organization();
        Contact::register(id, organization, new, judged, None, Stamps::new(at, None))
    }

    async fn fill(&self) {
        let judge = Judge::offline(Arc::new(TestKeys::default()));
        let contacts = (0..CONTACTS).map(|n| self.a_contact(&judge, &format!("p{n}@firm{n}.de")));
        let contacts = contacts.collect::<Vec<_>>();
        let unit = self.unit().await;
        unit.contacts().insert_many(&contacts).await.unwrap();
        unit.commit().await.unwrap();
    }

    async fn a_list(&self, name: &str) -> ContactListId {
        let new = NewContactList {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
            source: ContactSource::Manual,
        };
        let id = ContactListId::from_uuid(self.ids.next());
        let organization = self.scope.organization();
        let list = ContactList::open(id, organization, new, FixedClock::START, None);
        let unit = self.unit().await;
        unit.lists().insert(&list).await.unwrap();
        unit.commit().await.unwrap();
        id
    }

    /// Asks for these, which are claimed by a worker each.
    async fn ask(&self, deeds: impl IntoIterator<Item = (BulkDeed, ContactFilter)>) -> Vec<Task> {
        let store = Arc::new(self.database.clone());
        let clock = Arc::new(FixedClock::default());
        let bulk = BulkContacts::new(store, clock, self.ids.clone());
        let once = Once {
            request: None,
            render: &|_| StoredAnswer::Withheld { id: Uuid::nil() },
        };
        let mut tasks = Vec::new();
        for (deed, filter) in deeds {
            let scope = &self.scope;
            let asked = match deed {
                BulkDeed::Delete => bulk.delete(scope, Ok(filter), &once).await,
                BulkDeed::Update(change) => bulk.update(scope, Ok((filter, change)), &once).await,
                BulkDeed::AddToList(list) => bulk.add_to_list(scope, list, Ok(filter), &once).await,
                BulkDeed::RemoveFromList(list) => {
                    bulk.remove_from_list(scope, list, Ok(filter), &once).await
                }
            };
            assert!(matches!(asked, Ok(Done::Fresh(_))));
            let claim = JobClaim {
                worker: a_unique_id(),
                now: FixedClock::default().now(),
                lease: Duration::minutes(1),
                limit: 1,
                reserved: 0,
            };
            let job = self.database.claim(&claim).await.unwrap().pop().unwrap();
            tasks.push(Task {
                job,
                worker: claim.worker,
            });
        }
        tasks
    }

    /// Carries it out, and tells how many were matched, changed and unchanged.
    async fn work(&self, task: &Task) -> [u64; 3] {
        let store = Arc::new(self.database.clone());
        let clock = Arc::new(FixedClock::default());
        let bulk = BulkJob::new(store, clock, self.ids.clone()).in_batches_of(50);
        let run = RequestId::from_uuid(a_unique_id());
        let (job, organization) = (&task.job, self.scope.organization());
        let scope = TenantScope::for_job(organization, bulk.kind(), job.id, run);
        let staged = StagedWork::new(job.id, task.worker);
        let end = bulk.run(job, &scope, &staged).await;
        let Ok(JobEnd::Completed(Some(result))) = end else {
            panic!("{end:?}");
        };
        ["matched", "changed", "unchanged"].map(|name| result[name].as_u64().unwrap())
    }

    /// What the superuser reads.
    async fn read(&self, sql: &str) -> Value {
        let mut connection = sqlx::PgConnection::connect_with(&self.test.admin())
            .await
            .unwrap();
        let sql = format!("SELECT jsonb_agg(r.*) FROM ({sql}) r");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }

    /// How many entries the job left, and about how many things.
    async fn told(&self, job: JobId) -> Value {
        let sql = format!(
            "SELECT count(*) AS entries, count(DISTINCT entity_id) AS things FROM audit_logs \
             WHERE batch_id = '{job}'"
        );
        self.read(&sql).await[0].clone()
    }
}

struct Task {
    job: ClaimedJob,
    worker: Uuid,
}

fn called(name: &str) -> BulkDeed {
    BulkDeed::Update(ProfileChange {
        company: Patch::Set(ContactText::lossy(name)),
        ..ProfileChange::default()
    })
}

fn searched(q: &str) -> ContactFilter {
    ContactFilter {
        search: q.parse().ok(),
        ..ContactFilter::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deletions_at_once_delete_each_contact_once() {
    let desk = Desk::open().await;
    let all = CONTACTS as u64;
    let everybody = || (BulkDeed::Delete, ContactFilter::default());
    let tasks = desk.ask([everybody(), everybody()]).await;

    let (one, other) = tokio::join!(desk.work(&tasks[0]), desk.work(&tasks[1]));

    assert_eq!(one[1] + other[1], all, "{one:?} {other:?}");
    assert_eq!((one[2], other[2]), (0, 0));
    let (told, more) = (
        desk.told(tasks[0].job.id).await,
        desk.told(tasks[1].job.id).await,
    );
    for (told, [_, changed, _]) in [(told, one), (more, other)] {
        assert_eq!(told, json!({ "entries": changed, "things": changed }));
    }
    let sql =
        "SELECT version, count(*) FROM contacts WHERE deleted_at IS NOT NULL GROUP BY version";
    let expected = json!([{ "version": 2, "count": all }]);
    assert_eq!(desk.read(sql).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_and_lists_at_once_reach_everybody_once_each() {
    let desk = Desk::open().await;
    let all = CONTACTS as u64;
    let list = desk.a_list("Leads").await;
    let everybody = ContactFilter::default;
    let tasks = desk
        .ask([
            (called("After the Fire"), searched("fire")),
            (BulkDeed::AddToList(list), everybody()),
            (BulkDeed::AddToList(list), searched("fire")),
            (called("Elsewhere"), searched("-nobody")),
        ])
        .await;

    let done = tokio::join!(
        desk.work(&tasks[0]),
        desk.work(&tasks[1]),
        desk.work(&tasks[2]),
        desk.work(&tasks[3])
    );

    // Who is elsewhere already when the search for the fire comes by is not reached by it.
    assert!(done.0[0] <= all && done.2[0] <= all, "{done:?}");
    assert_eq!(done.1[0], all);
    assert_eq!(done.1[1] + done.2[1], all, "each came onto the list once");
    assert_eq!(done.3, [all, all, 0]);
    for (task, [_, changed, _]) in tasks.iter().zip([done.0, done.1, done.2, done.3]) {
        let told = desk.told(task.job.id).await;
        assert_eq!(told, json!({ "entries": changed, "things": changed }));
    }
    let sql = "SELECT count(*) AS members, (SELECT sum(valid) FROM contact_list_counts) AS counted \
               FROM contact_list_members WHERE deleted_at IS NULL";
    let expected = json!([{ "members": all, "counted": all }]);
    assert_eq!(desk.read(sql).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_restores_a_contact_while_another_takes_its_address_may_try_again() {
    let desk = Desk::open().await;
    let store = Arc::new(desk.database.clone());
    let clock = Arc::new(FixedClock::default());
    let judge = Judge::offline(Arc::new(TestKeys::default()));
    let contacts = Contacts::new(store, clock, desk.ids.clone(), judge.clone());
    let emails = ["p1@firm1.de", "p2@firm2.de"].map(str::to_owned);
    let unit = desk.unit().await;
    let gone = unit.contacts().find_by_emails(&emails).await.unwrap();
    unit.commit().await.unwrap();
    let gone = gone.iter().map(Contact::id).collect::<Vec<_>>();
    let deleted = contacts.delete_many(&desk.scope, Ok(gone.clone())).await;
    let deleted = deleted.unwrap();
    assert!(
        deleted
            .iter()
            .all(|(_, outcome)| *outcome == DeletedContact::Deleted)
    );

    let other = desk.a_contact(&judge, "p1@firm1.de");
    let unit = desk.unit().await;
    unit.contacts().insert(&other).await.unwrap();
    let restoring = {
        let (contacts, scope, gone) = (contacts.clone(), desk.scope.clone(), gone.clone());
        tokio::spawn(async move { contacts.restore_many(&scope, Ok(gone)).await })
    };
    somebody_waits(&desk.test).await;
    unit.commit().await.unwrap();

    let refused = restoring.await.unwrap();
    assert!(
        matches!(
            refused,
            Err(ContactError::Storage(StorageError::Contended(_)))
        ),
        "{refused:?}"
    );
    let again = contacts.restore_many(&desk.scope, Ok(gone)).await.unwrap();
    let outcomes = again.into_iter().map(|(_, outcome)| outcome);
    let taken = RestoredContact::EmailTaken(other.id());
    let expected = [taken, RestoredContact::Restored];
    assert_eq!(outcomes.collect::<Vec<_>>(), expected);
}

pub(super) async fn found(database: &PostgresDatabase) -> OrganizationId {
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
