//! What a cancellation does to a job that waits, runs or has ended.

use serde_json::json;
use time::Duration;

use super::{
    JobSubject, ONE, OTHER, START, a_job, cancel, claim, claimed, enqueue, keep, lease, numbers,
    organization,
};
use crate::{JobCancellation, JobLease, JobOutcome, JobStatus};

pub(super) async fn a_waiting_job_without_checkpoint_is_cancelled_at_once<S: JobSubject>(
    subject: &S,
) {
    enqueue(subject, &[a_job(1)]).await;
    let job = a_job(1).id;

    let first = cancel(subject, 1, job).await;

    assert_eq!(first, Some(JobCancellation::Cancelled));
    let record = subject.store().look_up(job).await.unwrap().unwrap();
    assert_eq!(record.status, JobStatus::Cancelled);
    assert_eq!(record.finished_at, Some(START));
    assert_eq!(claim(subject, ONE, START + Duration::days(1)).await, []);
    assert_eq!(
        cancel(subject, 1, job).await,
        Some(JobCancellation::TooLate)
    );
}

pub(super) async fn a_running_job_is_asked_to_end_and_its_worker_hears_of_it<S: JobSubject>(
    subject: &S,
) {
    let job = claimed(subject).await;
    assert_eq!(lease(subject, job, ONE).await, JobLease::Held);

    assert_eq!(
        cancel(subject, 1, job).await,
        Some(JobCancellation::Requested)
    );

    assert_eq!(
        cancel(subject, 1, job).await,
        Some(JobCancellation::AlreadyRequested)
    );
    assert_eq!(lease(subject, job, ONE).await, JobLease::Cancelling);
    assert_eq!(keep(subject, job, ONE, 1).await, JobLease::Cancelling);
    let running = subject.store().look_up(job).await.unwrap().unwrap();
    assert_eq!(running.status, JobStatus::Running);
    assert!(running.cancel_requested);
    let outcome = JobOutcome::Cancelled {
        result: Some(json!({"rows": 7})),
    };
    let store = subject.store();
    assert!(store.finish(job, ONE, &outcome, START).await.unwrap());
    let ended = store.look_up(job).await.unwrap().unwrap();
    assert_eq!(ended.status, JobStatus::Cancelled);
    assert_eq!(ended.result, Some(json!({"rows": 7})));
    assert_eq!(claim(subject, ONE, START + Duration::days(1)).await, []);
}

pub(super) async fn a_waiting_job_with_a_checkpoint_becomes_due_to_be_wound_up<S: JobSubject>(
    subject: &S,
) {
    let job = claimed(subject).await;
    assert_eq!(keep(subject, job, ONE, 4).await, JobLease::Held);
    let outcome = JobOutcome::Retry {
        at: START + Duration::hours(1),
        error: "wet-paint".to_owned(),
    };
    let store = subject.store();
    assert!(store.finish(job, ONE, &outcome, START).await.unwrap());

    assert_eq!(
        cancel(subject, 1, job).await,
        Some(JobCancellation::Requested)
    );

    let again = claim(subject, OTHER, START).await;
    assert_eq!(numbers(&again), [1]);
    assert!(again[0].cancel_requested);
    assert_eq!(again[0].checkpoint, Some(json!({"step": 4})));
}

pub(super) async fn a_job_that_is_cancelled_while_it_runs_waits_for_nothing_when_its_try_fails<
    S: JobSubject,
>(
    subject: &S,
) {
    let later = START + Duration::minutes(10);
    let retry = JobOutcome::Retry {
        at: later,
        error: "wet-paint".to_owned(),
    };
    for (number, outcome) in [(1, retry), (2, JobOutcome::Waits { until: later })] {
        enqueue(subject, &[a_job(number)]).await;
        let job = claim(subject, ONE, START).await.remove(0).id;
        let asked = cancel(subject, 1, job).await;
        assert_eq!(asked, Some(JobCancellation::Requested));
        let store = subject.store();
        assert!(store.finish(job, ONE, &outcome, START).await.unwrap());

        let again = claim(subject, OTHER, START).await;

        assert_eq!(again.first().map(|job| job.id), Some(job), "{outcome:?}");
        assert!(again[0].cancel_requested);
        let end = JobOutcome::Cancelled { result: None };
        assert!(store.finish(job, OTHER, &end, START).await.unwrap());
    }
}

pub(super) async fn what_has_ended_cannot_be_cancelled<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;
    let done = JobOutcome::DONE;
    assert!(
        subject
            .store()
            .finish(job, ONE, &done, START)
            .await
            .unwrap()
    );

    assert_eq!(
        cancel(subject, 1, job).await,
        Some(JobCancellation::TooLate)
    );

    let record = subject.store().look_up(job).await.unwrap().unwrap();
    assert_eq!(
        (record.status, record.cancel_requested),
        (JobStatus::Completed, false)
    );
}

pub(super) async fn a_cancellation_of_a_dropped_unit_was_not_asked_for<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;
    let unit = subject.begin(organization(1)).await.unwrap();
    unit.jobs().cancel(job, START).await.unwrap();
    drop(unit);

    assert_eq!(lease(subject, job, ONE).await, JobLease::Held);
}
