//! The contract of [`JobStore`], and of the queue that fills it.

#![expect(clippy::unwrap_used, reason = "a case fails where it cannot go on")]

mod cancelling;
mod claiming;
mod leases;
mod outcomes;
mod progress;
mod reading;
mod turns;
mod winding_up;

use async_trait::async_trait;
use serde_json::json;
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use crate::{
    ClaimedJob, JobCancellation, JobCheckpoint, JobClaim, JobId, JobKind, JobLease, JobQueue,
    JobStore, NewJob, OrganizationId, StorageError, Timestamp, UnitOfWork,
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
            a_job_that_is_cancelled_while_it_runs_waits_for_nothing_when_its_try_fails,
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

/// Enqueues a job and claims it for [`ONE`] at [`START`].
async fn claimed<S: JobSubject>(subject: &S) -> JobId {
    enqueue(subject, &[a_job(1)]).await;
    claim(subject, ONE, START).await.remove(0).id
}

async fn cancel<S: JobSubject>(subject: &S, owner: u128, job: JobId) -> Option<JobCancellation> {
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

/// The cases of all files, for the list.
mod cases {
    pub(super) use super::{
        cancelling::*, claiming::*, leases::*, outcomes::*, progress::*, reading::*, turns::*,
        winding_up::*,
    };
}
