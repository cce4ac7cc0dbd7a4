//! `ContactStore` and `ContactUnit`

use kernel::{IdempotencyRequest, JobId, JobKind, NewJob, StoredAnswer};
use serde_json::json;

use super::Subject;
use super::tenant::{NOW, Tenant, id};

/// The cases of units of work.
#[macro_export]
macro_rules! for_each_contact_unit_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            what_is_not_committed_is_invisible_to_a_second_unit,
            a_unit_takes_entries_jobs_and_answers_along,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_contact_unit_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{
        IdempotencyRequest, JobId, JobKind, NOW, NewJob, StoredAnswer, Subject, Tenant, id, json,
    };

    pub(super) async fn what_is_not_committed_is_invisible_to_a_second_unit<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let contact = tenant.a_contact("ada@example.com");

        let unit = tenant.begin(subject).await;
        unit.contacts().insert(&contact).await.unwrap();
        let second = tenant.begin(subject).await;
        assert_eq!(second.contacts().find(contact.id()).await.unwrap(), None);
        drop(second);
        unit.commit().await.unwrap();

        let third = tenant.begin(subject).await;
        assert!(third.contacts().find(contact.id()).await.unwrap().is_some());
    }

    pub(super) async fn a_unit_takes_entries_jobs_and_answers_along<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut key = [0; 32];
        key[..16].copy_from_slice(id(std::convert::identity).as_bytes());
        let request = IdempotencyRequest {
            key,
            fingerprint: [7; 32],
        };
        let answer = StoredAnswer::Withheld {
            id: id(std::convert::identity),
        };
        let job = NewJob {
            id: id(JobId::from_uuid),
            kind: JobKind::new("contact_contract"),
            payload: json!({}),
            run_at: NOW,
            max_attempts: 1,
        };

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.idempotency().claim(&request, NOW).await.unwrap(), None);
        unit.audit()
            .append(&[tenant.an_audit_entry()])
            .await
            .unwrap();
        unit.jobs().enqueue(&job).await.unwrap();
        unit.idempotency().record(&request, &answer).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.idempotency().claim(&request, NOW).await.unwrap();
        assert_eq!(found, Some(answer));
    }
}
