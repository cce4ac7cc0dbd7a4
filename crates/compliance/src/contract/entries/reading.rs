//! How entries are read, one by one and many at a time.

use kernel::{AuditAction, AuditEntry, AuditEntryId, Changes, PageRequest};
use serde_json::json;

use super::{append, entry, find, id, raw_id, search, tenant, user};
use crate::contract::Subject;
use crate::{AuditDetail, AuditFilter};

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
