//! The cases.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking")]

use std::collections::BTreeSet;

use kernel::{
    Actor, AuditAction, AuditEntry, AuditEntryId, Changes, Credential, Cursor, OrganizationId,
    Origin, Page, PageLimit, PageRequest, RequestId, SessionId, TenantScope, Timestamp, UserId,
};
use serde_json::json;
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use crate::contract::Subject;
use crate::{AuditCount, AuditDetail, AuditFilter, AuditRecord, TimeRange};

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

pub(super) async fn an_entry_is_found_again_with_its_payload<S: Subject>(subject: &S) {
    let scope = tenant();
    let whole = AuditEntry {
        actor: Some(user()),
        actor_kind: "api_key".to_owned(),
        action: AuditAction::Update,
        batch: Some(raw_id()),
        changes: Changes::none()
            .field("name", "North", "\u{1F4A1} Łódź")
            .field(
                "settings",
                json!(null),
                json!({"b": [1, 2.5, true], "a": {}}),
            )
            .secret("key", true),
        ip: Some("2001:db8::7".parse().unwrap()),
        user_agent: Some("Mozilla/5.0 (\"quoted\"; \\)".to_owned()),
        reason: Some("asked for by telephone".to_owned()),
        ..entry(&scope, 1)
    };
    let bare = AuditEntry {
        entity: None,
        ..entry(&scope, 2)
    };

    append(subject, &scope, &[whole.clone(), bare.clone()]).await;

    for expected in [&whole, &bare] {
        let found = find(subject, &scope, expected.id).await.unwrap();
        assert_eq!(found, AuditDetail::from(expected));
    }
    let listed = search(
        subject,
        &scope,
        &AuditFilter::default(),
        &PageRequest::first(),
    )
    .await;
    assert_eq!(listed.items, [(&bare).into(), (&whole).into()]);
    assert_eq!(listed.items[1].fields, ["key", "name", "settings"]);
}

pub(super) async fn an_absent_entry_is_not_found<S: Subject>(subject: &S) {
    let scope = tenant();
    append(subject, &scope, &[entry(&scope, 1)]).await;

    let found = find(subject, &scope, id(AuditEntryId::from_uuid)).await;

    assert_eq!(found, None);
}

pub(super) async fn entries_come_newest_first<S: Subject>(subject: &S) {
    let scope = tenant();
    let mut entries = [3, 1, 2, 2].map(|minutes| entry(&scope, minutes));
    append(subject, &scope, &entries).await;

    let found = found_ids(subject, &scope, &AuditFilter::default()).await;

    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    assert_eq!(found, entries.map(|entry| entry.id));
}

pub(super) async fn every_part_of_a_filter_narrows_the_search<S: Subject>(subject: &S) {
    let scope = tenant();
    let wanted = AuditEntry {
        actor: Some(user()),
        entity_type: "api_key".to_owned(),
        action: AuditAction::Revoke,
        batch: Some(raw_id()),
        ..entry(&scope, 5)
    };
    let before = entry(&scope, 4);
    let after = AuditEntry {
        actor: Some(user()),
        batch: Some(raw_id()),
        entity: None,
        ..entry(&scope, 6)
    };
    append(subject, &scope, &[before, wanted.clone(), after]).await;

    let minute = Duration::MINUTE;
    let ranges = [
        (wanted.at, wanted.at + minute),
        (wanted.at - minute / 2, wanted.at + minute),
    ];
    let all = AuditFilter::default;
    let filters = [
        AuditFilter {
            actor: wanted.actor,
            ..all()
        },
        AuditFilter {
            entity_type: wanted.entity_type.parse().ok(),
            ..all()
        },
        AuditFilter {
            entity: wanted.entity,
            ..all()
        },
        AuditFilter {
            action: Some(wanted.action),
            ..all()
        },
        AuditFilter {
            batch: wanted.batch,
            ..all()
        },
        AuditFilter {
            request: Some(wanted.request),
            ..all()
        },
        AuditFilter {
            time: TimeRange::new(Some(ranges[0].0), Some(ranges[0].1)).unwrap(),
            ..all()
        },
        AuditFilter {
            time: TimeRange::new(Some(ranges[1].0), Some(ranges[1].1)).unwrap(),
            ..all()
        },
    ];
    for filter in filters {
        let found = found_ids(subject, &scope, &filter).await;
        assert_eq!(found, [wanted.id], "{filter:?}");
    }
    let none = TimeRange::new(Some(wanted.at + minute / 2), Some(wanted.at + minute)).unwrap();
    assert_eq!(
        found_ids(
            subject,
            &scope,
            &AuditFilter {
                time: none,
                ..all()
            }
        )
        .await,
        []
    );
}

