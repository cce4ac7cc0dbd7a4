//! One deed on all contacts that a filter lets through.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use contacts::ports::ContactStore as _;
use contacts::{
    Attributes, AttributesChange, BulkContacts, BulkDeed, BulkJob, BulkStatus, Contact,
    ContactBulkOperation, ContactFilter, ContactSort, ContactSource, ContactText, NewContactList,
    NewSuppressions, ProfileChange, SuppressionReason,
};
use kernel::{
    ClaimedJob, Clock as _, ContactId, ContactListId, EarlyEnd, Expected, Interruption, Job as _,
    JobClaim, JobEnd, JobId, JobStore as _, PageRequest, Patch, RequestId, TenantScope,
};
use serde_json::{Value, json};
use testkit::{StagedWork, a_unique_id};

use crate::world::{World, fresh, new, once};

const LEASE: time::Duration = time::Duration::minutes(1);

/// The use cases, and a worker that carries out what they ask for, three contacts at a time.
struct Desk {
    world: World,
    bulk: BulkContacts,
    job: BulkJob,
}

impl Desk {
    fn new() -> Self {
        let world = World::new();
        let store = Arc::new(world.database.clone());
        let time = Arc::new(world.clock.clone());
        let bulk = BulkContacts::new(store.clone(), time.clone(), world.ids.clone());
        let job = BulkJob::new(store, time, world.ids.clone()).in_batches_of(3);
        Self { world, bulk, job }
    }

    async fn add(&self, emails: impl IntoIterator<Item = String>) -> Vec<ContactId> {
        let mut ids = Vec::new();
        for email in emails {
            let created = self
                .world
                .contacts
                .create(&self.world.scope, Ok(new(&email)), &once())
                .await;
            ids.push(fresh(created.unwrap()).contact().id());
        }
        ids
    }

    async fn add_list(&self, name: &str) -> ContactListId {
        let list = NewContactList {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
            source: ContactSource::Manual,
        };
        let created = self
            .world
            .lists
            .create(&self.world.scope, Ok(list), &once())
            .await;
        fresh(created.unwrap()).list.id()
    }

    async fn ask(&self, deed: BulkDeed, filter: ContactFilter) -> JobId {
        let (scope, once) = (&self.world.scope, &once());
        let asked = match deed {
            BulkDeed::Delete => self.bulk.delete(scope, Ok(filter), once).await,
            BulkDeed::Update(change) => self.bulk.update(scope, Ok((filter, change)), once).await,
            BulkDeed::AddToList(list) => self.bulk.add_to_list(scope, list, Ok(filter), once).await,
            BulkDeed::RemoveFromList(list) => {
                self.bulk
                    .remove_from_list(scope, list, Ok(filter), once)
                    .await
            }
        };
        fresh(asked.unwrap()).id()
    }

    async fn claim(&self) -> (ClaimedJob, uuid::Uuid) {
        let claim = JobClaim {
            worker: a_unique_id(),
            now: self.world.clock.now(),
            lease: LEASE,
            limit: 1,
            reserved: 0,
        };
        let mut claimed = self.world.database.claim(&claim).await.unwrap();
        (claimed.pop().expect("a job is due"), claim.worker)
    }

    /// Works on the next job until it ends or is interrupted, as a worker that dies then would.
    async fn work(&self, interruption: Option<(usize, Interruption)>) -> JobEnd {
        let (job, worker) = self.claim().await;
        let mut staged = StagedWork::new(job.id, worker);
        if let Some((after, why)) = interruption {
            staged = staged.interrupted_after(after, why);
        }
        let run = RequestId::from_uuid(a_unique_id());
        let scope = TenantScope::for_job(job.organization, self.job.kind(), job.id, run);
        let end = self.job.run(&job, &scope, &staged).await.unwrap();
        if end == JobEnd::HandedBack {
            let now = self.world.clock.now();
            self.world
                .database
                .hand_back(job.id, worker, now)
                .await
                .unwrap();
        }
        end
    }

    async fn operation(&self, id: JobId) -> ContactBulkOperation {
        let unit = self.world.database.begin(&self.world.scope).await.unwrap();
        unit.bulk_operations().find(id).await.unwrap().unwrap()
    }

    async fn matching(&self, filter: ContactFilter) -> Vec<Contact> {
        let (first, sort) = (PageRequest::first(), ContactSort::Created);
        let contacts = &self.world.contacts;
        let page = contacts
            .list(&self.world.scope, &filter, sort, &first)
            .await;
        let cards = page.unwrap().items.into_iter();
        cards.map(|card| card.contact().clone()).collect()
    }

