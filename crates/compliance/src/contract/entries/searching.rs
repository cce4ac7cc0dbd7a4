//! What a search finds, and in which order.

use kernel::{AuditAction, AuditEntry};
use time::Duration;

use super::{append, entry, found_ids, page, raw_id, search, tenant, user};
use crate::contract::Subject;
use crate::{AuditFilter, TimeRange};

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
