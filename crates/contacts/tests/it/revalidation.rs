//! Judging addresses again.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use contacts::ports::ContactStore as _;
use contacts::{
    Contact, ContactChange, ContactList, ContactRevalidation, ContactSource, Contacts,
    DisposableList, DomainFact, DomainLookup, Judge, Knowledge, ListCounts, ListRevalidation,
    ListStatus, NewContact, NewContactList, Profile, Rules, ValidationStatus, Validations,
};
use in_memory::MemoryDatabase;
use kernel::{
    Actor, ClaimedJob, Clock as _, ContactId, ContactListId, Credential, Done, EarlyEnd,
    IdGenerator as _, Interruption, Job, JobClaim, JobEnd, JobOutcome, JobStore as _, Once,
    OrganizationId, Origin, PageRequest, RequestId, SessionId, Stamps, TenantScope, UserId,
};
use serde_json::json;
use testkit::{FixedClock, SequentialIds, StagedWork, TestKeys, a_unique_id};

const LEASE: time::Duration = time::Duration::minutes(1);

/// Name servers that say what they are told to.
#[derive(Default)]
pub(crate) struct Told(Mutex<HashMap<String, DomainFact>>);

impl Told {
    pub(crate) fn tell(&self, domain: &str, fact: DomainFact) {
        self.0.lock().unwrap().insert(domain.to_owned(), fact);
    }
}

#[async_trait]
impl DomainLookup for Told {
    async fn look_up(
        &self,
        domains: &BTreeSet<String>,
        _: Duration,
    ) -> HashMap<String, DomainFact> {
        let told = self.0.lock().unwrap();
        let fact = |domain: &String| told.get(domain).copied().unwrap_or(DomainFact::Mx);
        domains
            .iter()
            .map(|domain| (domain.clone(), fact(domain)))
            .collect()
    }

    fn is_on(&self) -> bool {
        true
    }
}

struct World {
    database: MemoryDatabase,
    clock: FixedClock,
    ids: Arc<SequentialIds>,
    told: Arc<Told>,
    judge: Judge,
    scope: TenantScope,
}

impl World {
    fn new() -> Self {
        let told = Arc::new(Told::default());
        let judge = Judge::new(
            Arc::new(TestKeys::default()),
            told.clone(),
            Arc::new(DisposableList::default()),
        );
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        let actor = Actor::User(UserId::from_uuid(a_unique_id()), session);
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let organization = OrganizationId::from_uuid(a_unique_id());
        Self {
            database: MemoryDatabase::new(),
            clock: FixedClock::default(),
            ids: Arc::new(SequentialIds::default()),
            told,
            judge,
            scope: TenantScope::for_principal(organization, actor, origin),
        }
    }

    fn validations(&self) -> Validations {
        Validations::new(
            Arc::new(self.database.clone()),
            self.judge.clone(),
            Arc::new(self.clock.clone()),
            self.ids.clone(),
        )
    }

    /// A list whose members nobody has looked up yet.
    async fn list(&self, addresses: &[String]) -> (ContactListId, Vec<ContactId>) {
        let at = self.clock.now();
        let organization = self.scope.organization();
        let unit = self.database.begin(&self.scope).await.unwrap();
        let contacts = addresses
            .iter()
            .map(|address| {
                let new = NewContact {
                    email: address.parse().unwrap(),
                    profile: Profile::default(),
                    source: ContactSource::Api,
                };
                let known = Knowledge::default();
                let judged = self.judge.judge(&new.email, &known, &Rules::default(), at);
                let id = ContactId::from_uuid(self.ids.next());
                Contact::register(id, organization, new, judged, None, Stamps::new(at, None))
            })
            .collect::<Vec<_>>();
        unit.contacts().insert_many(&contacts).await.unwrap();
        let new = NewContactList {
            name: "Leads".parse().unwrap(),
            description: "".parse().unwrap(),
            source: ContactSource::Manual,
        };
        let id = ContactListId::from_uuid(self.ids.next());
        let list = ContactList::open(id, organization, new, at, None);
        unit.lists().insert(&list).await.unwrap();
        let ids = contacts.iter().map(Contact::id).collect::<Vec<_>>();
        unit.list_members().add(id, &ids, None, at).await.unwrap();
        unit.commit().await.unwrap();
        (id, ids)
    }

