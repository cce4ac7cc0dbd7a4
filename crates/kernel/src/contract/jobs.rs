//! The contract of [`JobStore`], and of the queue that fills it.

#![expect(clippy::unwrap_used, reason = "a case fails where it cannot go on")]

use async_trait::async_trait;
use serde_json::json;
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use crate::{
    ClaimedJob, JobId, JobKind, JobOutcome, JobStore, NewJob, OrganizationId, StorageError,
    Timestamp,
};

/// An adapter under test, with no job in it.
#[async_trait]
pub trait JobSubject: Send + Sync {
    /// A store of its own for this case.
    async fn fresh() -> Self;
    /// The store.
    fn store(&self) -> &dyn JobStore;
    /// Enqueues jobs in one unit of work of the organization, and commits it or drops it.
    async fn enqueue(
        &self,
        organization: OrganizationId,
        jobs: &[NewJob],
        commit: bool,
    ) -> Result<(), StorageError>;
}

/// The list of cases; see [`crate::contract`].
#[macro_export]
macro_rules! for_each_job_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_job_is_claimed_as_it_was_enqueued,
            a_job_of_a_dropped_unit_does_not_exist,
            a_job_cannot_be_claimed_before_its_time,
            jobs_are_claimed_in_the_order_of_their_times_up_to_the_limit,
            a_claimed_job_is_not_claimed_again_while_the_lease_lasts,
            workers_in_turn_share_the_jobs_without_overlap,
            a_job_is_claimed_again_when_its_lease_is_over,
            a_renewed_lease_lasts_longer,
            a_lost_lease_cannot_be_renewed_finished_or_handed_back,
            a_completed_job_is_never_claimed_again,
            a_job_to_be_retried_is_claimed_at_its_new_time,
            a_failed_job_is_never_claimed_again,
            a_retry_of_the_last_try_is_a_failure,
            a_lease_that_ran_out_in_the_last_try_fails_the_job,
            a_job_that_was_handed_back_is_claimed_again_without_counting_the_try,
            the_lag_is_the_age_of_the_oldest_due_job,
            a_job_that_nobody_knows_is_held_by_nobody,
        }
    };
}

/// Stamps one test per case for an adapter.
#[macro_export]
macro_rules! job_contract {
    ($subject:ty) => {
        use $crate::contract::jobs::run;
        $crate::for_each_job_case! { [$crate::stamp_contract_tests] $subject }
    };
}

/// Runs the case with this name.
pub async fn run<S: JobSubject>(name: &str) {
    let subject = &S::fresh().await;
    crate::for_each_job_case!([crate::dispatch_contract_case] name subject);
}

const KIND: JobKind = JobKind::new("paint");
const START: Timestamp = datetime!(2026-01-15 12:00 UTC);
const LEASE: Duration = Duration::seconds(30);
const ONE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn organization(number: u128) -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(
        0x0197_0000_0000_7000_8000_0000_0000_0000 + number,
    ))
}

fn a_job(number: u128) -> NewJob {
    NewJob {
        id: JobId::from_uuid(Uuid::from_u128(number)),
        kind: KIND,
        payload: json!({"wall": number.to_string(), "coats": 2}),
        run_at: START,
        max_attempts: 3,
    }
}

async fn enqueue<S: JobSubject>(subject: &S, jobs: &[NewJob]) {
    subject.enqueue(organization(1), jobs, true).await.unwrap();
}

async fn claim<S: JobSubject>(subject: &S, worker: Uuid, now: Timestamp) -> Vec<ClaimedJob> {
    subject.store().claim(worker, now, LEASE, 10).await.unwrap()
}

/// Enqueues a job and claims it for [`ONE`] at [`START`].
async fn claimed<S: JobSubject>(subject: &S) -> JobId {
    enqueue(subject, &[a_job(1)]).await;
    claim(subject, ONE, START).await.remove(0).id
}

