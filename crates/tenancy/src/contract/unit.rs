//! Units of work, and the slices that every context shares.

use kernel::{
    IdGenerator, IdempotencyError, IdempotencyRequest, JobId, JobKind, NewJob, StoredAnswer,
};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant, id};

/// The cases of units of work.
#[macro_export]
macro_rules! for_each_unit_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_dropped_unit_leaves_no_trace,
            what_is_not_committed_is_invisible_to_a_second_unit,
            an_audit_entry_of_another_organization_is_refused,
            audit_entries_and_jobs_are_taken_in,
            a_repeated_request_gets_the_recorded_answer,
            a_key_with_another_fingerprint_is_refused,
            a_reservation_ends_with_its_dropped_unit,
            a_forgotten_request_can_be_made_again,
            an_expired_key_can_be_used_again,
            a_withheld_answer_keeps_the_id,
            other_tenants_do_not_share_keys,
            what_an_organization_starts_with_is_unpacked_once,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_unit_case!([kernel::dispatch_contract_case] name subject);
}

fn a_request() -> IdempotencyRequest {
    let mut key = [0; 32];
    key[..16].copy_from_slice(id(std::convert::identity).as_bytes());
    IdempotencyRequest {
        key,
        fingerprint: [1; 32],
    }
}

fn an_answer() -> StoredAnswer {
    StoredAnswer::Whole {
        status: 201,
        etag: Some("\"1\"".to_owned()),
        location: Some("/v1/teams/1".to_owned()),
        body: "{\"name\":\"Łódź\"}".to_owned(),
    }
}

struct Ids;

impl IdGenerator for Ids {
    fn next(&self) -> uuid::Uuid {
        id(std::convert::identity)
    }
}

mod cases {
    use super::{
        Duration, IdempotencyError, IdempotencyRequest, Ids, JobId, JobKind, NOW, NewJob,
        StoredAnswer, Subject, Tenant, a_request, an_answer, id,
    };

    pub(super) async fn a_dropped_unit_leaves_no_trace<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let role = tenant.a_role("Closer");

