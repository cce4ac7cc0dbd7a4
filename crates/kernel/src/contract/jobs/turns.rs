//! How organizations take turns.

use time::Duration;

use super::{
    JobSubject, LEASE, ONE, OTHER, START, a_job, claim_up_to, enqueue_for, numbers, organization,
};
use crate::NewJob;

pub(super) async fn organizations_take_turns_and_the_older_job_goes_first<S: JobSubject>(
    subject: &S,
) {
    let later = |number, seconds| NewJob {
        run_at: START + Duration::seconds(seconds),
        ..a_job(number)
    };
    enqueue_for(subject, 1, &(1..=6).map(a_job).collect::<Vec<_>>()).await;
    enqueue_for(subject, 2, &[later(11, 2), later(12, 3)]).await;
    enqueue_for(subject, 3, &[later(21, 1)]).await;
    let now = START + Duration::seconds(5);

    let mut turns = Vec::new();
    for _ in 0..4 {
        turns.push(numbers(&claim_up_to(subject, ONE, now, 2, 0).await));
    }

    // One of each, then the second of each that has one, then the rest.
    assert_eq!(turns, [vec![1, 21], vec![2, 11], vec![3, 12], vec![4, 5]]);
}

pub(super) async fn a_job_that_runs_counts_for_its_organization_until_its_lease_is_over<
    S: JobSubject,
>(
    subject: &S,
) {
    enqueue_for(subject, 1, &[a_job(1), a_job(2)]).await;
    assert_eq!(numbers(&claim_up_to(subject, ONE, START, 1, 0).await), [1]);
    let later = NewJob {
        run_at: START + Duration::seconds(1),
        ..a_job(11)
    };
    enqueue_for(subject, 2, &[later]).await;

    let soon = START + Duration::seconds(2);
    assert_eq!(
        numbers(&claim_up_to(subject, OTHER, soon, 1, 0).await),
        [11]
    );
    let over = START + LEASE + Duration::seconds(1);
    // What waited since the start is older than a lease that just ran out.
    assert_eq!(numbers(&claim_up_to(subject, OTHER, over, 1, 0).await), [2]);
}

pub(super) async fn reserved_places_are_for_organizations_of_which_nothing_runs<S: JobSubject>(
    subject: &S,
) {
    enqueue_for(subject, 1, &(1..=9).map(a_job).collect::<Vec<_>>()).await;

    assert_eq!(
        numbers(&claim_up_to(subject, ONE, START, 4, 1).await),
        [1, 2, 3]
    );
    assert_eq!(claim_up_to(subject, ONE, START, 1, 1).await, []);
    assert_eq!(claim_up_to(subject, OTHER, START, 1, 1).await, []);

    enqueue_for(subject, 2, &[a_job(11), a_job(12)]).await;
    assert_eq!(numbers(&claim_up_to(subject, ONE, START, 1, 1).await), [11]);
    assert_eq!(claim_up_to(subject, ONE, START, 1, 1).await, []);
}

pub(super) async fn others_wait_while_a_due_job_is_of_an_organization_of_which_nothing_runs<
    S: JobSubject,
>(
    subject: &S,
) {
    let waits = |at| async move {
        let store = subject.store();
        store.others_wait(organization(1), at).await.unwrap()
    };
    enqueue_for(subject, 1, &[a_job(1), a_job(2)]).await;
    assert!(!waits(START).await, "its own are no others");

    enqueue_for(subject, 2, &[a_job(3), a_job(4)]).await;
    assert!(!waits(START - Duration::seconds(1)).await, "not due yet");
    assert!(waits(START).await);

    // Of each organization the first job.
    assert_eq!(claim_up_to(subject, ONE, START, 2, 0).await.len(), 2);
    assert!(!waits(START).await, "the other organization has its turn");
    assert!(waits(START + LEASE).await, "its worker died");
}