    /// The log's entries of this batch: kind of thing, action and which.
    fn told(&self, batch: JobId) -> Vec<(String, &'static str, uuid::Uuid)> {
        let log = self.world.log().into_iter();
        log.filter(|entry| entry.batch == Some(batch.as_uuid()))
            .map(|entry| {
                (
                    entry.entity_type,
                    entry.action.as_str(),
                    entry.entity.unwrap(),
                )
            })
            .collect()
    }
}

fn searched(q: &str) -> ContactFilter {
    ContactFilter {
        search: q.parse().ok(),
        ..ContactFilter::default()
    }
}

fn addresses(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|n| format!("p{n}@firm{n}.de"))
}

fn counts(matched: u64, changed: u64, unchanged: u64) -> JobEnd {
    JobEnd::Completed(Some(told_counts(matched, changed, unchanged)))
}

fn told_counts(matched: u64, changed: u64, unchanged: u64) -> Value {
    json!({ "matched": matched, "changed": changed, "unchanged": unchanged, "refused": 0 })
}

fn called(name: &str) -> ProfileChange {
    ProfileChange {
        company: Patch::Set(ContactText::lossy(name)),
        ..ProfileChange::default()
    }
}

#[tokio::test]
async fn contacts_that_fit_are_deleted_and_each_is_told_in_the_batch_of_the_job() {
    let desk = Desk::new();
    let gone = desk.add(addresses(7)).await;
    let kept = desk.add(["ada@example.com".to_owned()]).await;

    let id = desk.ask(BulkDeed::Delete, searched("-example.com")).await;
    let end = desk.work(None).await;

    assert_eq!(end, counts(7, 7, 0));
    let living = desk.matching(ContactFilter::default()).await;
    assert_eq!(living.iter().map(Contact::id).collect::<Vec<_>>(), kept);
    let expected = gone
        .iter()
        .map(|contact| ("contact".to_owned(), "delete", contact.as_uuid()));
    assert_eq!(desk.told(id), expected.collect::<Vec<_>>());
    let deleted = ContactFilter {
        deleted: true,
        ..ContactFilter::default()
    };
    for contact in desk.matching(deleted).await {
        let by = contact.state().stamps.updated_by;
        assert_eq!(by, desk.world.scope.actor().user(), "whoever asked did it");
    }
}

#[tokio::test]
async fn what_was_asked_for_is_forgotten_at_the_end_and_stands_nowhere_else() {
    let desk = Desk::new();
    desk.add(addresses(4)).await;
    let filter = searched("firm1.de");
    let id = desk
        .ask(
            BulkDeed::Update(called("Analytical Engines")),
            filter.clone(),
        )
        .await;
    let waiting = desk.operation(id).await;
    assert_eq!(waiting.state().filter, Some(filter));
    let asked = desk.world.log().pop().unwrap();
    assert_eq!(asked.reason.as_deref(), Some("q=…"));

    let (job, worker) = desk.claim().await;
    assert_eq!(job.payload, json!({ "operation_id": id }));
    let now = desk.world.clock.now();
    desk.world
        .database
        .hand_back(job.id, worker, now)
        .await
        .unwrap();
    assert_eq!(desk.work(None).await, counts(1, 1, 0));

    let ended = desk.operation(id).await;
    let state = ended.state();
    assert_eq!((&state.filter, &state.changes), (&None, &None));
    assert_eq!(
        (state.status, state.counts.changed),
        (BulkStatus::Completed, 1)
    );
    let told = desk.world.log().pop().unwrap();
    assert_eq!(
        (told.entity_type.as_str(), told.action.as_str()),
        ("contact_bulk_operation", "complete")
    );
    let names = told.changes.names().collect::<Vec<_>>();
    assert_eq!(names, ["changed", "matched", "status"]);
}

#[tokio::test]
async fn contacts_that_are_made_after_it_was_asked_for_are_left_alone() {
    let desk = Desk::new();
    desk.add(addresses(2)).await;
    desk.ask(BulkDeed::Delete, ContactFilter::default()).await;
    let late = desk.add(["late@example.com".to_owned()]).await;

    assert_eq!(desk.work(None).await, counts(2, 2, 0));

    let living = desk.matching(ContactFilter::default()).await;
    assert_eq!(living.iter().map(Contact::id).collect::<Vec<_>>(), late);
}