pub(super) async fn parts_of_a_filter_narrow_together<S: Subject>(subject: &S) {
    let scope = tenant();
    let actor = user();
    let by = |minutes, action| AuditEntry {
        actor: Some(actor),
        action,
        ..entry(&scope, minutes)
    };
    let wanted = by(2, AuditAction::Delete);
    let others = [
        by(3, AuditAction::Create),
        by(9, AuditAction::Delete),
        entry(&scope, 2),
    ];
    append(
        subject,
        &scope,
        &[&others[..], std::slice::from_ref(&wanted)].concat(),
    )
    .await;

    let filter = AuditFilter {
        actor: Some(actor),
        action: Some(AuditAction::Delete),
        time: TimeRange::new(None, Some(others[1].at)).unwrap(),
        ..AuditFilter::default()
    };

    assert_eq!(found_ids(subject, &scope, &filter).await, [wanted.id]);
}

pub(super) async fn pages_are_total_and_stable<S: Subject>(subject: &S) {
    let scope = tenant();
    // Some at the same instant, so that the ids have to break the tie.
    let entries = (0..11).map(|n| entry(&scope, n / 4)).collect::<Vec<_>>();
    append(subject, &scope, &entries).await;

    let filter = AuditFilter::default();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let found = search(subject, &scope, &filter, &page(3, after.clone())).await;
        seen.extend(found.items.iter().map(|record| record.id));
        if found.next.is_none() {
            break;
        }
        after = found.next;
        // Newer ones that come in between belong to no page that is still to come.
        append(subject, &scope, &[entry(&scope, 60)]).await;
    }

    let mut expected = entries.iter().map(|e| (e.at, e.id)).collect::<Vec<_>>();
    expected.sort_by_key(|key| std::cmp::Reverse(*key));
    assert_eq!(
        seen,
        expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    );
}

pub(super) async fn entries_are_counted_by_actor_kind_of_thing_and_action<S: Subject>(subject: &S) {
    let scope = tenant();
    let (ada, bob) = (user(), user());
    let of = |actor, entity_type: &str, action| AuditEntry {
        actor,
        entity_type: entity_type.to_owned(),
        action,
        ..entry(&scope, 1)
    };
    let entries = [
        of(Some(ada), "team", AuditAction::Create),
        of(Some(ada), "team", AuditAction::Create),
        of(Some(ada), "team", AuditAction::Update),
        of(Some(ada), "role", AuditAction::Create),
        of(Some(bob), "team", AuditAction::Create),
        of(None, "team", AuditAction::Create),
        of(None, "team", AuditAction::Create),
        of(None, "team", AuditAction::Create),
    ];
    append(subject, &scope, &entries).await;

    let counted = count(
        subject,
        &scope,
        &AuditFilter::default(),
        &PageRequest::first(),
    )
    .await;

    let row = |actor, entity_type: &str, action, count| AuditCount {
        actor,
        entity_type: entity_type.to_owned(),
        action,
        count,
    };
    let mut expected = [
        row(Some(ada), "role", AuditAction::Create, 1),
        row(Some(ada), "team", AuditAction::Create, 2),
        row(Some(ada), "team", AuditAction::Update, 1),
        row(Some(bob), "team", AuditAction::Create, 1),
        row(None, "team", AuditAction::Create, 3),
    ];
    expected.sort_by_key(|row| (row.actor, row.entity_type.clone(), row.action.as_str()));
    assert_eq!(counted.items, expected);
    assert_eq!(counted.next, None);
}

pub(super) async fn counts_are_filtered<S: Subject>(subject: &S) {
    let scope = tenant();
    let entries = [1, 2, 3].map(|minutes| entry(&scope, minutes));
    append(subject, &scope, &entries).await;

    let filter = AuditFilter {
        time: TimeRange::new(Some(entries[1].at), None).unwrap(),
        ..AuditFilter::default()
    };
    let counted = count(subject, &scope, &filter, &PageRequest::first()).await;
    assert_eq!(
        counted
            .items
            .iter()
            .map(|row| row.count)
            .collect::<Vec<_>>(),
        [2]
    );

    let nobody = AuditFilter {
        actor: Some(user()),
        ..AuditFilter::default()
    };
    assert_eq!(
        count(subject, &scope, &nobody, &PageRequest::first())
            .await
            .items,
        []
    );
}

