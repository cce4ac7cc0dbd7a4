//! How jobs that ended before their time are wound up.

use time::Duration;

use super::{
    JobSubject, LEASE, ONE, OTHER, START, a_job, cancel, claim, claim_up_to, enqueue, keep, lease,
    numbers,
};
use crate::{EarlyEnd, JobCancellation, JobId, JobLease, JobOutcome, JobStatus, NewJob};

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

pub(super) async fn a_job_that_ended_before_its_time_is_handed_out_to_be_wound_up<S: JobSubject>(
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

pub(super) async fn what_could_not_be_wound_up_is_handed_out_again_a_few_times<S: JobSubject>(
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
