//! How jobs are read and listed, and by whom.

use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::{
    JobSubject, ONE, START, a_job, cancel, claim, claim_up_to, claimed, enqueue, enqueue_for,
    numbers, organization,
};
use crate::{
    JobCheckpoint, JobFilter, JobKind, JobLease, JobOutcome, JobStatus, NewJob, PageLimit,
    PageRequest,
};

pub(super) async fn a_job_is_read_as_it_went<S: JobSubject>(subject: &S) {
    enqueue(subject, &[a_job(1)]).await;
    let read = async || {
        let unit = subject.begin(organization(1)).await.unwrap();
        let inside = unit.jobs().find(a_job(1).id).await.unwrap();
        let outside = subject.store().look_up(a_job(1).id).await.unwrap();
        assert_eq!(inside, outside);
        inside.unwrap()
    };
    let waiting = read().await;
    assert_eq!(waiting.kind, "paint");
    assert_eq!(waiting.organization, organization(1));
    assert_eq!((waiting.status, waiting.attempts), (JobStatus::Pending, 0));
    assert_eq!((waiting.created_at, waiting.started_at), (START, None));

    let begun = START + Duration::seconds(3);
    assert_eq!(claim(subject, ONE, begun).await.len(), 1);
    let running = read().await;
    assert_eq!((running.status, running.attempts), (JobStatus::Running, 1));
    assert_eq!(running.started_at, Some(begun));
    assert!(running.revision > waiting.revision);
    let retried = JobOutcome::Retry {
        at: begun,
        error: "wet-paint".to_owned(),
    };
    let store = subject.store();
    assert!(
        store
            .finish(a_job(1).id, ONE, &retried, begun)
            .await
            .unwrap()
    );
    let retrying = read().await;
    assert_eq!(retrying.error.as_deref(), Some("wet-paint"));
    assert!(retrying.revision > running.revision);
    let ended = begun + Duration::seconds(2);
    assert_eq!(claim(subject, ONE, ended).await.len(), 1);
    let failed = JobOutcome::Failed {
        error: "no-wall".to_owned(),
    };
    assert!(
        store
            .finish(a_job(1).id, ONE, &failed, ended)
            .await
            .unwrap()
    );
    let failed = read().await;
    assert_eq!(failed.status, JobStatus::Failed);
    assert_eq!(failed.error.as_deref(), Some("no-wall"));
    assert_eq!(
        (failed.started_at, failed.finished_at),
        (Some(begun), Some(ended))
    );
}

pub(super) async fn several_jobs_are_read_at_once<S: JobSubject>(subject: &S) {
    enqueue(subject, &[a_job(3), a_job(1), a_job(2)]).await;
    enqueue_for(subject, 2, &[a_job(4)]).await;
    let ids = [4, 3, 1, 5, 3].map(|number| a_job(number).id);

    let unit = subject.begin(organization(1)).await.unwrap();
    let found = unit.jobs().find_many(&ids).await.unwrap();

    let alone = unit.jobs().find(a_job(1).id).await.unwrap();
    assert_eq!(found.first(), alone.as_ref());
    let found = found.iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(found, [a_job(1).id, a_job(3).id]);
    assert_eq!(unit.jobs().find_many(&[]).await.unwrap(), []);
}

pub(super) async fn open_jobs_are_told_by_what_they_are_about<S: JobSubject>(subject: &S) {
    let wall = Uuid::from_u128(7);
    let about = |number| NewJob {
        payload: json!({ "wall": wall, "coats": 2 }),
        ..a_job(number)
    };
    let other_kind = NewJob {
        kind: JobKind::new("scrub"),
        ..about(1)
    };
    enqueue(subject, &[other_kind, a_job(2)]).await;
    enqueue_for(subject, 2, &[about(3)]).await;
    let is_open = async |except| {
        let unit = subject.begin(organization(1)).await.unwrap();
        let kind = JobKind::new("paint");
        let open = unit.jobs().is_open(kind, ("wall", wall), except).await;
        open.unwrap()
    };
    assert!(!is_open(None).await);

    enqueue(subject, &[about(4)]).await;
    assert!(is_open(None).await);
    assert!(is_open(Some(a_job(2).id)).await);
    assert!(!is_open(Some(a_job(4).id)).await);

    assert_eq!(claim(subject, ONE, START).await.len(), 4);
    assert!(is_open(None).await, "it runs");
    let done = JobOutcome::DONE;
    let finished = subject.store().finish(a_job(4).id, ONE, &done, START);
    assert!(finished.await.unwrap());
    assert!(!is_open(None).await);
}

pub(super) async fn jobs_are_listed_latest_first_by_page_kind_and_status<S: JobSubject>(
    subject: &S,
) {
    let other_kind = NewJob {
        kind: JobKind::new("scrub"),
        ..a_job(3)
    };
    enqueue(subject, &[a_job(1), a_job(2), other_kind, a_job(4)]).await;
    enqueue_for(subject, 2, &[a_job(5)]).await;
    assert_eq!(numbers(&claim_up_to(subject, ONE, START, 1, 0).await), [1]);
    let unit = subject.begin(organization(1)).await.unwrap();
    let list = async |filter: JobFilter, page: PageRequest| {
        let page = unit.jobs().list(&filter, &page).await.unwrap();
        let ids = page
            .items
            .iter()
            .map(|job| job.id.as_uuid().as_u128())
            .collect::<Vec<_>>();
        (ids, page.next)
    };

    let page = PageRequest {
        limit: PageLimit::new(2).unwrap(),
        after: None,
    };
    let (first, next) = list(JobFilter::default(), page).await;
    assert_eq!(first, [4, 3]);
    let page = PageRequest {
        limit: PageLimit::new(2).unwrap(),
        after: next,
    };
    assert_eq!(list(JobFilter::default(), page).await, (vec![2, 1], None));
    let kind = JobFilter {
        kind: Some("scrub".to_owned()),
        status: None,
    };
    assert_eq!(list(kind, PageRequest::first()).await.0, [3]);
    let status = JobFilter {
        kind: Some("paint".to_owned()),
        status: Some(JobStatus::Pending),
    };
    assert_eq!(list(status.clone(), PageRequest::first()).await.0, [4, 2]);
    let all = subject
        .store()
        .look_through(&status, &PageRequest::first())
        .await
        .unwrap();
    let all = all.items.iter().map(|job| job.id.as_uuid().as_u128());
    assert_eq!(all.collect::<Vec<_>>(), [5, 4, 2]);
}

pub(super) async fn other_organizations_see_and_cancel_nothing<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;

    assert_eq!(cancel(subject, 2, job).await, None);
    let unit = subject.begin(organization(2)).await.unwrap();
    assert_eq!(unit.jobs().find(job).await.unwrap(), None);
    let page = unit
        .jobs()
        .list(&JobFilter::default(), &PageRequest::first())
        .await
        .unwrap();
    assert_eq!(page.items, []);
    let checkpoint = JobCheckpoint {
        job,
        worker: ONE,
        state: &json!({}),
        at: START,
    };
    let lease = unit.jobs().checkpoint(checkpoint).await.unwrap();
    assert_eq!(lease, JobLease::Lost);
    drop(unit);

    let record = subject.store().look_up(job).await.unwrap().unwrap();
    assert!(!record.cancel_requested);
}