        let unit = tenant.begin(subject).await;
        unit.roles().insert(&role).await.unwrap();
        unit.directory()
            .claim_slug(&super::super::tenant::a_slug(), NOW)
            .await
            .unwrap();
        drop(unit);

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.roles().find(role.state().id).await.unwrap(), None);
    }

    pub(super) async fn what_is_not_committed_is_invisible_to_a_second_unit<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let role = tenant.a_role("Closer");
        let first = tenant.begin(subject).await;
        first.roles().insert(&role).await.unwrap();

        let second = tenant.begin(subject).await;
        assert_eq!(second.roles().find(role.state().id).await.unwrap(), None);
        drop(second);

        first.commit().await.unwrap();
        let third = tenant.begin(subject).await;
        assert_eq!(
            third.roles().find(role.state().id).await.unwrap(),
            Some(role)
        );
    }

    pub(super) async fn an_audit_entry_of_another_organization_is_refused<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);

        let unit = tenant.begin(subject).await;
        assert!(
            unit.audit()
                .append(&[other.an_audit_entry()])
                .await
                .is_err()
        );
    }

    pub(super) async fn audit_entries_and_jobs_are_taken_in<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let job = NewJob {
            id: id(JobId::from_uuid),
            kind: JobKind::new("contract_case"),
            payload: serde_json::json!({"n": 1}),
            run_at: NOW + Duration::days(36_500),
            max_attempts: 3,
        };

        let unit = tenant.begin(subject).await;
        unit.audit().append(&[]).await.unwrap();
        unit.audit()
            .append(&[tenant.an_audit_entry(), tenant.an_audit_entry()])
            .await
            .unwrap();
        unit.jobs().enqueue(&job).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_repeated_request_gets_the_recorded_answer<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let request = a_request();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.idempotency().claim(&request, NOW).await.unwrap(), None);
        unit.idempotency()
            .record(&request, &an_answer())
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.idempotency().claim(&request, NOW).await.unwrap(),
            Some(an_answer())
        );
    }

    pub(super) async fn a_key_with_another_fingerprint_is_refused<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let request = a_request();
        let unit = tenant.begin(subject).await;
        unit.idempotency().claim(&request, NOW).await.unwrap();
        unit.idempotency()
            .record(&request, &an_answer())
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let other = IdempotencyRequest {
            fingerprint: [2; 32],
            ..request
        };
        let refused = unit.idempotency().claim(&other, NOW).await;
        assert!(
            matches!(refused, Err(IdempotencyError::Reused)),
            "{refused:?}"
        );
    }

    pub(super) async fn a_reservation_ends_with_its_dropped_unit<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let request = a_request();
        let unit = tenant.begin(subject).await;
        unit.idempotency().claim(&request, NOW).await.unwrap();
        drop(unit);

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.idempotency().claim(&request, NOW).await.unwrap(), None);
    }

    pub(super) async fn a_forgotten_request_can_be_made_again<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let (request, kept) = (a_request(), a_request());
        for tenant in [&tenant, &other] {
            let unit = tenant.begin(subject).await;
            for request in [&request, &kept] {
                unit.idempotency().claim(request, NOW).await.unwrap();
                unit.idempotency()
                    .record(request, &an_answer())
                    .await
                    .unwrap();
            }
            unit.commit().await.unwrap();
        }

        let unit = tenant.begin(subject).await;
        unit.idempotency().forget(&request).await.unwrap();
        unit.idempotency().forget(&a_request()).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.idempotency().claim(&request, NOW).await.unwrap(), None);
        let answer = unit.idempotency().claim(&kept, NOW).await.unwrap();
        assert_eq!(answer, Some(an_answer()), "another request is remembered");
        drop(unit);
        let unit = other.begin(subject).await;
        let answer = unit.idempotency().claim(&request, NOW).await.unwrap();
        assert_eq!(
            answer,
            Some(an_answer()),
            "another organization's is remembered"
        );
    }

    pub(super) async fn an_expired_key_can_be_used_again<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let request = a_request();
        let unit = tenant.begin(subject).await;
        unit.idempotency().claim(&request, NOW).await.unwrap();
        unit.idempotency()
            .record(&request, &an_answer())
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let other = IdempotencyRequest {
            fingerprint: [2; 32],
            ..request
        };
        assert_eq!(
            unit.idempotency()
                .claim(&other, NOW + Duration::hours(24))
                .await
                .unwrap(),
            None
        );
    }

    pub(super) async fn a_withheld_answer_keeps_the_id<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let request = a_request();
        let answer = StoredAnswer::Withheld {
            id: id(std::convert::identity),
        };
        let unit = tenant.begin(subject).await;
        unit.idempotency().claim(&request, NOW).await.unwrap();
        unit.idempotency().record(&request, &answer).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.idempotency().claim(&request, NOW).await.unwrap(),
            Some(answer)
        );
    }

    pub(super) async fn other_tenants_do_not_share_keys<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let request = a_request();
        let unit = tenant.begin(subject).await;
        unit.idempotency().claim(&request, NOW).await.unwrap();
        unit.idempotency()
            .record(&request, &an_answer())
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = other.begin(subject).await;
        assert_eq!(unit.idempotency().claim(&request, NOW).await.unwrap(), None);
    }

    pub(super) async fn what_an_organization_starts_with_is_unpacked_once<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let owner = tenant.owner.state().id;

        let unit = tenant.begin(subject).await;
        let unpacked = unit.starter_kit().unpack(&Ids, NOW, owner).await.unwrap();
        unit.commit().await.unwrap();
        let unit = tenant.begin(subject).await;
        let again = unit.starter_kit().unpack(&Ids, NOW, owner).await.unwrap();

        assert!(!unpacked.is_empty());
        assert_eq!(again, []);
    }
}
