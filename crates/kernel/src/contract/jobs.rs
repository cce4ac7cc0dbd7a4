//! The contract of [`JobStore`], and of the queue that fills it.

#![expect(clippy::unwrap_used, reason = "a case fails where it cannot go on")]

use async_trait::async_trait;
use serde_json::json;
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use crate::{
    ClaimedJob, JobClaim, JobId, JobKind, JobOutcome, JobProgress, JobQueue, JobReport, JobStore,
    NewJob, OrganizationId, StorageError, Timestamp, UnitOfWork,
};

/// A unit of work with jobs.
pub trait JobUnit: UnitOfWork {
    /// The jobs of the unit's organization.
    fn jobs(&self) -> &dyn JobQueue;
}

/// An adapter under test, with no job in it.
#[async_trait]
pub trait JobSubject: Send + Sync {
    /// A store of its own for this case.
    async fn fresh() -> Self;
    /// The store.
    fn store(&self) -> &dyn JobStore;
    /// Opens a unit of work of the organization.
    async fn begin(&self, organization: OrganizationId) -> Result<Box<dyn JobUnit>, StorageError>;
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
            a_job_that_waits_goes_on_at_its_time_without_counting_the_try,
            the_lag_is_the_age_of_the_oldest_due_job,
            a_job_that_nobody_knows_is_held_by_nobody,
            organizations_take_turns_and_the_older_job_goes_first,
            a_job_that_runs_counts_for_its_organization_until_its_lease_is_over,
            reserved_places_are_for_organizations_of_which_nothing_runs,
            others_wait_while_a_due_job_is_of_an_organization_of_which_nothing_runs,
            a_waiting_job_without_checkpoint_is_cancelled_at_once,
            a_running_job_is_asked_to_end_and_its_worker_hears_of_it,
            a_waiting_job_with_a_checkpoint_becomes_due_to_be_wound_up,
            what_has_ended_cannot_be_cancelled,
            a_cancellation_of_a_dropped_unit_was_not_asked_for,
            progress_is_kept_and_never_goes_backwards_across_tries,
            only_the_holder_of_the_lease_can_report,
            a_result_is_kept,
            a_checkpoint_is_kept_with_its_unit_and_starts_the_tries_anew,
            a_checkpoint_of_a_dropped_unit_was_not_kept,
            a_worker_without_lease_cannot_keep_a_checkpoint,
            a_job_is_read_as_it_went,
            several_jobs_are_read_at_once,
            open_jobs_are_told_by_what_they_are_about,
            a_job_that_ended_before_its_time_is_handed_out_to_be_wound_up,
            what_was_wound_up_or_saw_to_its_end_itself_is_handed_out_no_more,
            what_could_not_be_wound_up_is_handed_out_again_a_few_times,
            a_job_that_is_wound_up_is_seen_as_it_ended,
            jobs_are_listed_latest_first_by_page_kind_and_status,
            other_organizations_see_and_cancel_nothing,
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

async fn enqueue_for<S: JobSubject>(subject: &S, number: u128, jobs: &[NewJob]) {
    let unit = subject.begin(organization(number)).await.unwrap();
    for job in jobs {
        unit.jobs().enqueue(job).await.unwrap();
    }
    unit.commit().await.unwrap();
}

async fn enqueue<S: JobSubject>(subject: &S, jobs: &[NewJob]) {
    enqueue_for(subject, 1, jobs).await;
}

async fn claim_up_to<S: JobSubject>(
    subject: &S,
    worker: Uuid,
    now: Timestamp,
    limit: u16,
    reserved: u16,
) -> Vec<ClaimedJob> {
    let claim = JobClaim {
        worker,
        now,
        lease: LEASE,
        limit,
        reserved,
    };
    let mut claimed = subject.store().claim(&claim).await.unwrap();
    claimed.sort_unstable_by_key(|job| job.id);
    claimed
}

/// What there is to be worked on: what is only to be wound up is put off for a year.
async fn claim<S: JobSubject>(subject: &S, worker: Uuid, now: Timestamp) -> Vec<ClaimedJob> {
    let mut claimed = claim_up_to(subject, worker, now, 10, 0).await;
    for ended in claimed.extract_if(.., |job| job.early_end.is_some()) {
        let later = Some(now + Duration::days(365));
        let put_off = subject.store().wound_up(ended.id, worker, later, now).await;
        assert!(put_off.unwrap());
    }
    claimed
}

fn numbers(jobs: &[ClaimedJob]) -> Vec<u128> {
    jobs.iter().map(|job| job.id.as_uuid().as_u128()).collect()
}

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

/// Enqueues a job and claims it for [`ONE`] at [`START`].
async fn claimed<S: JobSubject>(subject: &S) -> JobId {
    enqueue(subject, &[a_job(1)]).await;
    claim(subject, ONE, START).await.remove(0).id
}

mod cases {
    use serde_json::json;

