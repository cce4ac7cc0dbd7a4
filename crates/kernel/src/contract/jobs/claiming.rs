//! What workers get when they claim, in which order, and how long it waited.

use time::Duration;
use uuid::Uuid;

use super::{
    JobSubject, LEASE, ONE, OTHER, START, a_job, claim, claim_up_to, enqueue, enqueue_for,
    organization,
};
use crate::{ClaimedJob, JobProgress, NewJob};

pub(super) async fn a_job_is_claimed_as_it_was_enqueued<S: JobSubject>(subject: &S) {
    let job = a_job(1);
    enqueue(subject, std::slice::from_ref(&job)).await;

    let expected = ClaimedJob {
        id: job.id,
        organization: organization(1),
        kind: "paint".to_owned(),
        payload: job.payload,
        attempt: 1,
        max_attempts: 3,
        checkpoint: None,
        progress: JobProgress::default(),
        cancel_requested: false,
        early_end: None,
    };
    assert_eq!(claim(subject, ONE, START).await, [expected]);
}

pub(super) async fn a_job_of_a_dropped_unit_does_not_exist<S: JobSubject>(subject: &S) {
    let unit = subject.begin(organization(1)).await.unwrap();
    unit.jobs().enqueue(&a_job(1)).await.unwrap();
    drop(unit);

    assert_eq!(claim(subject, ONE, START).await, []);
}

pub(super) async fn a_job_cannot_be_claimed_before_its_time<S: JobSubject>(subject: &S) {
    enqueue(subject, &[a_job(1)]).await;

    let early = START - Duration::microseconds(1);
    assert_eq!(claim(subject, ONE, early).await, []);
    assert_eq!(claim(subject, ONE, START).await.len(), 1);
}

pub(super) async fn jobs_are_claimed_in_the_order_of_their_times_up_to_the_limit<S: JobSubject>(
    subject: &S,
) {
    let jobs = [(1, 2), (2, 1), (3, 1), (4, 0)].map(|(number, second)| NewJob {
        run_at: START + Duration::seconds(second),
        ..a_job(number)
    });
    enqueue(subject, &jobs[..2]).await;
    enqueue_for(subject, 2, &jobs[2..]).await;

    let now = START + Duration::minutes(1);
    let mut order = Vec::new();
    for _ in 0..3 {
        let batch = claim_up_to(subject, ONE, now, 2, 0).await;
        order.push(batch.iter().map(|job| job.id).collect::<Vec<_>>());
    }

    assert_eq!(
        order,
        [
            vec![jobs[1].id, jobs[3].id],
            vec![jobs[0].id, jobs[2].id],
            vec![]
        ]
    );
}

pub(super) async fn workers_in_turn_share_the_jobs_without_overlap<S: JobSubject>(subject: &S) {
    let jobs = (1..=9).map(a_job).collect::<Vec<_>>();
    enqueue(subject, &jobs).await;

    let mut all = Vec::new();
    for worker in (1..=4).map(Uuid::from_u128) {
        let batch = claim_up_to(subject, worker, START, 3, 0).await;
        all.extend(batch.into_iter().map(|job| job.id));
    }

    all.sort_unstable();
    assert_eq!(all, jobs.iter().map(|job| job.id).collect::<Vec<_>>());
}

pub(super) async fn the_lag_is_the_age_of_the_oldest_due_job<S: JobSubject>(subject: &S) {
    let lag = |at| async move { subject.store().lag(at).await.unwrap() };
    assert_eq!(lag(START).await, Duration::ZERO);
    let later = NewJob {
        run_at: START + Duration::seconds(10),
        ..a_job(2)
    };
    enqueue(subject, &[a_job(1), later]).await;

    assert_eq!(lag(START - Duration::seconds(5)).await, Duration::ZERO);
    assert_eq!(
        lag(START + Duration::seconds(15)).await,
        Duration::seconds(15)
    );

    let batch = claim_up_to(subject, ONE, START, 1, 0).await;
    assert_eq!(batch.len(), 1);
    assert_eq!(
        lag(START + Duration::seconds(15)).await,
        Duration::seconds(5)
    );
    let dead = START + LEASE + Duration::seconds(40);
    assert_eq!(lag(dead).await, Duration::seconds(60));
    assert_eq!(claim(subject, OTHER, dead).await.len(), 2);
    assert_eq!(lag(dead).await, Duration::ZERO);
}