#[tokio::test]
async fn a_change_that_moves_contacts_out_of_the_filter_or_into_it_reaches_each_once() {
    let desk = Desk::new();
    desk.add(addresses(10)).await;
    let all = desk
        .ask(
            BulkDeed::Update(called("Old Name")),
            ContactFilter::default(),
        )
        .await;
    assert_eq!(desk.work(None).await, counts(10, 10, 0));

    let out = desk
        .ask(
            BulkDeed::Update(called("New Name")),
            searched("\"old name\""),
        )
        .await;
    assert_eq!(desk.work(None).await, counts(10, 10, 0));
    let same = desk
        .ask(
            BulkDeed::Update(called("New Name")),
            searched("\"new name\""),
        )
        .await;
    assert_eq!(desk.work(None).await, counts(10, 0, 10));

    assert_eq!(desk.matching(searched("\"new name\"")).await.len(), 10);
    for (id, told) in [(all, 10), (out, 10), (same, 0)] {
        assert_eq!(desk.told(id).len(), told);
    }
}

#[tokio::test]
async fn contacts_come_onto_a_list_and_go_off_it() {
    let desk = Desk::new();
    let contacts = desk.add(addresses(8)).await;
    let list = desk.add_list("Leads").await;
    let first = Ok(contacts[..2].to_vec());
    let added = desk
        .world
        .lists
        .add_members(&desk.world.scope, list, first, &once())
        .await;
    fresh(added.unwrap());

    let everybody = ContactFilter::default();
    let id = desk.ask(BulkDeed::AddToList(list), everybody).await;
    assert_eq!(desk.work(None).await, counts(8, 6, 2));
    let told = desk.told(id);
    assert_eq!(told.len(), 6);
    assert!(
        told.iter()
            .all(|(kind, action, _)| (kind.as_str(), *action) == ("contact_list_member", "create"))
    );

    let on_list = ContactFilter {
        list: Some(list),
        ..ContactFilter::default()
    };
    let id = desk
        .ask(BulkDeed::RemoveFromList(list), on_list.clone())
        .await;
    assert_eq!(desk.work(None).await, counts(8, 8, 0));
    assert_eq!(desk.told(id).len(), 8);
    assert_eq!(desk.matching(on_list).await, []);
    assert_eq!(desk.matching(ContactFilter::default()).await.len(), 8);
}

#[tokio::test]
async fn a_contact_that_would_have_too_many_attributes_stays_as_it_is() {
    let desk = Desk::new();
    let full = desk.add(addresses(2)).await[0];
    let many = (0..Attributes::MAX).map(|n| (n.to_string(), json!("x")));
    let many = AttributesChange::new(many.collect()).unwrap();
    let change = contacts::ContactChange {
        profile: ProfileChange {
            attributes: many,
            ..ProfileChange::default()
        },
        ..contacts::ContactChange::default()
    };
    let (scope, expected) = (&desk.world.scope, Expected::Any);
    desk.world
        .contacts
        .update(scope, full, &expected, Ok(change))
        .await
        .unwrap();

    let one_more = AttributesChange::new([("more".to_owned(), json!(1))].into_iter().collect());
    let change = ProfileChange {
        attributes: one_more.unwrap(),
        ..ProfileChange::default()
    };
    desk.ask(BulkDeed::Update(change), ContactFilter::default())
        .await;

    let expected = json!({ "matched": 2, "changed": 1, "unchanged": 0, "refused": 1 });
    assert_eq!(desk.work(None).await, JobEnd::Completed(Some(expected)));
}

#[tokio::test]
async fn what_is_interrupted_goes_on_behind_the_last_batch() {
    let desk = Desk::new();
    desk.add(addresses(11)).await;
    let id = desk.ask(BulkDeed::Delete, ContactFilter::default()).await;
    let mut pauses = 0;

    let end = loop {
        match desk.work(Some((1, Interruption::Stopping))).await {
            JobEnd::HandedBack => pauses += 1,
            end => break end,
        }
    };

    assert!(pauses >= 3, "{pauses}");
    assert_eq!(end, counts(11, 11, 0));
    let mut told = desk
        .told(id)
        .into_iter()
        .map(|(_, _, contact)| contact)
        .collect::<Vec<_>>();
    assert_eq!(told.len(), 11);
    told.dedup();
    assert_eq!(told.len(), 11);
}

#[tokio::test]
async fn cancelling_keeps_what_was_done_and_counts_it() {
    let desk = Desk::new();
    desk.add(addresses(9)).await;
    let id = desk.ask(BulkDeed::Delete, ContactFilter::default()).await;

    let end = desk.work(Some((1, Interruption::Cancelled))).await;

    assert_eq!(end, JobEnd::Cancelled(Some(told_counts(3, 3, 0))));
    let operation = desk.operation(id).await;
    assert_eq!(operation.state().status, BulkStatus::Cancelled);
    assert_eq!(operation.state().filter, None);
    assert_eq!(desk.matching(ContactFilter::default()).await.len(), 6);
}

