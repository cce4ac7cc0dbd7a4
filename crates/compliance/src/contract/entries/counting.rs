//! How entries are counted.

use kernel::{AuditAction, AuditEntry, PageRequest};

use super::{append, count, entry, page, tenant, user};
use crate::contract::Subject;
use crate::{AuditCount, AuditFilter, TimeRange};

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
