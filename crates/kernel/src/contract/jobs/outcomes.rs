//! What becomes of a job after a try.

use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::{JobSubject, LEASE, ONE, OTHER, START, claim, claimed};
use crate::JobOutcome;

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

pub(super) async fn a_job_that_waits_goes_on_at_its_time_without_counting_the_try<S: JobSubject>(
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
