//! Who sees nothing of an entry, and entries that are not written.

use kernel::{AuditEntry, OrganizationId, PageRequest, TenantScope};

use super::{about_user, append, count, entry, find, found_ids, platform, tenant, user};
use crate::AuditFilter;
use crate::contract::Subject;

pub(super) async fn an_entry_of_another_organization_cannot_be_appended<S: Subject>(subject: &S) {
    let (scope, other) = (tenant(), tenant());

    let unit = subject.store().begin(&scope).await.unwrap();
    let appended = unit.audit().append(&[entry(&other, 1)]).await;

    assert!(appended.is_err());
    drop(unit);
    assert_eq!(
        found_ids(subject, &other, &AuditFilter::default()).await,
        []
    );
}

pub(super) async fn other_tenants_see_nothing<S: Subject>(subject: &S) {
    let (scope, other) = (tenant(), tenant());
    let theirs = AuditEntry {
        actor: Some(user()),
        ..entry(&scope, 1)
    };
    append(subject, &scope, std::slice::from_ref(&theirs)).await;

    sees_nothing(subject, &other, &theirs).await;
}

pub(super) async fn the_platform_and_its_tenants_see_nothing_of_each_other<S: Subject>(
    subject: &S,
) {
    let (tenant, platform) = (tenant(), platform());
    assert_eq!(platform.organization(), OrganizationId::PLATFORM);
    let by_somebody = |scope: &TenantScope| AuditEntry {
        actor: Some(user()),
        ..entry(scope, 1)
    };
    let (inside, outside) = (by_somebody(&tenant), by_somebody(&platform));
    append(subject, &tenant, std::slice::from_ref(&inside)).await;
    append(subject, &platform, std::slice::from_ref(&outside)).await;

    sees_nothing(subject, &platform, &inside).await;
    sees_nothing(subject, &tenant, &outside).await;
}

/// Nothing that can be asked in `scope` tells of `entry`.
async fn sees_nothing<S: Subject>(subject: &S, scope: &TenantScope, entry: &AuditEntry) {
    let filter = AuditFilter {
        request: Some(entry.request),
        ..AuditFilter::default()
    };
    let first = PageRequest::first();
    let actor = entry.actor.unwrap();
    assert_eq!(find(subject, scope, entry.id).await, None);
    assert_eq!(found_ids(subject, scope, &filter).await, []);
    assert_eq!(count(subject, scope, &filter, &first).await.items, []);
    assert_eq!(about_user(subject, scope, actor, &first).await.items, []);
    let unit = subject.store().begin(scope).await.unwrap();
    assert_eq!(unit.entries().read(&filter, None, 10).await.unwrap(), []);
}

pub(super) async fn an_uncommitted_entry_is_not_seen_by_others<S: Subject>(subject: &S) {
    let scope = tenant();
    let new = entry(&scope, 1);
    let unit = subject.store().begin(&scope).await.unwrap();
    unit.audit()
        .append(std::slice::from_ref(&new))
        .await
        .unwrap();

    assert!(unit.entries().find(new.id).await.unwrap().is_some());
    assert_eq!(find(subject, &scope, new.id).await, None);

    unit.commit().await.unwrap();
    assert!(find(subject, &scope, new.id).await.is_some());
}

pub(super) async fn a_dropped_unit_leaves_no_trace<S: Subject>(subject: &S) {
    let scope = tenant();
    let new = entry(&scope, 1);
    let unit = subject.store().begin(&scope).await.unwrap();
    unit.audit()
        .append(std::slice::from_ref(&new))
        .await
        .unwrap();

    drop(unit);

    assert_eq!(find(subject, &scope, new.id).await, None);
}
