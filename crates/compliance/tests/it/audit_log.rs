//! Searching, reading and counting.

use compliance::{AuditDetail, AuditFilter, ComplianceError};
use kernel::{
    Actor, AuditAction, AuditDraft, AuditEntryId, Changes, Classify as _, ErrorKind, PageRequest,
    TenantScope,
};

use crate::world::World;

#[tokio::test]
async fn a_search_leaves_no_entry_of_its_own() {
    let world = World::new();
    let scope = world.tenant(world.user());
    let entry = world.note_team(&scope, "North").await;

    for _ in 0..2 {
        let found = world
            .log
            .search(&scope, &AuditFilter::default(), &PageRequest::first())
            .await
            .unwrap();
        assert_eq!(found.items, [(&entry).into()]);
    }
}

#[tokio::test]
async fn an_entry_is_read_with_its_payload() {
    let world = World::new();
    let scope = world.tenant(world.user());
    let entry = world.note_team(&scope, "North").await;

    let found = world.log.read(&scope, entry.id).await.unwrap();

    assert_eq!(found, AuditDetail::from(&entry));
    assert_eq!(found.payload.ip, scope.origin().ip);
}

#[tokio::test]
async fn an_entry_of_another_organization_is_as_absent_as_none() {
    let world = World::new();
    let (scope, other) = (world.tenant(world.user()), world.tenant(world.user()));
    let theirs = world.note_team(&other, "North").await;

    let foreign = world.log.read(&scope, theirs.id).await.unwrap_err();
    let absent = AuditEntryId::from_uuid(world.user().as_uuid());
    let absent = world.log.read(&scope, absent).await.unwrap_err();

    assert!(matches!(foreign, ComplianceError::EntryNotFound));
    assert_eq!(foreign.to_string(), absent.to_string());
    assert_eq!(
        (foreign.kind(), foreign.code()),
        (ErrorKind::NotFound, "not-found")
    );
}

#[tokio::test]
async fn deeds_are_counted_per_actor_kind_of_thing_and_action() {
    let world = World::new();
    let scope = world.tenant(world.user());
    for name in ["North", "South"] {
        world.note_team(&scope, name).await;
    }

    let counted = world
        .log
        .count(&scope, &AuditFilter::default(), &PageRequest::first())
        .await
        .unwrap();

    let [row] = &counted.items[..] else {
        panic!("one group, not {counted:?}");
    };
    assert_eq!(row.actor, scope.actor().user());
    assert_eq!(
        (row.entity_type.as_str(), row.action, row.count),
        ("team", AuditAction::Create, 2)
    );
}

#[tokio::test]
async fn one_sees_what_was_done_to_ones_account_but_not_from_where_an_administrator_did_it() {
    let world = World::new();
    let (ada, admin) = (world.user(), world.user());
    let to_ada = |action| AuditDraft::new("user", ada.as_uuid(), action, Changes::none());
    let (own, others) = (world.platform(ada), world.platform(admin));
    let anonymous = TenantScope::platform(Actor::Anonymous, world.origin());
    world.note(&own, to_ada(AuditAction::Login)).await;
    world
        .note(&anonymous, to_ada(AuditAction::LoginFailed))
        .await;
    world.note(&others, to_ada(AuditAction::Update)).await;
    let unrelated = AuditDraft::new("user", admin.as_uuid(), AuditAction::Login, Changes::none());
    world.note(&others, unrelated).await;

    let seen = world
        .log
        .own_events(&own, ada, &PageRequest::first())
        .await
        .unwrap();

    let told = seen
        .items
        .iter()
        .map(|detail| {
            let told = (
                detail.payload.ip.is_some(),
                detail.payload.user_agent.is_some(),
            );
            (detail.record.action, told)
        })
        .collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            (AuditAction::Update, (false, false)),
            (AuditAction::LoginFailed, (true, true)),
            (AuditAction::Login, (true, true)),
        ]
    );
}
