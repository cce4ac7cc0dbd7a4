//! What concerns a user.

use std::collections::BTreeSet;

use kernel::{AuditEntry, PageRequest};

use super::{about_user, append, entry, page, platform, user};
use crate::AuditDetail;
use crate::contract::Subject;

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