    async fn validate(&self, list: ContactListId) {
        let render = |_: &_| kernel::StoredAnswer::Withheld { id: a_unique_id() };
        let once = Once {
            request: None,
            render: &render,
        };
        let validations = self.validations();
        let done = validations.validate_list(&self.scope, list, &once).await;
        assert!(matches!(done, Ok(Done::Fresh(_))));
    }

    /// Takes the next job that is due.
    async fn claim(&self) -> Option<(ClaimedJob, uuid::Uuid)> {
        let worker = a_unique_id();
        let claim = JobClaim {
            worker,
            now: self.clock.now(),
            lease: LEASE,
            limit: 1,
            reserved: 0,
        };
        let mut claimed = self.database.claim(&claim).await.unwrap();
        claimed.pop().map(|job| (job, worker))
    }

    /// Works on the next job until it ends or is interrupted.
    async fn work(&self, interruption: Option<(usize, Interruption)>) -> JobEnd {
        let (job, worker) = self.claim().await.expect("a job is due");
        self.work_on(&job, worker, interruption).await
    }

    async fn work_on(
        &self,
        job: &ClaimedJob,
        worker: uuid::Uuid,
        interruption: Option<(usize, Interruption)>,
    ) -> JobEnd {
        let mut staged = StagedWork::new(job.id, worker);
        if let Some((after, why)) = interruption {
            staged = staged.interrupted_after(after, why);
        }
        let store = Arc::new(self.database.clone());
        let (judge, clock) = (self.judge.clone(), Arc::new(self.clock.clone()));
        let kinds: [Box<dyn Job>; 2] = [
            Box::new(ListRevalidation::new(
                store.clone(),
                judge.clone(),
                clock.clone(),
                self.ids.clone(),
            )),
            Box::new(ContactRevalidation::new(
                store,
                judge,
                clock,
                self.ids.clone(),
            )),
        ];
        let kind = kinds.iter().find(|kind| kind.kind().as_str() == job.kind);
        let revalidation = kind.expect("a job of a kind that there is");
        let scope = TenantScope::for_job(
            job.organization,
            revalidation.kind(),
            job.id,
            RequestId::from_uuid(a_unique_id()),
        );
        let end = revalidation.run(job, &scope, &staged).await.unwrap();
        let now = self.clock.now();
        match &end {
            JobEnd::HandedBack => self.database.hand_back(job.id, worker, now).await,
            JobEnd::Completed(result) | JobEnd::Cancelled(result) => {
                let outcome = JobOutcome::Completed {
                    result: result.clone(),
                };
                self.database.finish(job.id, worker, &outcome, now).await
            }
            JobEnd::Waits(_) => panic!("it waits for nothing"),
        }
        .unwrap();
        end
    }

    async fn counted(&self, list: ContactListId) -> (ListStatus, ListCounts) {
        let unit = self.database.begin(&self.scope).await.unwrap();
        let counted = unit.lists().find_counted(list).await.unwrap().unwrap();
        (counted.list.state().status, counted.counts)
    }

    async fn times_judged(&self, contact: ContactId) -> usize {
        let validations = self.validations();
        let first = PageRequest::first();
        let history = validations.history(&self.scope, contact, &first).await;
        history.unwrap().items.len()
    }
}

fn addresses(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("p{n}@firm{n}.de")).collect()
}