pub(super) async fn pages_of_counts_are_total<S: Subject>(subject: &S) {
    let scope = tenant();
    let mut entries = Vec::new();
    for actor in [None, Some(user()), Some(user())] {
        for entity_type in ["api_key", "team", "team_member"] {
            for action in [AuditAction::Create, AuditAction::Delete] {
                entries.push(AuditEntry {
                    actor,
                    entity_type: entity_type.to_owned(),
                    action,
                    ..entry(&scope, 1)
                });
            }
        }
    }
    append(subject, &scope, &entries).await;

    let filter = AuditFilter::default();
    let whole = count(subject, &scope, &filter, &PageRequest::first())
        .await
        .items;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let counted = count(subject, &scope, &filter, &page(5, after)).await;
        seen.extend(counted.items);
        after = counted.next;
        if after.is_none() {
            break;
        }
    }

    assert_eq!(seen.len(), entries.len());
    assert_eq!(seen, whole);
}

pub(super) async fn entries_are_read_in_bulk_with_their_payloads<S: Subject>(subject: &S) {
    let scope = tenant();
    let entries = (0..7)
        .map(|n| AuditEntry {
            changes: Changes::none().field("n", json!(null), n),
            ip: Some("192.0.2.1".parse().unwrap()),
            ..entry(&scope, n / 3)
        })
        .collect::<Vec<_>>();
    let other = AuditEntry {
        action: AuditAction::Purge,
        ..entry(&scope, 1)
    };
    append(subject, &scope, &[&entries[..], &[other]].concat()).await;

    let filter = AuditFilter {
        action: Some(AuditAction::Create),
        ..AuditFilter::default()
    };
    let mut read = Vec::new();
    let mut behind = None;
    loop {
        let unit = subject.store().begin(&scope).await.unwrap();
        let some = unit.entries().read(&filter, behind, 3).await.unwrap();
        unit.commit().await.unwrap();
        let count = some.len();
        read.extend(some);
        behind = read.last().map(|detail| detail.record.position());
        if count < 3 {
            break;
        }
    }

    let mut expected = entries.iter().map(AuditDetail::from).collect::<Vec<_>>();
    expected.sort_by_key(|detail| std::cmp::Reverse(detail.record.position()));
    assert_eq!(read, expected);
}

pub(super) async fn what_concerns_a_user_is_found_once<S: Subject>(subject: &S) {
    let scope = platform();
    let user = user();
    let account = |minutes, actor| AuditEntry {
        actor,
        entity_type: "user".to_owned(),
        entity: Some(user.as_uuid()),
        ip: Some("192.0.2.1".parse().unwrap()),
        ..entry(&scope, minutes)
    };
    let by_them = AuditEntry {
        actor: Some(user),
        ..entry(&scope, 1)
    };
    let to_them = account(2, None);
    let both = account(3, Some(user));
    let neither = entry(&scope, 4);
    let something_else = AuditEntry {
        entity_type: "team".to_owned(),
        ..account(5, None)
    };
    let entries = [
        by_them.clone(),
        to_them.clone(),
        both.clone(),
        neither,
        something_else,
    ];
    append(subject, &scope, &entries).await;

    let found = about_user(subject, &scope, user, &PageRequest::first()).await;

    assert_eq!(
        found.items,
        [&both, &to_them, &by_them].map(AuditDetail::from)
    );
    assert_eq!(found.next, None);
}

pub(super) async fn pages_of_what_concerns_a_user_are_total<S: Subject>(subject: &S) {
    let scope = platform();
    let user = user();
    let entries = (0..9)
        .map(|n| AuditEntry {
            actor: (n % 3 != 0).then_some(user),
            entity_type: "user".to_owned(),
            entity: (n % 2 == 0 || n % 3 == 0).then_some(user.as_uuid()),
            ..entry(&scope, n / 4)
        })
        .collect::<Vec<_>>();
    append(subject, &scope, &entries).await;

    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let found = about_user(subject, &scope, user, &page(2, after)).await;
        seen.extend(found.items.iter().map(|detail| detail.record.id));
        after = found.next;
        if after.is_none() {
            break;
        }
    }

    assert_eq!(seen.len(), entries.len());
    let all = entries
        .iter()
        .map(|entry| entry.id)
        .collect::<BTreeSet<_>>();
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
}

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
