//! The entries of the audit log.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking")]

mod boundaries;
mod counting;
mod reading;
mod searching;
mod users;

use kernel::{
    Actor, AuditAction, AuditEntry, AuditEntryId, Changes, Credential, Cursor, OrganizationId,
    Origin, Page, PageLimit, PageRequest, RequestId, SessionId, TenantScope, Timestamp, UserId,
};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use super::Subject;
use crate::{AuditCount, AuditDetail, AuditFilter, AuditRecord};

/// The cases of audit logs.
#[macro_export]
macro_rules! for_each_audit_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            an_entry_is_found_again_with_its_payload,
            an_absent_entry_is_not_found,
            entries_come_newest_first,
            every_part_of_a_filter_narrows_the_search,
            parts_of_a_filter_narrow_together,
            pages_are_total_and_stable,
            entries_are_counted_by_actor_kind_of_thing_and_action,
            counts_are_filtered,
            pages_of_counts_are_total,
            entries_are_read_in_bulk_with_their_payloads,
            what_concerns_a_user_is_found_once,
            pages_of_what_concerns_a_user_are_total,
            an_entry_of_another_organization_cannot_be_appended,
            other_tenants_see_nothing,
            the_platform_and_its_tenants_see_nothing_of_each_other,
            an_uncommitted_entry_is_not_seen_by_others,
            a_dropped_unit_leaves_no_trace,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_audit_case!([kernel::dispatch_contract_case] name subject);
}

/// When the entries are made.
const NOW: Timestamp = datetime!(2026-03-01 12:00 UTC);

/// A new id.
#[expect(
    clippy::disallowed_methods,
    reason = "cases share a database and need ids of their own"
)]
fn id<T>(wrap: impl Fn(Uuid) -> T) -> T {
    wrap(Uuid::now_v7())
}

fn raw_id() -> Uuid {
    id(std::convert::identity)
}

fn user() -> UserId {
    id(UserId::from_uuid)
}

/// Somebody's scope in a new organization.
fn tenant() -> TenantScope {
    TenantScope::for_principal(id(OrganizationId::from_uuid), somebody(), origin())
}

/// Somebody's scope on the platform, whose log all cases share.
fn platform() -> TenantScope {
    TenantScope::platform(somebody(), origin())
}

fn somebody() -> Actor {
    Actor::User(user(), Credential::Session(id(SessionId::from_uuid)))
}

fn origin() -> Origin {
    Origin::internal(id(RequestId::from_uuid))
}

/// An entry of the scope's organization, `minutes` after noon.
fn entry(scope: &TenantScope, minutes: i64) -> AuditEntry {
    AuditEntry {
        id: id(AuditEntryId::from_uuid),
        organization: scope.organization(),
        at: NOW + Duration::minutes(minutes),
        actor: None,
        actor_kind: "operator".to_owned(),
        entity_type: "team".to_owned(),
        entity: Some(raw_id()),
        action: AuditAction::Create,
        request: id(RequestId::from_uuid),
        batch: None,
        changes: Changes::none(),
        ip: None,
        user_agent: None,
        reason: None,
    }
}

async fn append<S: Subject>(subject: &S, scope: &TenantScope, entries: &[AuditEntry]) {
    let unit = subject.store().begin(scope).await.unwrap();
    unit.audit().append(entries).await.unwrap();
    unit.commit().await.unwrap();
}

async fn search<S: Subject>(
    subject: &S,
    scope: &TenantScope,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Page<AuditRecord> {
    let unit = subject.store().begin(scope).await.unwrap();
    let found = unit.entries().search(filter, page).await.unwrap();
    unit.commit().await.unwrap();
    found
}

async fn found_ids<S: Subject>(
    subject: &S,
    scope: &TenantScope,
    filter: &AuditFilter,
) -> Vec<AuditEntryId> {
    let page = search(subject, scope, filter, &PageRequest::first()).await;
    page.items.iter().map(|record| record.id).collect()
}

async fn find<S: Subject>(
    subject: &S,
    scope: &TenantScope,
    id: AuditEntryId,
) -> Option<AuditDetail> {
    let unit = subject.store().begin(scope).await.unwrap();
    let found = unit.entries().find(id).await.unwrap();
    unit.commit().await.unwrap();
    found
}

async fn count<S: Subject>(
    subject: &S,
    scope: &TenantScope,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Page<AuditCount> {
    let unit = subject.store().begin(scope).await.unwrap();
    let counted = unit.entries().count(filter, page).await.unwrap();
    unit.commit().await.unwrap();
    counted
}

async fn about_user<S: Subject>(
    subject: &S,
    scope: &TenantScope,
    user: UserId,
    page: &PageRequest,
) -> Page<AuditDetail> {
    let unit = subject.store().begin(scope).await.unwrap();
    let found = unit.entries().search_about_user(user, page).await.unwrap();
    unit.commit().await.unwrap();
    found
}

fn page(limit: u16, after: Option<Cursor>) -> PageRequest {
    PageRequest {
        limit: PageLimit::new(limit).unwrap(),
        after,
    }
}

/// The cases of all files, for the list.
mod cases {
    pub(super) use super::{boundaries::*, counting::*, reading::*, searching::*, users::*};
}