mod cases {
    use super::{
        ClaimedJob, Duration, JobId, JobOutcome, JobSubject, LEASE, NewJob, ONE, OTHER, START,
        Uuid, a_job, claim, claimed, enqueue, organization,
    };

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
        };
        assert_eq!(claim(subject, ONE, START).await, [expected]);
    }

    pub(super) async fn a_job_of_a_dropped_unit_does_not_exist<S: JobSubject>(subject: &S) {
        subject
            .enqueue(organization(1), &[a_job(1)], false)
            .await
            .unwrap();

        assert_eq!(claim(subject, ONE, START).await, []);
    }

    pub(super) async fn a_job_cannot_be_claimed_before_its_time<S: JobSubject>(subject: &S) {
        enqueue(subject, &[a_job(1)]).await;

        let early = START - Duration::microseconds(1);
        assert_eq!(claim(subject, ONE, early).await, []);
        assert_eq!(claim(subject, ONE, START).await.len(), 1);
    }

    pub(super) async fn jobs_are_claimed_in_the_order_of_their_times_up_to_the_limit<
        S: JobSubject,
    >(
        subject: &S,
    ) {
        let jobs = [(1, 2), (2, 1), (3, 1), (4, 0)].map(|(number, second)| NewJob {
            run_at: START + Duration::seconds(second),
            ..a_job(number)
        });
        enqueue(subject, &jobs[..2]).await;
        subject
            .enqueue(organization(2), &jobs[2..], true)
            .await
            .unwrap();

        let now = START + Duration::minutes(1);
        let mut order = Vec::new();
        for _ in 0..3 {
            let batch = subject.store().claim(ONE, now, LEASE, 2).await.unwrap();
            let mut ids = batch.iter().map(|job| job.id).collect::<Vec<_>>();
            ids.sort_unstable();
            order.push(ids);
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

    pub(super) async fn a_claimed_job_is_not_claimed_again_while_the_lease_lasts<S: JobSubject>(
        subject: &S,
    ) {
        claimed(subject).await;

        let before_end = START + LEASE - Duration::microseconds(1);
        assert_eq!(claim(subject, OTHER, before_end).await, []);
        assert_eq!(claim(subject, ONE, before_end).await, []);
    }

    pub(super) async fn workers_in_turn_share_the_jobs_without_overlap<S: JobSubject>(subject: &S) {
        let jobs = (1..=9).map(a_job).collect::<Vec<_>>();
        enqueue(subject, &jobs).await;

        let mut all = Vec::new();
        for worker in (1..=4).map(Uuid::from_u128) {
            let batch = subject
                .store()
                .claim(worker, START, LEASE, 3)
                .await
                .unwrap();
            all.extend(batch.into_iter().map(|job| job.id));
        }

        all.sort_unstable();
        assert_eq!(all, jobs.iter().map(|job| job.id).collect::<Vec<_>>());
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
            JobOutcome::Completed,
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
                .finish(job, OTHER, &JobOutcome::Completed, now)
                .await
                .unwrap()
        );
    }

    pub(super) async fn a_completed_job_is_never_claimed_again<S: JobSubject>(subject: &S) {
        let job = claimed(subject).await;
        let store = subject.store();

        let finish = || store.finish(job, ONE, &JobOutcome::Completed, START);
        assert!(finish().await.unwrap());

        assert!(!finish().await.unwrap());
        assert!(!store.renew(job, ONE, START, LEASE).await.unwrap());
        assert_eq!(claim(subject, ONE, START + Duration::days(1)).await, []);
    }

    pub(super) async fn a_job_to_be_retried_is_claimed_at_its_new_time<S: JobSubject>(subject: &S) {
        let job = claimed(subject).await;
        let at = START + Duration::minutes(5);
        let outcome = JobOutcome::Retry {
            at,
            error: "wet-paint".to_owned(),
        };

        let store = subject.store();
        assert!(store.finish(job, ONE, &outcome, START).await.unwrap());

        assert_eq!(claim(subject, ONE, at - Duration::seconds(1)).await, []);
        let again = claim(subject, OTHER, at).await;
        assert_eq!((again[0].id, again[0].attempt), (job, 2));
    }

    pub(super) async fn a_failed_job_is_never_claimed_again<S: JobSubject>(subject: &S) {
        let job = claimed(subject).await;
        let outcome = JobOutcome::Failed {
            error: "no-wall".to_owned(),
        };

        let store = subject.store();
        assert!(store.finish(job, ONE, &outcome, START).await.unwrap());

        assert_eq!(claim(subject, ONE, START + Duration::days(1)).await, []);
    }

    pub(super) async fn a_retry_of_the_last_try_is_a_failure<S: JobSubject>(subject: &S) {
        let job = claimed(subject).await;
        let outcome = JobOutcome::Retry {
            at: START,
            error: "wet-paint".to_owned(),
        };
        let store = subject.store();

        for _ in 1..3 {
            assert!(store.finish(job, ONE, &outcome, START).await.unwrap());
            assert_eq!(claim(subject, ONE, START).await.len(), 1);
        }
        assert!(store.finish(job, ONE, &outcome, START).await.unwrap());

        assert_eq!(claim(subject, ONE, START + Duration::days(1)).await, []);
        assert_eq!(
            store.lag(START + Duration::days(1)).await.unwrap(),
            Duration::ZERO
        );
    }

    pub(super) async fn a_lease_that_ran_out_in_the_last_try_fails_the_job<S: JobSubject>(
        subject: &S,
    ) {
        let job = claimed(subject).await;
        for round in 1..3 {
            assert_eq!(claim(subject, ONE, START + LEASE * round).await.len(), 1);
        }

        let over = START + LEASE * 3;
        assert_eq!(claim(subject, OTHER, over).await, []);

        let store = subject.store();
        let late = JobOutcome::Completed;
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

        let batch = subject.store().claim(ONE, START, LEASE, 1).await.unwrap();
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

    pub(super) async fn a_job_that_nobody_knows_is_held_by_nobody<S: JobSubject>(subject: &S) {
        let store = subject.store();
        let job = JobId::from_uuid(ONE);

        assert!(!store.renew(job, ONE, START, LEASE).await.unwrap());
        assert!(!store.hand_back(job, ONE, START).await.unwrap());
        let done = JobOutcome::Completed;
        assert!(!store.finish(job, ONE, &done, START).await.unwrap());
    }
}
