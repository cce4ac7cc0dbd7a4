//! Jobs as members see them.

use kernel::{
    AuditAction, Clock as _, IdGenerator as _, JobClaim, JobFilter, JobId, JobKind, JobOutcome,
    JobProgress, JobReport, JobStatus, JobStore as _, NewJob, PageRequest, StoredAnswer,
};
use serde_json::json;
use tenancy::{Jobs, Member, Organization, Permission, TenancyError};
use time::Duration;
use uuid::Uuid;

use crate::world::{Person, World, fresh, never_repeated, once};

const WORKER: Uuid = Uuid::from_u128(77);

async fn a_member(world: &World) -> (Organization, Person, Member) {
    let (organization, owner) = world.found().await;
    let member = world
        .member(&organization, &owner, Permission::JobCancel)
        .await;
    (organization, owner, member)
}

async fn enqueue(
    world: &World,
    organization: &Organization,
    person: &Person,
    kind: &'static str,
) -> JobId {
    let id = JobId::from_uuid(world.ids.next());
    let unit = world.unit(organization, &person.principal).await;
    let job = NewJob {
        id,
        kind: JobKind::new(kind),
        payload: json!({}),
        run_at: world.clock.now(),
        max_attempts: 3,
    };
    unit.jobs().enqueue(&job).await.unwrap();
    unit.commit().await.unwrap();
    id
}

/// Lets a worker have every job that is due.
async fn claim(world: &World) {
    let claim = JobClaim {
        worker: WORKER,
        now: world.clock.now(),
        lease: Duration::seconds(30),
        limit: 10,
        reserved: 0,
    };
    assert!(!world.database.claim(&claim).await.unwrap().is_empty());
}

#[tokio::test]
async fn jobs_are_listed_with_the_latest_first_by_kind_and_status() {
    let world = World::new();
    let (organization, owner, member) = a_member(&world).await;
    let jobs = world.service(Jobs::new);
    let counted = enqueue(&world, &organization, &owner, "count").await;
    claim(&world).await;
    let waiting = enqueue(&world, &organization, &owner, "count").await;
    let painted = enqueue(&world, &organization, &owner, "paint").await;
    let listed = async |kind: Option<&str>, status: Option<JobStatus>| {
        let filter = JobFilter {
            kind: kind.map(str::to_owned),
            status,
        };
        let page = jobs.list(&member, &filter, &PageRequest::first()).await;
        let ids = page.unwrap().items.into_iter().map(|view| view.job.id);
        ids.collect::<Vec<_>>()
    };

    assert_eq!(listed(None, None).await, [painted, waiting, counted]);
    assert_eq!(listed(Some("count"), None).await, [waiting, counted]);
    assert_eq!(listed(None, Some(JobStatus::Running)).await, [counted]);
    assert_eq!(listed(Some("paint"), Some(JobStatus::Running)).await, []);
    let (_, _, stranger) = a_member(&world).await;
    let foreign = jobs
        .list(&stranger, &JobFilter::default(), &PageRequest::first())
        .await;
    assert_eq!(foreign.unwrap().items, []);
}

#[tokio::test]
async fn a_job_at_work_tells_how_far_it_is_and_how_long_it_will_take() {
    let world = World::new();
    let (organization, owner, member) = a_member(&world).await;
    let jobs = world.service(Jobs::new);
    let id = enqueue(&world, &organization, &owner, "count").await;
    claim(&world).await;
    let report = JobReport {
        progress: JobProgress::new(200).of(1000).count("created", 190),
        rate: Some(10.0),
    };
    let now = world.clock.now();
    let told = world.database.report(id, WORKER, now, Some(&report)).await;
    told.unwrap();
    world.clock.advance(Duration::seconds(30));

    let view = jobs.read(&member, id).await.unwrap();

    assert_eq!(view.job.status, JobStatus::Running);
    assert_eq!(view.job.percent(), Some(20));
    assert_eq!(view.job.progress, report.progress);
    assert_eq!(view.remaining(), Some(Duration::seconds(50)));
}