#[tokio::test]
async fn a_list_is_judged_again_and_its_counts_follow() {
    let world = World::new();
    let (list, members) = world.list(&addresses(3)).await;
    world.told.tell("firm1.de", DomainFact::NotFound);
    world.validate(list).await;
    assert_eq!(world.counted(list).await.0, ListStatus::Validating);

    let end = world.work(None).await;

    let expected = json!({ "judged": 3, "changed": 3, "unanswered": 0 });
    assert_eq!(end, JobEnd::Completed(Some(expected)));
    let (status, counts) = world.counted(list).await;
    assert_eq!(status, ListStatus::Validated);
    assert_eq!((counts.valid, counts.nonexistent), (2, 1));
    for member in members {
        assert_eq!(world.times_judged(member).await, 1);
    }
    let summary = world
        .validations()
        .summary(&world.scope, list)
        .await
        .unwrap();
    let domain = summary
        .iter()
        .filter(|count| count.rule == contacts::RuleType::Domain)
        .map(|count| (count.result.as_str(), count.contacts))
        .collect::<Vec<_>>();
    assert_eq!(domain, [("pass", 2), ("fail", 1)]);
}

#[tokio::test]
async fn work_that_stops_goes_on_behind_the_last_batch_and_judges_nobody_twice() {
    let world = World::new();
    let (list, members) = world.list(&addresses(1_500)).await;
    world.validate(list).await;

    let stopped = world.work(Some((2, Interruption::Stopping))).await;
    let halfway = world.counted(list).await.0;
    let end = world.work(None).await;

    assert_eq!(stopped, JobEnd::HandedBack);
    assert_eq!(halfway, ListStatus::Validating);
    let expected = json!({ "judged": 1_500, "changed": 1_500, "unanswered": 0 });
    assert_eq!(end, JobEnd::Completed(Some(expected)));
    for member in [members[0], members[999], members[1_000], members[1_499]] {
        assert_eq!(world.times_judged(member).await, 1);
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_judges_nobody() {
    let world = World::new();
    let (list, members) = world.list(&addresses(1)).await;
    world.validate(list).await;
    let (job, _) = world.claim().await.unwrap();
    world.clock.advance(LEASE * 2);

    let end = world.work(None).await;

    assert!(matches!(end, JobEnd::Completed(_)));
    assert_eq!(
        world.database.look_up(job.id).await.unwrap().unwrap().id,
        job.id
    );
    assert_eq!(world.times_judged(members[0]).await, 1);
}

#[tokio::test]
async fn domains_without_an_answer_leave_their_addresses_pending_and_are_asked_again_later() {
    let world = World::new();
    let (list, members) = world.list(&addresses(2)).await;
    world.told.tell("firm0.de", DomainFact::Timeout);
    world.validate(list).await;

    world.work(None).await;
    let (_, first) = world.counted(list).await;
    let too_early = world.claim().await.is_some();
    world.told.tell("firm0.de", DomainFact::Mx);
    world.clock.advance(time::Duration::minutes(10));
    let end = world.work(None).await;

    assert_eq!((first.pending, first.valid), (1, 1));
    assert!(!too_early);
    let expected = json!({ "judged": 1, "changed": 1, "unanswered": 0 });
    assert_eq!(end, JobEnd::Completed(Some(expected)));
    assert_eq!(world.counted(list).await.1.valid, 2);
    assert_eq!(world.times_judged(members[1]).await, 1);
    assert!(world.claim().await.is_none());
}

#[tokio::test]
async fn whoever_waits_for_an_answer_is_asked_about_again_whatever_else_makes_them_risky() {
    let world = World::new();
    let texts = ["info@firm0.de", "ada@firm0.de", "ada@firm1.de"].map(str::to_owned);
    let (list, members) = world.list(&texts).await;
    world.told.tell("firm0.de", DomainFact::Timeout);
    world.validate(list).await;

    let first = world.work(None).await;
    let (_, unanswered) = world.counted(list).await;
    world.clock.advance(time::Duration::minutes(10));
    world.told.tell("firm0.de", DomainFact::NotFound);
    let again = world.work(None).await;

    let told = |judged, changed, unanswered| {
        let result = json!({ "judged": judged, "changed": changed, "unanswered": unanswered });
        JobEnd::Completed(Some(result))
    };
    assert_eq!(first, told(3, 3, 2));
    assert_eq!((unanswered.risky, unanswered.pending), (1, 1));
    assert_eq!(again, told(2, 2, 0));
    let (_, counts) = world.counted(list).await;
    assert_eq!((counts.nonexistent, counts.valid), (2, 1));
    assert_eq!(world.times_judged(members[2]).await, 1);
    assert!(world.claim().await.is_none());
}

#[tokio::test]
async fn name_servers_that_stay_silent_are_asked_three_more_times() {
    let world = World::new();
    let (list, _) = world.list(&addresses(1)).await;
    world.told.tell("firm0.de", DomainFact::Timeout);
    world.validate(list).await;

    let mut tries = 0;
    for _ in 0..10 {
        if world.counted(list).await.0 == ListStatus::Validating || tries > 0 {
            let Some((job, worker)) = world.claim().await else {
                break;
            };
            world
                .database
                .hand_back(job.id, worker, world.clock.now())
                .await
                .unwrap();
            world.work(None).await;
            tries += 1;
            world.clock.advance(time::Duration::hours(1));
        }
    }

    assert_eq!(tries, 4);
    assert_eq!(world.counted(list).await.1.pending, 1);
}

#[tokio::test]
async fn contacts_whose_name_servers_did_not_answer_are_judged_again_later() {
    let world = World::new();
    let contacts = Contacts::new(
        Arc::new(world.database.clone()),
        Arc::new(world.clock.clone()),
        world.ids.clone(),
        world.judge.clone(),
    );
    world.told.tell("firm0.de", DomainFact::Timeout);
    let new = |email: &str| {
        let new = NewContact {
            email: email.parse().unwrap(),
            profile: Profile::default(),
            source: ContactSource::Api,
        };
        (new, ContactChange::default())
    };
    let wanted = ["a@firm0.de", "b@firm0.de", "c@firm1.de"].map(new).into();
    let render = |_: &_| kernel::StoredAnswer::Withheld { id: a_unique_id() };
    let once = Once {
        request: None,
        render: &render,
    };
    contacts
        .save_many(&world.scope, Ok(wanted), &once)
        .await
        .unwrap();

    let too_early = world.claim().await.is_some();
    world.clock.advance(time::Duration::minutes(10));
    let still_silent = world.work(None).await;
    world.clock.advance(time::Duration::minutes(20));
    world.told.tell("firm0.de", DomainFact::Mx);
    let (job, worker) = world.claim().await.unwrap();
    let end = world.work_on(&job, worker, None).await;
    let killed_at_the_end = ClaimedJob {
        checkpoint: Some(json!({ "judged": 2 })),
        ..job
    };
    let end_after_that = world.work_on(&killed_at_the_end, worker, None).await;

    let told = |judged, changed, unanswered| {
        let result = json!({ "judged": judged, "changed": changed, "unanswered": unanswered });
        JobEnd::Completed(Some(result))
    };
    assert!(!too_early);
    assert_eq!(still_silent, told(2, 0, 2));
    assert_eq!(end, told(2, 2, 0));
    let repeated = JobEnd::Completed(Some(json!({ "judged": 2 })));
    assert_eq!(end_after_that, repeated);
    assert!(world.claim().await.is_none());
}

#[tokio::test]
async fn work_that_is_cancelled_leaves_the_list_failed_and_what_was_judged_judged() {
    let world = World::new();
    let (list, members) = world.list(&addresses(1_200)).await;
    world.validate(list).await;

    let end = world.work(Some((2, Interruption::Cancelled))).await;

    let expected = json!({ "judged": 1_000, "changed": 1_000, "unanswered": 0 });
    assert_eq!(end, JobEnd::Cancelled(Some(expected)));
    assert_eq!(world.counted(list).await.0, ListStatus::Failed);
    assert_eq!(world.times_judged(members[0]).await, 1);
    assert_eq!(world.times_judged(members[1_199]).await, 0);
}

#[tokio::test]
async fn a_contact_is_judged_again_by_what_is_known_now() {
    let world = World::new();
    let (_, members) = world.list(&addresses(1)).await;
    world.told.tell("firm0.de", DomainFact::NullMx);
    let render = |_: &Contact| kernel::StoredAnswer::Withheld { id: a_unique_id() };
    let once = Once {
        request: None,
        render: &render,
    };

    let done = world
        .validations()
        .validate_contact(&world.scope, members[0], &once)
        .await
        .unwrap();

    let Done::Fresh(contact) = done else {
        panic!("nobody asked for this before");
    };
    assert_eq!(
        contact.state().validation.status,
        ValidationStatus::Nonexistent
    );
    assert_eq!(world.times_judged(members[0]).await, 1);
    let told = world.database.audit_entries(world.scope.organization());
    assert_eq!(told.last().unwrap().entity, Some(members[0].as_uuid()));
}

impl World {
    async fn cancel_all(&self) {
        let unit = self.database.begin(&self.scope).await.unwrap();
        let filter = kernel::JobFilter::default();
        let jobs = unit.jobs().list(&filter, &PageRequest::first()).await;
        for job in jobs.unwrap().items {
            unit.jobs().cancel(job.id, self.clock.now()).await.unwrap();
        }
        unit.commit().await.unwrap();
    }

    /// Winds up the job that ended before its time.
    async fn wind_up(&self) -> EarlyEnd {
        let (job, _) = self.claim().await.expect("something is left");
        let end = job.early_end.clone().expect("it has ended");
        let revalidation = ListRevalidation::new(
            Arc::new(self.database.clone()),
            self.judge.clone(),
            Arc::new(self.clock.clone()),
            self.ids.clone(),
        );
        let request = RequestId::from_uuid(a_unique_id());
        let scope = TenantScope::for_job(job.organization, revalidation.kind(), job.id, request);
        revalidation.wind_up(&job, &end, &scope).await.unwrap();
        end
    }
}

#[tokio::test]
async fn a_validation_that_is_cancelled_while_it_waits_leaves_the_list_failed() {
    let world = World::new();
    let (list, _) = world.list(&addresses(1)).await;
    world.validate(list).await;

    world.cancel_all().await;
    assert_eq!(world.counted(list).await.0, ListStatus::Validating);

    assert_eq!(world.wind_up().await, EarlyEnd::Cancelled);
    assert_eq!(world.counted(list).await.0, ListStatus::Failed);
}

#[tokio::test]
async fn a_validation_that_is_given_up_leaves_the_list_failed() {
    let world = World::new();
    let (list, _) = world.list(&addresses(1)).await;
    world.validate(list).await;
    let (job, worker) = world.claim().await.unwrap();
    let outcome = JobOutcome::Failed {
        error: "panicked".to_owned(),
    };
    let now = world.clock.now();
    let told = world.database.finish(job.id, worker, &outcome, now).await;
    assert!(told.unwrap());

    let end = world.wind_up().await;

    assert_eq!(end, EarlyEnd::Failed("panicked".to_owned()));
    assert_eq!(world.counted(list).await.0, ListStatus::Failed);
}

#[tokio::test]
async fn risky_addresses_whose_name_servers_did_not_answer_are_asked_about_again_as_well() {
    let world = World::new();
    let (list, members) = world.list(&["info@firm0.de".to_owned()]).await;
    world.told.tell("firm0.de", DomainFact::Timeout);
    world.validate(list).await;
    world.work(None).await;
    assert_eq!(world.counted(list).await.1.risky, 1);

    world.told.tell("firm0.de", DomainFact::NotFound);
    world.clock.advance(time::Duration::minutes(10));
    world.work(None).await;

    assert_eq!(world.counted(list).await.1.nonexistent, 1);
    assert_eq!(world.times_judged(members[0]).await, 2);
}
