//! What a worker tells of its progress, and the checkpoints it keeps.

use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::{
    JobSubject, LEASE, ONE, OTHER, START, a_job, claim, claimed, enqueue, keep, lease, organization,
};
use crate::{JobCheckpoint, JobId, JobLease, JobProgress, JobReport};

async fn report<S: JobSubject>(subject: &S, job: JobId, worker: Uuid, progress: JobProgress) {
    let report = JobReport {
        progress,
        rate: Some(2.5),
    };
    subject
        .store()
        .report(job, worker, START + Duration::seconds(1), Some(&report))
        .await
        .unwrap();
}

pub(super) async fn progress_is_kept_and_never_goes_backwards_across_tries<S: JobSubject>(
    subject: &S,
) {
    let job = claimed(subject).await;
    let sixty = JobProgress::new(60).of(100).count("created", 59);
    report(subject, job, ONE, sixty.clone()).await;
    let told = subject.store().look_up(job).await.unwrap().unwrap();
    assert_eq!(told.progress, sixty);
    assert_eq!(told.rate, Some(2.5));
    assert_eq!(told.progress_at, Some(START + Duration::seconds(1)));

    let again = claim(subject, OTHER, START + LEASE).await;
    assert_eq!(again[0].progress, sixty);
    let behind = JobProgress::new(40).of(200).count("created", 40);
    report(subject, job, OTHER, behind).await;

    let told = subject.store().look_up(job).await.unwrap().unwrap();
    assert_eq!(told.progress, sixty);
    let ahead = JobProgress::new(80).of(200).count("created", 70);
    report(subject, job, OTHER, ahead).await;
    let told = subject.store().look_up(job).await.unwrap().unwrap();
    let expected = JobProgress::new(80).of(100).count("created", 70);
    assert_eq!(told.progress, expected);
}

pub(super) async fn only_the_holder_of_the_lease_can_report<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;

    report(subject, job, OTHER, JobProgress::new(1)).await;

    let record = subject.store().look_up(job).await.unwrap().unwrap();
    assert_eq!(record.progress, JobProgress::default());
    assert_eq!(lease(subject, job, OTHER).await, JobLease::Lost);
}

pub(super) async fn a_checkpoint_is_kept_with_its_unit_and_starts_the_tries_anew<S: JobSubject>(
    subject: &S,
) {
    let mut now = START;
    enqueue(subject, &[a_job(1)]).await;
    for step in 1..=9 {
        let job = claim(subject, ONE, now).await.remove(0);
        let expected = (step > 1).then(|| json!({ "step": step - 1 }));
        assert_eq!(job.checkpoint, expected);
        assert_eq!(job.attempt, if step == 1 { 1 } else { 2 });
        assert_eq!(keep(subject, job.id, ONE, step).await, JobLease::Held);
        now += LEASE;
    }
}

pub(super) async fn a_checkpoint_of_a_dropped_unit_was_not_kept<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;
    let unit = subject.begin(organization(1)).await.unwrap();
    let checkpoint = JobCheckpoint {
        job,
        worker: ONE,
        state: &json!({"step": 1}),
        at: START,
    };
    unit.jobs().checkpoint(checkpoint).await.unwrap();
    drop(unit);

    // A claim passes over what is held, and a unit lets go of it some time after it was dropped. Renewing waits.
    let store = subject.store();
    assert!(store.renew(job, ONE, START, LEASE).await.unwrap());
    let again = claim(subject, OTHER, START + LEASE).await;
    assert_eq!((again[0].attempt, &again[0].checkpoint), (2, &None));
}

pub(super) async fn a_worker_without_lease_cannot_keep_a_checkpoint<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;
    assert_eq!(keep(subject, job, OTHER, 1).await, JobLease::Lost);
    assert_eq!(claim(subject, OTHER, START + LEASE).await.len(), 1);

    assert_eq!(keep(subject, job, ONE, 1).await, JobLease::Lost);
    assert_eq!(keep(subject, job, OTHER, 2).await, JobLease::Held);
}