    use super::{
        ClaimedJob, Duration, JobId, JobKind, JobOutcome, JobProgress, JobSubject, LEASE, NewJob,
        ONE, OTHER, START, Uuid, a_job, claim, claim_up_to, claimed, enqueue, enqueue_for, numbers,
        organization, report,
    };
    use crate::{
        EarlyEnd, JobCancellation, JobCheckpoint, JobFilter, JobLease, JobStatus, PageLimit,
        PageRequest,
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
            let batch = claim_up_to(subject, worker, START, 3, 0).await;
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

    pub(super) async fn a_completed_job_is_never_claimed_again<S: JobSubject>(subject: &S) {
        let job = claimed(subject).await;
        let store = subject.store();

        let finish = || store.finish(job, ONE, &JobOutcome::DONE, START);
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

    pub(super) async fn a_job_that_waits_goes_on_at_its_time_without_counting_the_try<
        S: JobSubject,
    >(
        subject: &S,
    ) {
        let job = claimed(subject).await;
        let until = START + Duration::minutes(5);
        let waits = JobOutcome::Waits { until };
        let finish = |worker| subject.store().finish(job, worker, &waits, START);

        assert!(!finish(OTHER).await.unwrap());
        assert!(finish(ONE).await.unwrap());
        assert!(!finish(ONE).await.unwrap());

        let early = until - Duration::SECOND;
        assert_eq!(claim(subject, OTHER, early).await, []);
        assert_eq!(subject.store().lag(early).await.unwrap(), Duration::ZERO);
        let again = claim(subject, OTHER, until).await;
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

    pub(super) async fn a_job_that_nobody_knows_is_held_by_nobody<S: JobSubject>(subject: &S) {
        let store = subject.store();
        let job = JobId::from_uuid(ONE);

        assert!(!store.renew(job, ONE, START, LEASE).await.unwrap());
        assert!(!store.hand_back(job, ONE, START).await.unwrap());
        let done = JobOutcome::DONE;
        assert!(!store.finish(job, ONE, &done, START).await.unwrap());
    }

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

    pub(super) async fn reserved_places_are_for_organizations_of_which_nothing_runs<
        S: JobSubject,
    >(
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

    async fn cancel<S: JobSubject>(
        subject: &S,
        owner: u128,
        job: JobId,
    ) -> Option<JobCancellation> {
        let unit = subject.begin(organization(owner)).await.unwrap();
        let cancellation = unit.jobs().cancel(job, START).await.unwrap();
        unit.commit().await.unwrap();
        cancellation
    }

    async fn keep<S: JobSubject>(subject: &S, job: JobId, worker: Uuid, step: u32) -> JobLease {
        let unit = subject.begin(organization(1)).await.unwrap();
        let state = json!({ "step": step });
        let checkpoint = JobCheckpoint {
            job,
            worker,
            state: &state,
            at: START,
        };
        let lease = unit.jobs().checkpoint(checkpoint).await.unwrap();
        if lease != JobLease::Lost {
            unit.commit().await.unwrap();
        }
        lease
    }

    async fn lease<S: JobSubject>(subject: &S, job: JobId, worker: Uuid) -> JobLease {
        let store = subject.store();
        store.report(job, worker, START, None).await.unwrap()
    }

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

    pub(super) async fn a_waiting_job_with_a_checkpoint_becomes_due_to_be_wound_up<
        S: JobSubject,
    >(
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

    pub(super) async fn a_cancellation_of_a_dropped_unit_was_not_asked_for<S: JobSubject>(
        subject: &S,
    ) {
        let job = claimed(subject).await;
        let unit = subject.begin(organization(1)).await.unwrap();
        unit.jobs().cancel(job, START).await.unwrap();
        drop(unit);

        assert_eq!(lease(subject, job, ONE).await, JobLease::Held);
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

    pub(super) async fn a_result_is_kept<S: JobSubject>(subject: &S) {
        let job = claimed(subject).await;
        let outcome = JobOutcome::Completed {
            result: Some(json!({"walls": 3, "wall": Uuid::from_u128(4)})),
        };

        let store = subject.store();
        assert!(store.finish(job, ONE, &outcome, START).await.unwrap());

        let record = store.look_up(job).await.unwrap().unwrap();
        assert_eq!(
            record.result,
            Some(json!({"walls": 3, "wall": Uuid::from_u128(4)}))
        );
        assert_eq!(record.percent(), Some(100));
    }

    pub(super) async fn a_checkpoint_is_kept_with_its_unit_and_starts_the_tries_anew<
        S: JobSubject,
    >(
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

    pub(super) async fn a_worker_without_lease_cannot_keep_a_checkpoint<S: JobSubject>(
        subject: &S,
    ) {
        let job = claimed(subject).await;
        assert_eq!(keep(subject, job, OTHER, 1).await, JobLease::Lost);
        assert_eq!(claim(subject, OTHER, START + LEASE).await.len(), 1);

        assert_eq!(keep(subject, job, ONE, 1).await, JobLease::Lost);
        assert_eq!(keep(subject, job, OTHER, 2).await, JobLease::Held);
    }

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

    /// Jobs that ended before their time, in all ways in which that can happen, with how they ended.
    async fn ended_early<S: JobSubject>(subject: &S) -> Vec<(JobId, EarlyEnd)> {
        let store = subject.store();
        let jobs = (1..=5).map(a_job).collect::<Vec<_>>();
        let once = jobs.iter().map(|job| NewJob {
            max_attempts: 1,
            ..job.clone()
        });
        enqueue(subject, &once.collect::<Vec<_>>()).await;
        let [waiting, failed, given_up, lost, withdrawn] = [1, 2, 3, 4, 5].map(|n| a_job(n).id);
        cancel(subject, 1, waiting).await;
        assert_eq!(claim(subject, ONE, START).await.len(), 4);
        for (job, outcome) in [
            (
                failed,
                JobOutcome::Failed {
                    error: "no-wall".to_owned(),
                },
            ),
            (
                given_up,
                JobOutcome::Retry {
                    at: START,
                    error: "wet-paint".to_owned(),
                },
            ),
            (withdrawn, JobOutcome::Withdrawn),
        ] {
            assert!(store.finish(job, ONE, &outcome, START).await.unwrap());
        }
        // The cancelled one was put off with the first claim; all are due now.
        let over = START + Duration::days(365);
        let due = claim_up_to(subject, OTHER, over, 10, 0).await;
        let failed_with = |code: &str| EarlyEnd::Failed(code.to_owned());
        let mut ends = due
            .into_iter()
            .map(|job| (job.id, job.early_end.unwrap()))
            .collect::<Vec<_>>();
        // Whose lease ran out fails with one claim and is handed out with the next.
        let lost_one = claim_up_to(subject, OTHER, over, 10, 0).await;
        ends.extend(
            lost_one
                .into_iter()
                .map(|job| (job.id, job.early_end.unwrap())),
        );
        ends.sort_unstable_by_key(|(job, _)| *job);
        let expected = [
            (waiting, EarlyEnd::Cancelled),
            (failed, failed_with("no-wall")),
            (given_up, failed_with("wet-paint")),
            (lost, failed_with("worker-lost")),
            (withdrawn, EarlyEnd::Cancelled),
        ];
        assert_eq!(ends, expected);
        ends
    }

    pub(super) async fn a_job_that_ended_before_its_time_is_handed_out_to_be_wound_up<
        S: JobSubject,
    >(
        subject: &S,
    ) {
        let ended = ended_early(subject).await;

        let now = START + Duration::days(365);
        assert_eq!(claim_up_to(subject, ONE, now, 10, 0).await, []);
        let statuses = ended.iter().map(|(_, end)| match end {
            EarlyEnd::Cancelled => JobStatus::Cancelled,
            EarlyEnd::Failed(_) => JobStatus::Failed,
        });
        for ((job, _), status) in ended.iter().zip(statuses) {
            let record = subject.store().look_up(*job).await.unwrap().unwrap();
            assert_eq!(record.status, status);
            assert!(record.attempts <= record.max_attempts);
        }
        assert_eq!(subject.store().lag(now).await.unwrap(), Duration::ZERO);
    }

    pub(super) async fn what_was_wound_up_or_saw_to_its_end_itself_is_handed_out_no_more<
        S: JobSubject,
    >(
        subject: &S,
    ) {
        let store = subject.store();
        let now = START + Duration::days(365);
        for (job, _) in ended_early(subject).await {
            assert!(!store.wound_up(job, ONE, None, now).await.unwrap());
            assert!(store.renew(job, OTHER, now, LEASE).await.unwrap());
            assert!(store.wound_up(job, OTHER, None, now).await.unwrap());
            assert!(!store.wound_up(job, OTHER, None, now).await.unwrap());
        }
        enqueue(subject, &[a_job(11), a_job(12)]).await;
        assert_eq!(claim(subject, ONE, now).await.len(), 2);
        for (job, outcome) in [
            (a_job(11).id, JobOutcome::DONE),
            (a_job(12).id, JobOutcome::Cancelled { result: None }),
        ] {
            assert!(!store.wound_up(job, ONE, None, now).await.unwrap());
            assert!(store.finish(job, ONE, &outcome, now).await.unwrap());
        }

        let later = now + Duration::days(365);
        assert_eq!(claim_up_to(subject, ONE, later, 10, 0).await, []);
    }

    pub(super) async fn what_could_not_be_wound_up_is_handed_out_again_a_few_times<
        S: JobSubject,
    >(
        subject: &S,
    ) {
        enqueue(subject, &[a_job(1)]).await;
        cancel(subject, 1, a_job(1).id).await;
        let store = subject.store();

        let mut now = START;
        for attempt in 1..=EarlyEnd::TRIES {
            let claimed = claim_up_to(subject, ONE, now, 10, 0).await;
            assert_eq!(numbers(&claimed), [1], "{attempt}");
            let job = &claimed[0];
            assert_eq!((job.attempt, job.max_attempts), (attempt, EarlyEnd::TRIES));
            assert_eq!(job.early_end, Some(EarlyEnd::Cancelled));
            assert_eq!(job.payload, a_job(1).payload);
            assert_eq!(claim_up_to(subject, OTHER, now, 10, 0).await, []);
            if attempt % 2 == 0 {
                // Its worker died.
                now += LEASE;
            } else {
                let soon = now + Duration::minutes(1);
                let again = store.wound_up(job.id, ONE, Some(soon), now).await;
                assert!(again.unwrap());
                let early = soon - Duration::seconds(1);
                assert_eq!(claim_up_to(subject, OTHER, early, 10, 0).await, []);
                now = soon;
            }
        }
        let later = now + Duration::days(365);
        assert_eq!(claim_up_to(subject, ONE, later, 10, 0).await, []);
    }

    pub(super) async fn a_job_that_is_wound_up_is_seen_as_it_ended<S: JobSubject>(subject: &S) {
        enqueue(subject, &[a_job(1)]).await;
        let job = a_job(1).id;
        cancel(subject, 1, job).await;
        let store = subject.store();
        let before = store.look_up(job).await.unwrap().unwrap();

        let claimed = claim_up_to(subject, ONE, START, 10, 0).await;
        assert_eq!(claimed.len(), 1);
        assert_eq!(store.look_up(job).await.unwrap().as_ref(), Some(&before));
        assert_eq!(
            cancel(subject, 1, job).await,
            Some(JobCancellation::TooLate)
        );
        assert_eq!(lease(subject, job, ONE).await, JobLease::Lost);
        assert_eq!(keep(subject, job, ONE, 1).await, JobLease::Lost);
        assert!(!store.hand_back(job, ONE, START).await.unwrap());
        let done = JobOutcome::DONE;
        assert!(!store.finish(job, ONE, &done, START).await.unwrap());
        assert!(store.wound_up(job, ONE, None, START).await.unwrap());

        assert_eq!(store.look_up(job).await.unwrap(), Some(before));
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
}