#[tokio::test]
async fn what_is_cancelled_before_it_begins_ends_and_is_forgotten() {
    let desk = Desk::new();
    desk.add(addresses(2)).await;
    let id = desk.ask(BulkDeed::Delete, ContactFilter::default()).await;
    let at = desk.world.clock.now();
    let unit = desk.world.database.begin(&desk.world.scope).await.unwrap();
    unit.jobs().cancel(id, at).await.unwrap();
    unit.commit().await.unwrap();

    let (job, _) = desk.claim().await;
    let end = job.early_end.clone().unwrap();
    let run = RequestId::from_uuid(a_unique_id());
    let scope = TenantScope::for_job(job.organization, desk.job.kind(), job.id, run);
    for _ in 0..2 {
        desk.job.wind_up(&job, &end, &scope).await.unwrap();
    }

    let state = desk.operation(id).await.state().clone();
    assert_eq!((state.status, state.filter), (BulkStatus::Cancelled, None));
    assert_eq!(desk.matching(ContactFilter::default()).await.len(), 2);
}

#[tokio::test]
async fn a_list_that_is_deleted_meanwhile_ends_the_operation() {
    let desk = Desk::new();
    desk.add(addresses(2)).await;
    let list = desk.add_list("Leads").await;
    let id = desk
        .ask(BulkDeed::AddToList(list), ContactFilter::default())
        .await;
    let deleted = desk
        .world
        .lists
        .delete(&desk.world.scope, list, &Expected::Any);
    deleted.await.unwrap();

    let (job, worker) = desk.claim().await;
    let run = RequestId::from_uuid(a_unique_id());
    let scope = TenantScope::for_job(job.organization, desk.job.kind(), job.id, run);
    let staged = StagedWork::new(job.id, worker);
    let failed = desk.job.run(&job, &scope, &staged).await.unwrap_err();

    assert_eq!(failed, kernel::JobFailure::lasting("not-found"));
    let state = desk.operation(id).await.state().clone();
    assert_eq!(state.status, BulkStatus::Pending, "the job has not ended");
    let end = EarlyEnd::Failed("not-found".to_owned());
    desk.job.wind_up(&job, &end, &scope).await.unwrap();
    let state = desk.operation(id).await.state().clone();
    assert_eq!((state.status, state.filter), (BulkStatus::Failed, None));
    assert_eq!(state.error.as_deref(), Some("not-found"));
}

#[tokio::test]
async fn an_absent_list_is_told_before_what_is_wrong_with_the_filter() {
    let desk = Desk::new();
    let wrong = || kernel::FieldErrors::one("#/filter", contacts::InvalidSelection::Empty.into());
    let list = ContactListId::from_uuid(a_unique_id());

    let added = desk
        .bulk
        .add_to_list(&desk.world.scope, list, Err(wrong()), &once())
        .await;
    assert!(matches!(added, Err(contacts::ContactError::NotFound(_))));
    let deleted = desk
        .bulk
        .delete(&desk.world.scope, Err(wrong()), &once())
        .await;
    assert!(matches!(deleted, Err(contacts::ContactError::Invalid(_))));
    assert_eq!(desk.world.log(), []);
}

#[tokio::test]
async fn an_address_stays_suppressed_when_its_contact_is_deleted_and_restored() {
    let desk = Desk::new();
    let contact = desk.add(["ada@example.com".to_owned()]).await[0];
    let alone = NewSuppressions {
        emails: vec!["ada@example.com".parse().unwrap()],
        reason: SuppressionReason::Unsubscribed,
    };
    let suppressed = desk
        .world
        .suppressions
        .add(&desk.world.scope, Ok(alone), &once())
        .await;
    fresh(suppressed.unwrap());

    desk.ask(BulkDeed::Delete, searched("ada")).await;
    assert_eq!(desk.work(None).await, counts(1, 1, 0));
    let still = ContactFilter {
        deleted: true,
        suppressed: Some(true),
        ..ContactFilter::default()
    };
    assert_eq!(desk.matching(still).await.len(), 1);

    let restored = desk
        .world
        .contacts
        .restore(&desk.world.scope, contact, &once())
        .await;
    let restored = fresh(restored.unwrap());
    assert_eq!(restored.suppressed(), [SuppressionReason::Unsubscribed]);
}