#[tokio::test]
async fn a_waiting_job_is_cancelled_at_once_with_an_entry_in_the_audit_log() {
    let world = World::new();
    let (organization, owner, member) = a_member(&world).await;
    let jobs = world.service(Jobs::new);
    let id = enqueue(&world, &organization, &owner, "count").await;

    let done = jobs.cancel(&member, id, &never_repeated()).await;

    let told = fresh(done.unwrap());
    let read = jobs.read(&member, id).await.unwrap();
    assert_eq!(told, read);
    assert_eq!(read.job.status, JobStatus::Cancelled);
    assert_eq!(read.job.finished_at, Some(world.clock.now()));
    let [entry] = &world.entries(organization.id(), "job")[..] else {
        panic!("one entry");
    };
    assert_eq!(entry.action, AuditAction::Update);
    assert_eq!(entry.entity, Some(id.as_uuid()));
    assert_eq!(entry.actor, Some(member.user()));
    assert_eq!(
        serde_json::to_value(&entry.changes).unwrap(),
        json!({"cancel_requested_at": {"old": null, "new": "2026-01-15T12:00:00Z"}})
    );
}

#[tokio::test]
async fn a_job_at_work_goes_on_until_its_worker_ends_it_and_asking_again_changes_nothing() {
    let world = World::new();
    let (organization, owner, member) = a_member(&world).await;
    let jobs = world.service(Jobs::new);
    let id = enqueue(&world, &organization, &owner, "count").await;
    claim(&world).await;

    let first = jobs.cancel(&member, id, &never_repeated()).await;
    let again = jobs.cancel(&member, id, &never_repeated()).await;

    let first = fresh(first.unwrap());
    assert_eq!(first.job.status, JobStatus::Running);
    assert!(first.job.cancel_requested);
    assert_eq!(fresh(again.unwrap()), first);
    assert_eq!(jobs.read(&member, id).await.unwrap(), first);
    assert_eq!(world.entries(organization.id(), "job").len(), 1);
}

#[tokio::test]
async fn a_job_that_ended_cannot_be_cancelled() {
    let world = World::new();
    let (organization, owner, member) = a_member(&world).await;
    let jobs = world.service(Jobs::new);
    let id = enqueue(&world, &organization, &owner, "count").await;
    claim(&world).await;
    let now = world.clock.now();
    let ended = world
        .database
        .finish(id, WORKER, &JobOutcome::DONE, now)
        .await;
    assert!(ended.unwrap());

    let refused = jobs.cancel(&member, id, &never_repeated()).await;

    assert!(matches!(refused, Err(TenancyError::JobEnded)));
    let view = jobs.read(&member, id).await.unwrap();
    assert_eq!(view.job.status, JobStatus::Completed);
    assert_eq!(world.entries(organization.id(), "job").len(), 0);
}

#[tokio::test]
async fn a_repeated_cancellation_gets_the_first_answer_also_when_the_job_has_ended_since() {
    let world = World::new();
    let (organization, owner, member) = a_member(&world).await;
    let jobs = world.service(Jobs::new);
    let id = enqueue(&world, &organization, &owner, "count").await;
    let render = |view: &tenancy::JobView| StoredAnswer::Withheld {
        id: view.job.id.as_uuid(),
    };

    let first = jobs.cancel(&member, id, &once(1, 1, &render)).await;
    let again = jobs.cancel(&member, id, &once(1, 1, &render)).await;

    fresh(first.unwrap());
    let repeated = kernel::Done::Replayed(StoredAnswer::Withheld { id: id.as_uuid() });
    assert_eq!(again.unwrap(), repeated);
}

#[tokio::test]
async fn jobs_of_others_and_absent_ones_look_alike() {
    let world = World::new();
    let (organization, owner, _) = a_member(&world).await;
    let (_, _, stranger) = a_member(&world).await;
    let jobs = world.service(Jobs::new);
    let foreign = enqueue(&world, &organization, &owner, "count").await;
    let absent = JobId::from_uuid(testkit::a_unique_id());

    for id in [foreign, absent] {
        let read = jobs.read(&stranger, id).await;
        assert!(matches!(read, Err(TenancyError::NotFound("job"))));
        let cancelled = jobs.cancel(&stranger, id, &never_repeated()).await;
        assert!(matches!(cancelled, Err(TenancyError::NotFound("job"))));
    }
}
