//! What the holder of a lease may do, and what becomes of the job when the lease is over.

use time::Duration;

use super::{JobSubject, LEASE, ONE, OTHER, START, claim, claimed};
use crate::{JobId, JobOutcome};

pub(super) async fn a_claimed_job_is_not_claimed_again_while_the_lease_lasts<S: JobSubject>(
    subject: &S,
) {
    claimed(subject).await;

    let before_end = START + LEASE - Duration::microseconds(1);
    assert_eq!(claim(subject, OTHER, before_end).await, []);
    assert_eq!(claim(subject, ONE, before_end).await, []);
}

pub(super) async fn a_job_is_claimed_again_when_its_lease_is_over<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;

    let again = claim(subject, OTHER, START + LEASE).await;

    assert_eq!(again.len(), 1);
    assert_eq!((again[0].id, again[0].attempt), (job, 2));
}

pub(super) async fn a_renewed_lease_lasts_longer<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;
    let later = START + Duration::seconds(20);

    assert!(subject.store().renew(job, ONE, later, LEASE).await.unwrap());

    assert_eq!(claim(subject, OTHER, START + LEASE).await, []);
    assert_eq!(claim(subject, OTHER, later + LEASE).await.len(), 1);
}

pub(super) async fn a_lost_lease_cannot_be_renewed_finished_or_handed_back<S: JobSubject>(
    subject: &S,
) {
    let job = claimed(subject).await;
    let now = START + LEASE;
    assert_eq!(claim(subject, OTHER, now).await.len(), 1);
    let store = subject.store();

    assert!(!store.renew(job, ONE, now, LEASE).await.unwrap());
    assert!(!store.hand_back(job, ONE, now).await.unwrap());
    for outcome in [
        JobOutcome::DONE,
        JobOutcome::Cancelled { result: None },
        JobOutcome::Failed {
            error: "too-late".to_owned(),
        },
        JobOutcome::Retry {
            at: now,
            error: "too-late".to_owned(),
        },
    ] {
        assert!(!store.finish(job, ONE, &outcome, now).await.unwrap());
    }

    assert!(
        store
            .finish(job, OTHER, &JobOutcome::DONE, now)
            .await
            .unwrap()
    );
}

pub(super) async fn a_lease_that_ran_out_in_the_last_try_fails_the_job<S: JobSubject>(subject: &S) {
    let job = claimed(subject).await;
    for round in 1..3 {
        assert_eq!(claim(subject, ONE, START + LEASE * round).await.len(), 1);
    }

    let over = START + LEASE * 3;
    assert_eq!(claim(subject, OTHER, over).await, []);

    let store = subject.store();
    let late = JobOutcome::DONE;
    assert!(!store.finish(job, ONE, &late, over).await.unwrap());
    assert_eq!(claim(subject, OTHER, over + LEASE).await, []);
    assert_eq!(store.lag(over).await.unwrap(), Duration::ZERO);
}

pub(super) async fn a_job_that_was_handed_back_is_claimed_again_without_counting_the_try<
    S: JobSubject,
>(
    subject: &S,
) {
    let job = claimed(subject).await;

    assert!(subject.store().hand_back(job, ONE, START).await.unwrap());

    assert!(!subject.store().hand_back(job, ONE, START).await.unwrap());
    let again = claim(subject, OTHER, START).await;
    assert_eq!((again[0].id, again[0].attempt), (job, 1));
}

pub(super) async fn a_job_that_nobody_knows_is_held_by_nobody<S: JobSubject>(subject: &S) {
    let store = subject.store();
    let job = JobId::from_uuid(ONE);

    assert!(!store.renew(job, ONE, START, LEASE).await.unwrap());
    assert!(!store.hand_back(job, ONE, START).await.unwrap());
    let done = JobOutcome::DONE;
    assert!(!store.finish(job, ONE, &done, START).await.unwrap());
}
