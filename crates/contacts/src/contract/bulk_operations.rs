//! `BulkOperationRepository`

use kernel::{JobId, Version};

use super::Subject;
use super::tenant::{LATER, NOW, Tenant, attributes, id};
use crate::{
    AttributesChange, BulkCounts, BulkDeed, BulkKind, BulkStatus, Classification,
    ContactBulkOperation, ContactBulkOperationState, ContactError, ContactFilter, ContactSource,
    ProfileChange, TimeRange, ValidationStatus,
};

/// The cases of bulk operations.
#[macro_export]
macro_rules! for_each_bulk_operation_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            every_kind_of_operation_is_found_again,
            all_that_an_operation_is_is_written,
            an_operation_that_changed_meanwhile_is_not_written,
            a_dropped_unit_leaves_no_operation,
            other_tenants_see_no_operation,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_bulk_operation_case!([kernel::dispatch_contract_case] name subject);
}

/// The operation with these fields instead.
fn with(
    operation: &ContactBulkOperation,
    change: impl FnOnce(&mut ContactBulkOperationState),
) -> ContactBulkOperation {
    let mut state = operation.state().clone();
    change(&mut state);
    ContactBulkOperation::restore(state)
}

/// A filter of which every part is set, but for the list.
fn narrow() -> ContactFilter {
    let range = |since, until| TimeRange::new(since, until).unwrap();
    ContactFilter {
        deleted: false,
        list: None,
        statuses: vec![ValidationStatus::Risky, ValidationStatus::Pending],
        classifications: vec![Classification::Role],
        source: Some(ContactSource::Import),
        suppressed: Some(false),
        created: range(Some(NOW), None),
        validated: range(None, Some(LATER)),
        attributes: vec![("City".to_owned(), "Köln: \"Süd\"".to_owned())],
        search: "müller -gmail.com".parse().ok(),
    }
}

/// A change of which a part is set, a part is cleared and a part is kept.
fn a_change() -> ProfileChange {
    let merged = attributes(&[("City", "Köln")]);
    ProfileChange {
        first_name: kernel::Patch::Set("Ada".parse().ok()),
        phone: kernel::Patch::Set(None),
        attributes: AttributesChange::new(merged.as_map().clone()).unwrap(),
        ..ProfileChange::default()
    }
}

mod cases {
    use super::{
        BulkCounts, BulkDeed, BulkKind, BulkStatus, ContactBulkOperation, ContactError,
        ContactFilter, JobId, LATER, NOW, Subject, Tenant, Version, a_change, id, narrow, with,
    };

    fn an_operation(
        tenant: &Tenant,
        deed: BulkDeed,
        filter: ContactFilter,
    ) -> ContactBulkOperation {
        let organization = tenant.scope.organization();
        let by = tenant.scope.actor().user();
        ContactBulkOperation::open(id(JobId::from_uuid), organization, deed, filter, NOW, by)
    }

    async fn insert<S: Subject>(tenant: &Tenant, subject: &S, operation: &ContactBulkOperation) {
        let unit = tenant.begin(subject).await;
        unit.bulk_operations().insert(operation).await.unwrap();
        unit.commit().await.unwrap();
    }

    async fn find<S: Subject>(
        tenant: &Tenant,
        subject: &S,
        operation: &ContactBulkOperation,
    ) -> Option<ContactBulkOperation> {
        let unit = tenant.begin(subject).await;
        unit.bulk_operations().find(operation.id()).await.unwrap()
    }

    pub(super) async fn every_kind_of_operation_is_found_again<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await.id();
        let on_list = ContactFilter {
            list: Some(list),
            ..narrow()
        };
        for (deed, filter) in [
            (BulkDeed::Delete, ContactFilter::default()),
            (BulkDeed::Update(a_change()), narrow()),
            (BulkDeed::AddToList(list), narrow()),
            (BulkDeed::RemoveFromList(list), on_list),
        ] {
            let operation = an_operation(&tenant, deed.clone(), filter);
            insert(&tenant, subject, &operation).await;

            let found = find(&tenant, subject, &operation).await;
            assert_eq!(found.as_ref(), Some(&operation));
            assert_eq!(found.and_then(|found| found.deed()), Some(deed));
        }
        let absent = an_operation(&tenant, BulkDeed::Delete, narrow());
        assert_eq!(find(&tenant, subject, &absent).await, None);
    }

    pub(super) async fn all_that_an_operation_is_is_written<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await.id();
        let operation = an_operation(&tenant, BulkDeed::Update(a_change()), narrow());
        insert(&tenant, subject, &operation).await;

        let ended = with(&operation, |state| {
            state.kind = BulkKind::AddToList;
            state.list = Some(list);
            state.filter = None;
            state.changes = None;
            state.counts = BulkCounts {
                changed: 6_000_000_000,
                unchanged: 2,
                refused: 3,
            };
            state.status = BulkStatus::Failed;
            state.error = Some("unavailable".to_owned());
            state.finished_at = Some(LATER);
            state.stamps.touch(LATER, None);
        });
        let unit = tenant.begin(subject).await;
        let written = unit.bulk_operations().update(&ended, Version::FIRST).await;
        written.unwrap();
        unit.commit().await.unwrap();

        assert_eq!(find(&tenant, subject, &operation).await, Some(ended));
    }

    pub(super) async fn an_operation_that_changed_meanwhile_is_not_written<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let operation = an_operation(&tenant, BulkDeed::Delete, narrow());
        insert(&tenant, subject, &operation).await;
        let first = with(&operation, |state| state.stamps.touch(LATER, None));
        let second = with(&first, |state| state.stamps.touch(LATER, None));

        let unit = tenant.begin(subject).await;
        let operations = unit.bulk_operations();
        operations.update(&first, Version::FIRST).await.unwrap();
        let stale = operations.update(&second, Version::FIRST).await;
        assert!(matches!(stale, Err(ContactError::Stale)));
        let expected = first.state().stamps.version;
        operations.update(&second, expected).await.unwrap();
        unit.commit().await.unwrap();

        assert_eq!(find(&tenant, subject, &operation).await, Some(second));
    }

    pub(super) async fn a_dropped_unit_leaves_no_operation<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let operation = an_operation(&tenant, BulkDeed::Delete, narrow());

        let unit = tenant.begin(subject).await;
        unit.bulk_operations().insert(&operation).await.unwrap();
        assert_eq!(find(&tenant, subject, &operation).await, None);
        drop(unit);

        assert_eq!(find(&tenant, subject, &operation).await, None);
    }

    pub(super) async fn other_tenants_see_no_operation<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let operation = an_operation(&tenant, BulkDeed::Delete, narrow());
        insert(&tenant, subject, &operation).await;

        assert_eq!(find(&other, subject, &operation).await, None);
        let changed = with(&operation, |state| state.stamps.touch(LATER, None));
        let unit = other.begin(subject).await;
        let stale = unit
            .bulk_operations()
            .update(&changed, Version::FIRST)
            .await;
        assert!(matches!(stale, Err(ContactError::Stale)));
        unit.commit().await.unwrap();

        assert_eq!(find(&tenant, subject, &operation).await, Some(operation));
    }
}
